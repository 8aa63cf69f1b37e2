"""What forms of the scanners' pages ask for: to save one, to forget one, and the test echo."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from fornix import wiring
from fornix.access.policy import require_administrator
from fornix.catalog.sender_checks import SenderDraft, SenderInvalid
from fornix.catalog.senders import change_sender, create_sender, delete_sender, get_sender
from fornix.errors import Refused
from fornix.http.actors import person_at_pages
from fornix.ingest.echo import EchoResult, echo
from fornix.web.form_targets import form_target
from fornix.web.scanner_form import draft_in, fields_of, sender_in
from fornix.web.scanners import new_page, scanner_page


@form_target("scanners")
def save_scanner(request: HttpRequest) -> HttpResponse:
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
            return new_page(request, typed, problems=refusal.problems, status=400)
        return scanner_page(request, sender_id, typed=typed, problems=refusal.problems, status=400)
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
    return scanner_page(request, sender.pk, result=result)
