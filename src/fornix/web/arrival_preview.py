"""A look into a file of an arrival: its whole header, and a picture of it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from fornix import wiring
from fornix.access.actors import Actor
from fornix.audit.events import Verb, record_event
from fornix.http.actors import person_of
from fornix.ingest.arrival_files import get_file
from fornix.models import File
from fornix.preview.headers import stored_tree
from fornix.web.pictures import picture_answer


@require_safe
def arrival_file_header(request: HttpRequest, arrival_id: str, file_id: int) -> HttpResponse:
    """All elements of one file. Who looked is written down: patients' data are in it."""
    actor = person_of(request)
    file = get_file(actor, arrival_id, file_id)
    tree = stored_tree(wiring.store(), file.blob)
    _note_look(actor, arrival_id, file)
    context = {"arrival_id": arrival_id, "file": file, "tree": tree}
    return render(request, "arrival_header.html", context)


@require_safe
def arrival_thumbnail(request: HttpRequest, arrival_id: str, file_id: int) -> HttpResponse:
    """A small picture of one file, or a picture that says why there is none."""
    file = get_file(person_of(request), arrival_id, file_id)
    return picture_answer(request, wiring.store(), file)


def _note_look(actor: Actor, arrival_id: str, file: File) -> None:
    record_event(
        Verb.ARRIVAL_LOOKED_AT,
        at=timezone.now(),
        source=actor.source,
        actor=actor.account,
        details={"arrival": arrival_id, "file": file.pk, "address": actor.address},
    )
