"""Pages of files: of a scan, and of a session's own resources."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from fornix.access.actors import Actor
from fornix.catalog.files import SORTS, ResourceLine, file_lines, pick_resource, session_resources
from fornix.catalog.scans import ScanCard, get_scan
from fornix.catalog.sessions import get_session
from fornix.errors import Invalid
from fornix.http.actors import actor_of
from fornix.http.paging import Sorting, links_of, window_of

FILES = Sorting(SORTS, default="name", falling=("size",))
PAGE = 100


@require_safe
def scan_files(request: HttpRequest, accession: str, scan_id: str) -> HttpResponse:
    """The files of a scan, one resource at a time."""
    actor = actor_of(request)
    card = get_scan(actor, accession, scan_id)
    return _page(request, actor, accession, card, card.resources)


@require_safe
def session_files(request: HttpRequest, accession: str) -> HttpResponse:
    """The files that belong to the session and to none of its scans."""
    actor = actor_of(request)
    return _page(request, actor, accession, None, session_resources(actor, accession))


def _page(
    request: HttpRequest,
    actor: Actor,
    accession: str,
    card: ScanCard | None,
    resources: tuple[ResourceLine, ...],
) -> HttpResponse:
    session = get_session(actor, accession)
    label = request.GET.get("resource", "")
    if "\0" in label:
        raise Invalid("A resource's label has no such character.")
    resource = pick_resource(resources, label)
    window = window_of(request, FILES, size=PAGE)
    context = {
        "session": session,
        "card": card,
        "resources": resources,
        "resource": resource,
        "files": file_lines(actor, resource, window) if resource else None,
        "links": links_of(request, window, FILES, keep=("resource",)),
    }
    return render(request, "files.html", context)
