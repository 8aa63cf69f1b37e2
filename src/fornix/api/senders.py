"""The scanners that send over the DICOM network: what is said of them, how it goes, and the test echo."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status

from fornix.api.refusals import answers
from fornix.api.sender_shapes import (
    EchoOut,
    SenderAsked,
    SenderOut,
    SendersOut,
    SenderStatusOut,
    draft_asked,
    sender_out,
    status_out,
)
from fornix.api.shapes import Cut, Limit, Start, cut_at, key_path
from fornix.catalog.sender_status import sender_statuses
from fornix.catalog.senders import change_sender, create_sender, delete_sender, get_sender
from fornix.http.actors import actor_of
from fornix.ingest.echo import EchoResult, echo
from fornix.wiring import environment

router = Router(tags=["scanners"])
SenderId = Annotated[int, key_path("Our number of the scanner.")]


@router.get(
    "senders",
    response=answers(SendersOut),
    operation_id="listSenders",
    summary="The scanners, and how it goes",
    url_name="api-senders",
)
def list_senders(request: HttpRequest, start: Start = 0, limit: Limit = 100) -> Cut[SenderStatusOut]:
    """All that administrators described, by name."""
    statuses = sender_statuses(actor_of(request), at=timezone.now())
    return cut_at([status_out(each) for each in statuses], start, limit)


@router.post(
    "senders",
    response=answers(SenderOut, status=201),
    operation_id="createSender",
    summary="Describe a scanner",
    url_name="api-senders",
)
def create(request: HttpRequest, asked: SenderAsked) -> Status[SenderOut]:
    """It counts from its next association on. 400: what cannot be used, in words."""
    return Status(201, sender_out(create_sender(actor_of(request), draft_asked(asked), at=timezone.now())))


@router.get(
    "senders/{sender_id}",
    response=answers(SenderOut, 404),
    operation_id="getSender",
    summary="One scanner",
    url_name="api-sender",
)
def show(request: HttpRequest, sender_id: SenderId) -> SenderOut:
    """As it is described."""
    return sender_out(get_sender(actor_of(request), sender_id))


@router.put(
    "senders/{sender_id}",
    response=answers(SenderOut, 404),
    operation_id="changeSender",
    summary="Describe a scanner anew",
    url_name="api-sender",
)
def change(request: HttpRequest, sender_id: SenderId, asked: SenderAsked) -> SenderOut:
    """The whole description; what is left out gets its default."""
    return sender_out(change_sender(actor_of(request), sender_id, draft_asked(asked), at=timezone.now()))


@router.delete(
    "senders/{sender_id}",
    response=answers(None, 404, 409, status=204),
    operation_id="deleteSender",
    summary="Forget a scanner",
    url_name="api-sender",
)
def delete(request: HttpRequest, sender_id: SenderId) -> Status[None]:
    """What it sent stays. 409: a routing rule is for it."""
    delete_sender(actor_of(request), sender_id, at=timezone.now())
    return Status(204, None)


@router.post(
    "senders/{sender_id}/echo",
    response=answers(EchoOut, 404, 409),
    operation_id="echoSender",
    summary="Ask a scanner whether it is there",
    url_name="api-sender-echo",
)
def ask(request: HttpRequest, sender_id: SenderId) -> EchoResult:
    """A C-ECHO to its address and port. 409: it has none."""
    sender = get_sender(actor_of(request), sender_id)
    return echo(sender, own_title=environment().dicom.ae_title)
