"""Read-only pages of administrators: what waits for a person, and how the last sweeps of the mirror went."""

from __future__ import annotations

import re

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from fornix.booking.holds import held
from fornix.catalog.mirror import last_sweeps, last_troubles
from fornix.catalog.waiting import waiting_lines
from fornix.errors import Invalid
from fornix.http.actors import actor_of
from fornix.web.frame import freshness

KEY = re.compile(r"[0-9A-Za-z-]{1,36}")


@require_safe
def arrivals(request: HttpRequest) -> HttpResponse:
    """Arrivals that wait, with the reason."""
    before = request.GET.get("before", "")
    if before and not KEY.fullmatch(before):
        raise Invalid("A page begins after an arrival's id. This is not one.")
    return render(request, "arrivals.html", {"arrivals": waiting_lines(actor_of(request), before=before)})


@require_safe
def mirror(request: HttpRequest) -> HttpResponse:
    """The last sweeps, and what they leave to a person."""
    actor = actor_of(request)
    context = {
        "sweeps": last_sweeps(actor),
        "holds": held(actor),
        "troubles": last_troubles(actor),
        "freshness": freshness(),
    }
    return render(request, "mirror.html", context)
