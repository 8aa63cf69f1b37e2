"""A look into a file of a session: its whole header, which leaves an Access row, and a picture of it."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from fornix import wiring
from fornix.access.actors import Actor
from fornix.audit.accesses import AccessOutcome, close_access, open_access
from fornix.catalog.downloads import DownloadPlan, plan_file
from fornix.http.actors import person_of
from fornix.models import File
from fornix.preview.headers import stored_tree
from fornix.web.pictures import picture_answer

KIND = "header"


@require_safe
def file_header(request: HttpRequest, accession: str, file_id: int) -> HttpResponse:
    """All elements of one file."""
    actor = person_of(request)
    plan = plan_file(actor, accession, file_id)
    file = File.objects.select_related("blob").get(pk=file_id)
    tree = stored_tree(wiring.store(), file.blob)
    _note_look(actor, plan)
    context = {"session": plan.session, "scan": plan.scan, "file": file, "tree": tree}
    return render(request, "file_header.html", context)


@require_safe
def file_thumbnail(request: HttpRequest, accession: str, file_id: int) -> HttpResponse:
    """A small picture of one file, or a picture that says why there is none."""
    plan_file(person_of(request), accession, file_id)
    return picture_answer(request, wiring.store(), File.objects.select_related("blob").get(pk=file_id))


@transaction.atomic
def _note_look(actor: Actor, plan: DownloadPlan) -> None:
    """Complete at once: nothing of the file's bytes was sent."""
    at = timezone.now()
    key = open_access(
        KIND,
        at=at,
        account=actor.account,
        token=actor.token,
        address=actor.address,
        session=plan.session,
        scan=plan.scan,
        file_id=plan.file_id,
        file_count=1,
        byte_count=0,
    )
    close_access(key, AccessOutcome.COMPLETE, at=at, bytes_sent=0)
