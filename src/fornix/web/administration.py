"""The page of what waits for a person: arrivals, for administrators."""

from __future__ import annotations

import re

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from fornix.catalog.waiting import waiting_lines
from fornix.errors import Invalid
from fornix.http.actors import actor_of

KEY = re.compile(r"[0-9A-Za-z-]{1,36}")


@require_safe
def arrivals(request: HttpRequest) -> HttpResponse:
    """Arrivals that wait, with the reason."""
    before = request.GET.get("before", "")
    if before and not KEY.fullmatch(before):
        raise Invalid("A page begins after an arrival's id. This is not one.")
    return render(request, "arrivals.html", {"arrivals": waiting_lines(actor_of(request), before=before)})
