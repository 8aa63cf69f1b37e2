"""Read-only pages of administrators: what waits for a person, and how the last sweeps of the mirror went."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from fornix.catalog.mirror import last_sweeps
from fornix.catalog.waiting import waiting_lines
from fornix.http.actors import actor_of
from fornix.web.frame import freshness


@require_safe
def arrivals(request: HttpRequest) -> HttpResponse:
    """Arrivals that wait, with the reason."""
    return render(request, "arrivals.html", {"arrivals": waiting_lines(actor_of(request))})


@require_safe
def mirror(request: HttpRequest) -> HttpResponse:
    """The last sweeps."""
    return render(
        request, "mirror.html", {"sweeps": last_sweeps(actor_of(request)), "freshness": freshness()}
    )
