"""Other names of a page: XNAT's word experiment, and labels in place of accessions."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from fornix.catalog.sessions import find_session_accession, get_session
from fornix.catalog.subjects import find_subject_accession
from fornix.http.actors import actor_of


@require_safe
def experiment(request: HttpRequest, accession: str) -> HttpResponse:
    """XNAT says experiment: the same page."""
    session = get_session(actor_of(request), accession)
    return redirect("session-detail", accession=session.line.accession)


@require_safe
def subject_of_label(request: HttpRequest, project: str, label: str) -> HttpResponse:
    """A subject by its label in a project."""
    return redirect("subject-detail", accession=find_subject_accession(actor_of(request), project, label))


@require_safe
def session_of_label(request: HttpRequest, project: str, label: str) -> HttpResponse:
    """A session by its label in a project."""
    return redirect("session-detail", accession=find_session_accession(actor_of(request), project, label))
