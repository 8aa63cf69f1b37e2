"""Pages of arrivals: the list, one of them, and the states of those that move."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from fornix import wiring
from fornix.errors import Invalid, NotVisible
from fornix.http.actors import person_of
from fornix.http.paging import Sorting, links_of, window_of
from fornix.ingest.arrival_card import get_card, projects_to_file_into
from fornix.ingest.arrival_files import FILE_SORTS, arrival_files
from fornix.ingest.arrival_lines import KINDS, SOURCES
from fornix.ingest.arrival_list import SORTS, ArrivalFilter, arrival_counts, arrival_lines
from fornix.ingest.arrival_moves import filed_as, find_filed, states_of
from fornix.ingest.arrival_series import arrival_series
from fornix.ingest.states import ArrivalState
from fornix.web import arrival_words

ARRIVALS = Sorting(SORTS, default="received", falling=tuple(SORTS))
FILES = Sorting(FILE_SORTS, default="name", falling=("size",))
KEY = re.compile(r"[0-9A-Za-z-]{1,36}")
PAGE = 50
MOST_MOVING = 100
KEPT = ("state", "source", "kind", "sender", "project")
# What the segments of the page are called, and the states in each.
PARTS = {
    "": "All",
    "waiting": "Waiting",
    "receiving": "Coming in",
    "due": "Next",
    "filing": "Being filed",
    "deleted": "Trash",
}


@require_safe
def arrivals(request: HttpRequest) -> HttpResponse:
    """Those that I may see, and what can be done with each."""
    actor, at, quiet = person_of(request), timezone.now(), quiet_time()
    wanted = _filter_of(request)
    window = window_of(request, ARRIVALS, size=PAGE, read_key=arrival_key)
    listed = arrival_lines(actor, wanted, window, at=at, quiet=quiet)
    context = {
        "listed": listed,
        "rows": listed.page.rows,
        "links": links_of(request, window, ARRIVALS, keep=KEPT),
        "wanted": wanted,
        "parts_of": PARTS,
        "kinds": {kind: arrival_words.KINDS[kind] for kind in KINDS},
        "sources": {source: arrival_words.SOURCES[source] for source in SOURCES},
        "counts": arrival_counts(actor, at=at, quiet=quiet),
        "moving": [line.id for line in listed.page.rows if line.state in arrival_words.MOVING],
        "projects": projects_to_file_into(actor),
        "undo": [key for key in request.GET.getlist("undo")[:PAGE] if KEY.fullmatch(key)],
    }
    return render(request, "arrivals.html", context)


@require_safe
def arrival_detail(request: HttpRequest, arrival_id: str) -> HttpResponse:
    """One arrival. What was filed meanwhile is a session by now: there it goes on."""
    try:
        return arrival_page(request, arrival_id)
    except NotVisible:
        accession = find_filed(person_of(request), arrival_id)
        if not accession:
            raise
        return redirect("session-detail", accession=accession)


def arrival_page(
    request: HttpRequest,
    arrival_id: str,
    *,
    typed: Mapping[str, str] | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page of one: what was typed, with why nothing came of it. Raises NotVisible."""
    actor = person_of(request)
    card = get_card(actor, arrival_id, at=timezone.now(), quiet=quiet_time())
    window = window_of(request, FILES, size=PAGE)
    known = {
        "project": card.line.destination,
        "subject": card.subject_label,
        "session": card.session_label,
    }
    here = reverse("arrival-detail", kwargs={"arrival_id": arrival_id})
    context = {
        "card": card,
        "line": card.line,
        "typed": known | dict(typed or {}),
        "problem": problem,
        "files": arrival_files(actor, arrival_id, window),
        "links": replace(links_of(request, window, FILES), path=here),
        "projects": projects_to_file_into(actor),
        "moving": [card.line.id] if card.line.state in arrival_words.MOVING else [],
        "did": arrival_words.DID,
    }
    return render(request, "arrival.html", context, status=status)


@require_safe
def arrival_series_list(request: HttpRequest, arrival_id: str) -> HttpResponse:
    """The series of an arrival, which is read from its files: a part of its page, and a page where nothing scripts."""
    actor = person_of(request)
    found = arrival_series(actor, arrival_id, wiring.store())
    return render(request, "arrival_series.html", {"found": found, "arrival_id": arrival_id})


@require_safe
def arrival_states(request: HttpRequest) -> HttpResponse:
    """The states of some arrivals, for a page that shows them and waits."""
    actor, at = person_of(request), timezone.now()
    ids = [key for key in request.GET.getlist("id")[:MOST_MOVING] if KEY.fullmatch(key)]
    states = states_of(actor, ids, at=at, quiet=quiet_time())
    sessions = filed_as(actor, [key for key in ids if key not in states])
    shown = [(key, states.get(key), sessions.get(key, "")) for key in ids]
    moving = [key for key, state in states.items() if state in arrival_words.MOVING]
    return render(request, "arrival_states.html", {"shown": shown, "moving": moving})


def arrival_key(request: HttpRequest, name: str) -> str | None:
    """The arrival where a page begins. Raises Invalid."""
    written = request.GET.get(name, "")
    if written and not KEY.fullmatch(written):
        raise Invalid("A page begins after an arrival's id. This is not one.")
    return written or None


def quiet_time() -> timedelta:
    """After how long without news an arrival counts as complete."""
    return wiring.site_rules().quiet_time


def _filter_of(request: HttpRequest) -> ArrivalFilter:
    asked = {name: request.GET.get(name, "").strip() for name in KEPT}
    if any("\0" in text or len(text) > 200 for text in asked.values()):
        raise Invalid("A filter has up to 200 characters.")
    if asked["state"] not in PARTS:
        raise Invalid(f"The state of an arrival is one of: {', '.join(filter(None, PARTS))}.")
    return ArrivalFilter(
        state=ArrivalState(asked["state"]) if asked["state"] else None,
        source=asked["source"] if asked["source"] in SOURCES else "",
        sender=asked["sender"],
        kind=asked["kind"] if asked["kind"] in KINDS else "",
        project=asked["project"],
    )
