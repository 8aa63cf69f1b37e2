"""The scanners that send over the DICOM network: what is said of them, how it goes, and the test echo."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status
from pydantic import Field

from fornix.api.refusals import answers
from fornix.api.shapes import LARGEST_KEY, Body, Cut, Key, Limit, Shape, Start, Text, cut_at, key_path
from fornix.catalog.sender_checks import SenderDraft
from fornix.catalog.sender_status import SenderStatus, sender_statuses
from fornix.catalog.senders import change_sender, create_sender, delete_sender, draft_of, get_sender
from fornix.http.actors import actor_of
from fornix.ingest.echo import EchoResult, echo
from fornix.models import Sender
from fornix.wiring import environment

router = Router(tags=["scanners"])
SenderId = Annotated[int, key_path("Our number of the scanner.")]


class SenderAsked(Body):
    """A scanner as it should be. Empty texts: any, or not known."""

    name: Text = Field(description="As people call it.", examples=["Prisma, room 3"])
    ae_title: Text = Field(description="By which it calls; 1 to 16 characters.", examples=["PRISMA"])
    address: Text = Field("", description="IP address or network.", examples=["192.0.2.7"])
    called_ae_title: Text = Field("", description="That it has to call us by.")
    port: int | None = Field(None, ge=1, le=65_535, description="Where it listens itself, for the test echo.")
    is_allowed: bool = Field(default=True, description="Whether it may send.")
    is_console: bool = Field(default=False, description="A clean end of its association says: that was all.")
    scanner_id: int | None = Field(None, ge=1, le=LARGEST_KEY, description="The scanner of the bookings.")
    station_name: Text = Field("", description="As its files say; tells scanners behind one node.")
    clock_ahead_s: int = Field(0, ge=-86_400, le=86_400, description="Offset of its clock in seconds.")
    project_label: Text = Field("", description="All that it sends is this project's.")


class SenderOut(SenderAsked):
    """A scanner."""

    id: Key


class SenderStatusOut(Shape):
    """A scanner, and how it goes with it now."""

    sender: SenderOut
    last_image_at: datetime | None
    images_last_hour: int = Field(description="Of associations that sent within the last hour.")
    refused_last_hour: int
    open_associations: int
    images_per_s: float | None = Field(description="Of its open associations; null where none sends.")
    last_error: str = Field(description="In words; empty when none is known.")
    last_error_at: datetime | None
    is_failing: bool = Field(description="Whether nothing came through since the last error.")


class SendersOut(Shape):
    """All scanners, by name."""

    items: list[SenderStatusOut]
    total: int
    next: int | None


class EchoOut(Shape):
    """What came of a test echo."""

    is_good: bool
    told: str = Field(examples=["PRISMA answered."])


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
    return cut_at([_status(each) for each in statuses], start, limit)


@router.post(
    "senders",
    response=answers(SenderOut, status=201),
    operation_id="createSender",
    summary="Describe a scanner",
    url_name="api-senders",
)
def create(request: HttpRequest, asked: SenderAsked) -> Status[SenderOut]:
    """It counts from its next association on. 400: what cannot be used, in words."""
    return Status(201, _out(create_sender(actor_of(request), _draft(asked), at=timezone.now())))


@router.get(
    "senders/{sender_id}",
    response=answers(SenderOut, 404),
    operation_id="getSender",
    summary="One scanner",
    url_name="api-sender",
)
def show(request: HttpRequest, sender_id: SenderId) -> SenderOut:
    """As it is described."""
    return _out(get_sender(actor_of(request), sender_id))


@router.put(
    "senders/{sender_id}",
    response=answers(SenderOut, 404),
    operation_id="changeSender",
    summary="Describe a scanner anew",
    url_name="api-sender",
)
def change(request: HttpRequest, sender_id: SenderId, asked: SenderAsked) -> SenderOut:
    """The whole description; what is left out gets its default."""
    return _out(change_sender(actor_of(request), sender_id, _draft(asked), at=timezone.now()))


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


def _draft(asked: SenderAsked) -> SenderDraft:
    return SenderDraft(**asked.model_dump())


def _out(sender: Sender) -> SenderOut:
    return SenderOut(id=sender.pk, **asdict(draft_of(sender)))


def _status(status: SenderStatus) -> SenderStatusOut:
    return SenderStatusOut(
        sender=_out(status.sender),
        last_image_at=status.last_image_at,
        images_last_hour=status.images_lately,
        refused_last_hour=status.refused_lately,
        open_associations=status.open_associations,
        images_per_s=status.images_per_s,
        last_error=status.last_error,
        last_error_at=status.last_error_at,
        is_failing=status.is_failing,
    )
