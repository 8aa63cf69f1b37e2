"""The page of a session: its scans and, beside them, the header card of one."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from fornix.catalog.files import session_resources
from fornix.catalog.scans import SORTS, ScanCard, get_scan, scan_lines
from fornix.catalog.sessions import find_empty_room, get_session
from fornix.http.actors import actor_of
from fornix.http.paging import Links, Sorting, window_of

SCANS = Sorting(SORTS, default="number", falling=("frames", "files", "size"))
PAGE = 100


@require_safe
def session_detail(request: HttpRequest, accession: str) -> HttpResponse:
    """The session and its scans."""
    return _page(request, accession, scan_id=None)


@require_safe
def scan_detail(request: HttpRequest, accession: str, scan_id: str) -> HttpResponse:
    """The same page with the header card of one scan."""
    return _page(request, accession, scan_id)


def _page(request: HttpRequest, accession: str, scan_id: str | None) -> HttpResponse:
    actor = actor_of(request)
    session = get_session(actor, accession)
    card: ScanCard | None = None if scan_id is None else get_scan(actor, accession, scan_id)
    window = window_of(request, SCANS, size=PAGE)
    here = reverse("session-detail", kwargs={"accession": accession})
    context = {
        "session": session,
        "scans": scan_lines(actor, accession, window),
        "links": Links(here, window, SCANS),
        "resources": session_resources(actor, accession),
        "card": card,
        "empty_room": find_empty_room(actor, session) if card is None else "",
    }
    return render(request, "session.html", context)
