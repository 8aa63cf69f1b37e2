"""The scanners that send over the DICOM network: how it goes with each, who else called, what the inbox does."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from fornix import wiring
from fornix.access.policy import require_administrator
from fornix.catalog.inbox import inbox_status
from fornix.catalog.sender_checks import SenderDraft
from fornix.catalog.sender_status import recent_associations, sender_statuses
from fornix.catalog.senders import bookable_scanners, draft_of, get_sender
from fornix.catalog.unknown_callers import unknown_callers
from fornix.http.actors import actor_of
from fornix.ingest.echo import EchoResult
from fornix.web.scanner_form import fields_of


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
    return new_page(request, fields_of(draft))


@require_safe
def scanner(request: HttpRequest, sender_id: int) -> HttpResponse:
    """One of them: its last associations, and the form that changes it."""
    return scanner_page(request, sender_id)


def scanner_page(
    request: HttpRequest,
    sender_id: int,
    *,
    typed: Mapping[str, str] | None = None,
    problems: Mapping[str, str] | None = None,
    result: EchoResult | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of one: what was typed, with what is wrong in it, or what came of a test echo."""
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


def new_page(
    request: HttpRequest,
    fields: Mapping[str, str],
    *,
    problems: Mapping[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The form of a new one."""
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
