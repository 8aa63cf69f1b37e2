"""Pure: bookings as told, and as instants. No title is kept: it holds participants' names (contract calpendo 4.8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from sys import intern
from typing import Any

from fornix.booking.subject_labels import SubjectReader
from fornix.booking.wall_clock import LONGEST, written_range
from fornix.booking.windows import Window
from fornix.booking.wire import (
    ABSENT,
    Spelling,
    Text,
    clean_text,
    read_id,
    read_path,
    read_reference,
    read_required_text,
    read_text,
)

TITLES = ("title", "description")
STATUSES = ("Requested", "Tentative", "Approved", "Denied", "Cancelled")
CANCELLED, DENIED = "Cancelled", "Denied"
_USUAL = {name.casefold(): name for name in STATUSES} | {"canceled": CANCELLED}
_DOUBTFUL = Spelling(null_means_empty=False)


@dataclass(frozen=True, slots=True)
class BookingRow:
    """A booking; `start` and `end` are wall-clock times as written, "" where the answer does not tell them.

    Not every booking has a project. `is_cancelled`: None where the answer does not tell it apart from the status.
    `subject`: the label in its title, "" without one, and where the site has no pattern for it.
    """

    id: str
    status: Text
    start: str
    end: str
    resource: Text
    project: Text
    is_cancelled: bool | None = None
    owner: Text = ""
    booker: Text = ""
    subject: Text = ""


@dataclass(frozen=True, slots=True)
class ReadBookings:
    """The bookings of one answer.

    `window`: all that start in it are among the rows; None where that is not known, so that nothing is missing.
    `asked_from`: how far back was asked, with success or without.
    """

    rows: tuple[BookingRow, ...] = ()
    window: Window | None = None
    asked_from: datetime | None = None
    notes: tuple[str, ...] = ()


NOTHING_READ = ReadBookings()


@dataclass(frozen=True, slots=True)
class BookedTime:
    """A booking of the mirror, half-open. Ids are Calpendo's, "" for none.

    `missing_sweeps` read its day whole and did not find it; `withdrawn_at`: when it was believed to be gone.
    """

    id: str
    status: str
    is_cancelled: bool
    starts_at: datetime
    ends_at: datetime
    written_start: str
    written_end: str
    zone: str
    resource_id: str
    project_id: str
    owner_id: str = ""
    booker_id: str = ""
    subject_label: str = ""
    missing_sweeps: int = 0
    withdrawn_at: datetime | None = None


def booking_status(status: str) -> str:
    """The status in its usual spelling, an unknown one as it came: databases and exports write it in upper case."""
    return _USUAL.get(status.casefold(), status)


def read_booking(
    row: Mapping[str, Any], spelling: Spelling, subjects: SubjectReader | None = None
) -> BookingRow | None:
    """A typed row; None without an id. Both names of the end occur (contract 1.5).

    :param subjects: finds the subject's label in the title or the description, which are dropped here.
    """
    found = read_id(read_path(row, "id"))
    if found is None:
        return None
    start, end = _times(row)
    return BookingRow(
        id=found,
        status=_shared(read_required_text(row, "status", 40)),
        start=start,
        end=end,
        resource=_shared(_reference(row, "resource", _DOUBTFUL)),
        project=_shared(_reference(row, "project", spelling)),
        is_cancelled=_told_claim(read_path(row, "cancelled")),
        owner=_shared(_reference(row, "owner", spelling)),
        booker=_shared(_reference(row, "booker", spelling)),
        subject=subjects.label(read_text(row, name, spelling) for name in TITLES) if subjects else "",
    )


def _told_claim(value: object) -> bool | None:
    """A yes or no, as JSON or in words; None for anything else."""
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.strip().casefold())
    return value if isinstance(value, bool) else None


def _shared(text: Text) -> Text:
    """The same text once: tens of thousands of bookings name a few statuses, resources and projects."""
    return intern(text) if isinstance(text, str) else text


def _times(row: Mapping[str, Any]) -> tuple[str, str]:
    """Start and end as written: by property, or from how the range is displayed."""
    values = [read_path(row, f"dateRange.{name}") for name in ("start", "finish", "end")]
    start, *ends = (clean_text(each, LONGEST) if isinstance(each, str) else "" for each in values)
    end = next(filter(None, ends), "")
    if start and end:
        return start, end
    for path in ("dateRange", "dateRange.formattedName", "formattedName"):
        text = read_path(row, path)
        shown = written_range(text) if isinstance(text, str) else None
        if shown is not None:
            return shown
    return "", ""


def _reference(row: Mapping[str, Any], name: str, spelling: Spelling) -> Text:
    """The id that a property refers to: asked for by itself (`project.id`), or in a reference."""
    by_itself = f"{name}.id"
    return read_reference(row, name if read_path(row, by_itself) is ABSENT else by_itself, spelling)
