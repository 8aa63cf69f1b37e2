"""Pages to hand in files: drop them, see what is not finished, read what became of them."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe

from fornix import wiring
from fornix.access.actors import Actor
from fornix.access.policy import Action
from fornix.access.visibility import projects_for
from fornix.catalog.project_record import get_project
from fornix.errors import Invalid, NotAllowed, NotVisible
from fornix.http.actors import actor_of, person_at_pages
from fornix.http.forms import chunks_of, only_file, read_safely
from fornix.http.upload_slots import upload_slot
from fornix.ingest.deliveries import (
    DeliveryState,
    NothingToAddTo,
    Wanted,
    commit_rows,
    find_delivery,
)
from fornix.ingest.deliveries_bytes import finish_whole
from fornix.ingest.deliveries_lists import delivery_lines, get_delivery
from fornix.ingest.deliveries_removal import discard_delivery
from fornix.ingest.deliveries_single import hand_in

FORM = "multipart/form-data"
MOST_PROJECTS = 500  # that are suggested; any other may be typed
SHOWN = 20
TYPED = ("project", "subject", "session")

Page = Callable[..., HttpResponse]


def _with_form(page: Page) -> Page:
    """Lets a page read a form with a large file: prepared before the protection of forms reads it."""
    protected = csrf_protect(page)

    @csrf_exempt
    def view(request: HttpRequest, **arguments: str) -> HttpResponse:
        if request.method == "POST" and request.content_type == FORM:
            person_at_pages(request)  # whoever may not be here fills no disk
            read_safely(request, wiring.scratch())
        return protected(request, **arguments)

    return view


@_with_form
def upload(request: HttpRequest, project: str = "") -> HttpResponse:
    """Hands in files: to a project, or wherever their headers say. With scripts many at once, without one."""
    if request.method == "POST":
        try:
            return _take(request, project)
        except Invalid as wrong:
            return _page(request, project, problem=str(wrong))
    if request.method not in ("GET", "HEAD"):
        return HttpResponse(status=405, headers={"Allow": "GET, HEAD, POST"})
    return _page(request, project)


def _page(request: HttpRequest, project: str, *, problem: str = "") -> HttpResponse:
    """The form; after a problem with what was typed into it, but for the file, which browsers let nobody fill in."""
    actor = actor_of(request)
    codes = _codes(actor, project)
    at = timezone.now()
    resumed = request.GET.get("resume", "")
    line = get_delivery(actor, resumed, at=at).line if resumed else None
    if line is not None and line.state is not DeliveryState.OPEN:
        return redirect("delivery-detail", delivery_id=line.id)
    context = {
        "project": get_project(actor, project) if project else None,
        "codes": codes,
        "resumed": line,
        "unfinished": delivery_lines(actor, is_open=True, size=SHOWN, at=at),
        "recent": delivery_lines(actor, is_open=False, size=SHOWN, at=at),
        "problem": problem,
        "typed": {name: request.POST.get(name, "") for name in TYPED},
    }
    return render(request, "upload.html", context, status=400 if problem else 200)


def _codes(actor: Actor, project: str) -> list[str]:
    """The projects to which the actor may add. Raises NotVisible or NotAllowed: they may not be here."""
    if actor.account is None:
        raise NotVisible
    addable = projects_for(actor, Action.DATA_ADD)
    if project:
        record = get_project(actor, project)
        if not addable.filter(pk=record.id).exists():
            raise NotAllowed("You can see this project, but you may not add data to it.")
        return [record.code]
    codes = list(addable.order_by("label").values_list("label", flat=True)[:MOST_PROJECTS])
    if not codes and not actor.is_administrator:
        raise NothingToAddTo
    return codes


def _take(request: HttpRequest, project: str) -> HttpResponse:
    """One file of a form."""
    actor = person_at_pages(request)
    _codes(actor, project)
    file = only_file(request)
    typed = {name: request.POST.get(name, "") for name in TYPED}
    wanted = Wanted(**typed | ({"project": project} if project else {}))
    with upload_slot(actor.account.pk if actor.account else 0):
        made = hand_in(
            actor,
            "browser",
            wanted,
            file.name or "file",
            chunks_of(file),
            wiring.store(),
            length=file.size,
            room=wiring.room_bytes(),
            at=timezone.now(),
        )
    return redirect("delivery-detail", delivery_id=made.pk)


@require_safe
def delivery_detail(request: HttpRequest, delivery_id: str) -> HttpResponse:
    """How far one is, and what became of it."""
    record = get_delivery(actor_of(request), delivery_id, at=timezone.now())
    context = {"line": record.line, "report": record.report}
    return render(request, "delivery.html", context)


@require_POST
def discard(request: HttpRequest, delivery_id: str) -> HttpResponse:
    """Throws one away."""
    discard_delivery(person_at_pages(request), delivery_id, wiring.store(), at=timezone.now())
    messages.success(request, "The upload is thrown away, with its files.")
    return redirect("upload")


@require_POST
def commit(request: HttpRequest, delivery_id: str) -> HttpResponse:
    """Files what is here; one that broke is tried again."""
    actor = person_at_pages(request)
    delivery = find_delivery(actor, delivery_id)
    finish_whole(delivery, wiring.store())
    commit_rows(delivery.pk, at=timezone.now())
    return redirect("delivery-detail", delivery_id=delivery.pk)
