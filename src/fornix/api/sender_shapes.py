"""Scanners as the API takes and tells them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from pydantic import Field

from fornix.api.shapes import LARGEST_KEY, Body, Key, Shape, Text
from fornix.catalog.sender_checks import SenderDraft
from fornix.catalog.sender_status import SenderStatus
from fornix.catalog.senders import draft_of
from fornix.models import Sender


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


def draft_asked(asked: SenderAsked) -> SenderDraft:
    """What was sent, as the catalog takes it."""
    return SenderDraft(**asked.model_dump())


def sender_out(sender: Sender) -> SenderOut:
    """A scanner as it is described."""
    return SenderOut(id=sender.pk, **asdict(draft_of(sender)))


def status_out(status: SenderStatus) -> SenderStatusOut:
    """The same, and how it goes."""
    return SenderStatusOut(
        sender=sender_out(status.sender),
        last_image_at=status.last_image_at,
        images_last_hour=status.images_lately,
        refused_last_hour=status.refused_lately,
        open_associations=status.open_associations,
        images_per_s=status.images_per_s,
        last_error=status.last_error,
        last_error_at=status.last_error_at,
        is_failing=status.is_failing,
    )
