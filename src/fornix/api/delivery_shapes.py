"""What operations on deliveries take and answer. Values only."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from django.urls import reverse
from pydantic import Field

from fornix.api.shapes import Body, Shape, Text
from fornix.ingest.deliveries import DeliveryState
from fornix.ingest.deliveries_lists import DeliveryLine, DeliveryRecord
from fornix.ingest.deliveries_report import ReportedSession
from fornix.ingest.deliveries_transfers import LONGEST_KEY

UUID = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
FileKey = Annotated[str, Field(max_length=LONGEST_KEY, pattern=r"^[^\x00]+$")]


class DeliveryIn(Body):
    """Where the files are to go, as far as their sender says so."""

    project: Text = Field("", description="A project's code. Without one their headers, or bookings, tell.")
    subject: Text = Field("", description="The subject's label, for all of the files.")
    session: Text = Field("", description="The session's label, for all of the files.")
    source: Annotated[
        str, Field(pattern="^(?:browser|push|rest)$", description="By which way they come.")
    ] = "rest"


class DeliveryOut(Shape):
    """One delivery, and how far it is."""

    id: str
    state: DeliveryState = Field(
        description="open: takes files; waiting and importing: all is here, and is being filed; failed: filing broke "
        "several times, and commit tries again; ended: see its report."
    )
    source: str
    project: str
    subject: str
    session: str
    opened_at: datetime
    last_byte_at: datetime
    expires_at: datetime | None = Field(description="When it is thrown away unless somebody goes on with it.")
    ended_at: datetime | None
    files: int
    finished_files: int = Field(description="That are here whole.")
    bytes: int
    received_bytes: int
    files_at: str = Field(description="Where its files are sent to, by the protocol tus 1.0.")

    @staticmethod
    def resolve_files_at(line: DeliveryLine) -> str:
        """The address of its files."""
        return reverse("api-transfers", kwargs={"delivery_id": line.id})


class DeliveriesOut(Shape):
    """One's own deliveries, the newest first."""

    items: list[DeliveryOut]
    next: str | None = Field(description="`before` of the next page; null on the last.")


class SessionOut(Shape):
    """A session that files of the delivery are in."""

    project: str
    subject: str
    session: str
    accession: str
    page: str = Field(description="The address of its page.")
    is_new: bool
    scans: int
    files: int
    bytes: int
    already_here: int
    notes: list[str]

    @staticmethod
    def resolve_page(session: ReportedSession) -> str:
        """Its address."""
        return reverse("session-detail", kwargs={"accession": session.accession})


class WaitingOut(Shape):
    """What waits for a person."""

    id: str = Field(description="The arrival's id.")
    reason: str
    files: int
    already_here: bool


class ToldFileOut(Shape):
    """A file that is no image or recording, or that could not be read."""

    name: str
    reason: str


class ReportOut(Shape):
    """What became of a delivery; empty until it has ended. Long lists are cut, counts tell all."""

    sessions: list[SessionOut]
    waiting: list[WaitingOut]
    unrecognised: list[ToldFileOut] = Field(description="Kept, with the data that they lay beside.")
    unreadable: list[ToldFileOut]
    unrecognised_count: int
    unreadable_count: int
    problem: str = Field(description="Why nothing of it was filed; usually empty.")


class DeliveryRecordOut(Shape):
    """One delivery with its report."""

    delivery: DeliveryOut
    report: ReportOut

    @staticmethod
    def resolve_delivery(record: DeliveryRecord) -> DeliveryLine:
        """The same entry as in the list."""
        return record.line


class KeysIn(Body):
    """Which files are asked about, by the sender's own keys for them."""

    keys: list[FileKey] = Field(max_length=500)


class FileOut(Shape):
    """A file that was begun."""

    key: str
    id: str
    name: str
    length: int
    offset: int = Field(description="How much of it is here.")
    is_finished: bool
    address: str = Field(description="Where it goes on, by the protocol tus 1.0.")


class FilesOut(Shape):
    """The files that were begun, of those asked about."""

    items: list[FileOut]
