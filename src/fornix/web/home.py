"""Home: the projects that I have access to, and what was filed in them. For strangers it is the log-in page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from fornix.catalog import overview
from fornix.catalog.feed import activity
from fornix.catalog.suspension import find_suspension
from fornix.http.actors import actor_of, person_of
from fornix.http.paging import Sorting, key_of, links_of, window_of
from fornix.web.frame import freshness
from fornix.web.login import login_page

PROJECTS = Sorting(overview.SORTS, default="changed", falling=("changed", "subjects", "sessions", "size"))


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """My projects and their activity."""
    actor = actor_of(request)
    if actor.account is None:
        return login_page(request, after=request.GET.get("next", ""))
    window = window_of(request, PROJECTS)
    shows_records = request.GET.get("show") == "records"
    lines = overview.record_lines if shows_records else overview.project_lines
    return render(
        request,
        "home.html",
        {
            "projects": lines(actor, window),
            "links": links_of(request, window, PROJECTS, keep=("show",)),
            "shows_records": shows_records,
            "has_records": overview.records(actor).exists(),
            "feed": activity(actor),
            "freshness": freshness(),
            "email": actor.account.email,
            "suspension": find_suspension(actor),
        },
    )


@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """The activity alone, from a given line on: older entries."""
    actor = person_of(request)
    return render(
        request, "activity.html", {"feed": activity(actor, before=key_of(request, "before"), size=50)}
    )
