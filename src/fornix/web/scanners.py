"""The scanners that send over the DICOM network: how it goes with each, who else called, what the inbox does."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from fornix import wiring
from fornix.access.policy import require_administrator
from fornix.catalog.inbox import inbox_status
from fornix.catalog.sender_checks import SenderDraft, SenderInvalid
from fornix.catalog.sender_status import recent_associations, sender_statuses, unknown_callers
from fornix.catalog.senders import (
    bookable_scanners,
    change_sender,
    create_sender,
    delete_sender,
    draft_of,
    get_sender,
)
from fornix.errors import Refused
from fornix.http.actors import actor_of, person_at_pages
from fornix.ingest.echo import EchoResult, echo
from fornix.web.form_targets import form_target
from fornix.web.scanner_form import draft_in, fields_of, sender_in


@require_safe
def scanners(request: HttpRequest) -> HttpResponse:
    """All of them, with how it goes now."""
    actor, now = actor_of(request), timezone.now()
    inbox = wiring.inbox()
    context = {
        "statuses": sender_statuses(actor, at=now),
        "callers": unknown_callers(actor, at=now),
        "inbox": inbox_status(actor),
        "inbox_folder": str(inbox.folder) if inbox else "",
        "own_title": wiring.environment().dicom.ae_title,
        "refuses_unknown": wiring.environment().dicom.refuses_unknown,
    }
    return render(request, "scanners.html", context)


@require_safe
def new(request: HttpRequest) -> HttpResponse:
    """An empty form; `ae_title` and `address` fill it with who called."""
    require_administrator(actor_of(request))
    given = {name: request.GET.get(name, "")[:64] for name in ("ae_title", "address")}
    draft = SenderDraft(name=given["ae_title"], ae_title=given["ae_title"], address=given["address"])
    return _form(request, fields_of(draft))


@require_safe
def scanner(request: HttpRequest, sender_id: int) -> HttpResponse:
    """One of them: its last associations, and the form that changes it."""
    return _of_sender(request, sender_id)


@form_target("scanners")
def save(request: HttpRequest) -> HttpResponse:
    """A new one, or what was changed of one."""
    actor = person_at_pages(request)
    require_administrator(actor)
    sender_id, now = sender_in(request.POST), timezone.now()
    try:
        draft = draft_in(request.POST)
        if sender_id is None:
            sender = create_sender(actor, draft, at=now)
        else:
            sender = change_sender(actor, sender_id, draft, at=now)
    except SenderInvalid as refusal:
        typed = {name: request.POST.get(name, "") for name in fields_of(SenderDraft("", ""))}
        if sender_id is None:
            return _form(request, typed, problems=refusal.problems, status=400)
        return _of_sender(request, sender_id, typed=typed, problems=refusal.problems, status=400)
    messages.success(request, f"“{sender.name}” is saved. It counts from its next association on.")
    return redirect("scanner-detail", sender_id=sender.pk)


@form_target("scanners")
def remove(request: HttpRequest) -> HttpResponse:
    """Forgets one; what it sent stays."""
    actor = person_at_pages(request)
    require_administrator(actor)
    name = delete_sender(actor, sender_in(request.POST) or 0, at=timezone.now())
    messages.success(request, f"“{name}” is deleted. What it sent stays.")
    return redirect("scanners")


@form_target("scanners")
def test_echo(request: HttpRequest) -> HttpResponse:
    """Asks the scanner whether it is there; answers with its page."""
    actor = person_at_pages(request)
    sender = get_sender(actor, sender_in(request.POST) or 0)
    try:
        result = echo(sender, own_title=wiring.environment().dicom.ae_title)
    except Refused as refusal:
        result = EchoResult(is_good=False, told=str(refusal))
    return _of_sender(request, sender.pk, result=result)


def _of_sender(
    request: HttpRequest,
    sender_id: int,
    *,
    typed: Mapping[str, str] | None = None,
    problems: Mapping[str, str] | None = None,
    result: EchoResult | None = None,
    status: int = 200,
) -> HttpResponse:
    actor = actor_of(request)
    sender = get_sender(actor, sender_id)
    context = {
        "sender": sender,
        "associations": recent_associations(actor, sender),
        "fields": typed or fields_of(draft_of(sender)),
        "problems": problems or {},
        "bookable": bookable_scanners(actor),
        "result": result,
        "own_title": wiring.environment().dicom.ae_title,
    }
    return render(request, "scanner.html", context, status=status)


def _form(
    request: HttpRequest,
    fields: Mapping[str, str],
    *,
    problems: Mapping[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "sender": None,
        "associations": (),
        "fields": fields,
        "problems": problems or {},
        "bookable": bookable_scanners(actor_of(request)),
        "result": None,
        "own_title": wiring.environment().dicom.ae_title,
    }
    return render(request, "scanner.html", context, status=status)
