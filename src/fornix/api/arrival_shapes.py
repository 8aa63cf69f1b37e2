"""The shapes of arrivals in the API."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from ninja import Path
from pydantic import Field

from fornix.api.shapes import NO_NUL, Body, Shape, Text
from fornix.ingest.arrival_lines import KINDS, SOURCES
from fornix.ingest.decision_rows import MOST
from fornix.ingest.states import ArrivalState

KEY = r"^[0-9A-Za-z-]{1,36}$"
ArrivalId = Annotated[
    str, Path(pattern=KEY, description="The arrival's id.", example="0199f2c4-7a3e-7c51-8a42-2f3b8f0b6d11")
]
Label = Annotated[str, Field(max_length=180, pattern=NO_NUL)]


class GuessOut(Shape):
    """A project that an arrival may belong to."""

    project: str = Field(examples=["NEURO_01"])
    target: str = Field(description="What to give as the project.", examples=["calpendo:1042"])
    why: str = Field(examples=["booked 09:30-10:30 on MRI 3T by NEURO_01"])


class ArrivalOut(Shape):
    """One arrival."""

    id: str
    state: ArrivalState = Field(
        description="receiving: more may come; due: filed next; filing: being filed; waiting: for a person; deleted."
    )
    kind: str = Field(description=f"What it is: {', '.join(KINDS)}.")
    subject: str
    session: str
    modality: str
    description: str
    station: str
    acquired_on: date | None
    reason: str = Field(description="Why it waits.")
    destination: str = Field(description="The project that it was sent to.")
    guesses: list[GuessOut] = Field(description="The best first; only projects in which you may add data.")
    source: str = Field(description=f"By which way it came: {', '.join(SOURCES)}.")
    came_from: str
    files: int
    bytes: int
    received_at: datetime
    last_byte_at: datetime
    deleted_at: datetime | None


class ArrivalsOut(Shape):
    """Arrivals, the newest first."""

    items: list[ArrivalOut]
    matching: int
    next: str | None = Field(description="`after` of the next page; null on the last.")


class ArrivalCardOut(Shape):
    """One arrival in full. Of what is filed by now, `accession` alone is told."""

    arrival: ArrivalOut | None
    accession: str = Field(description="The session that it became; empty before that.")
    study_uid: str = ""
    patient_id: str = ""
    sent_by: str = ""
    decided_by: str = ""
    attempts: int = 0


class ArrivalFileOut(Shape):
    """One file of an arrival."""

    id: int
    name: str
    bytes: int
    is_dicom: bool


class ArrivalFilesOut(Shape):
    """Files by name."""

    items: list[ArrivalFileOut]
    total: int
    next: int | None = Field(description="`after` of the next page; null on the last.")


class SeriesOut(Shape):
    """A series as its headers tell."""

    number: int | None
    description: str
    modality: str
    patient_id: str
    files: int
    bytes: int


class SeriesFoundOut(Shape):
    """The series of an arrival. Where `read` is less than `of`, the counts are of those read."""

    lines: list[SeriesOut]
    read: int
    of: int


class FileIn(Body):
    """Where an arrival is to go."""

    project: Annotated[str, Field(min_length=1, max_length=180, pattern=NO_NUL)] = Field(
        description="A label, a code, or calpendo:ID."
    )
    subject: Label = ""
    session: Label = ""
    create: bool = Field(default=False, description="Make the project if there is none; for administrators.")


class LabelsIn(Body):
    """Labels to change; null keeps, an empty one leaves it to the files."""

    subject: Label | None = None
    session: Label | None = None


class DeleteIn(Body):
    """Why; without names of people."""

    reason: Text = ""


class MergeIn(Body):
    """Arrivals that are to become one."""

    arrivals: Annotated[list[str], Field(min_length=2, max_length=MOST)]
    confirmed: bool = Field(default=False, description="They are one person's, whatever their headers say.")


class MadeOut(Shape):
    """The arrivals that there are now."""

    arrivals: list[str]
