"""The page of a subject: all its sessions."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from fornix.catalog.sessions import SORTS, session_lines
from fornix.catalog.subjects import get_subject
from fornix.http.actors import actor_of
from fornix.http.paging import Sorting, links_of, window_of

SESSIONS = Sorting(SORTS, default="acquired", falling=("acquired", "changed", "scans", "files", "size"))


@require_safe
def subject_detail(request: HttpRequest, accession: str) -> HttpResponse:
    """The subject and its sessions."""
    actor = actor_of(request)
    subject = get_subject(actor, accession)
    window = window_of(request, SESSIONS)
    context = {
        "subject": subject,
        "sessions": session_lines(actor, subject.id, window),
        "links": links_of(request, window, SESSIONS),
    }
    return render(request, "subject.html", context)
