"""Pure: bookings as told, and as instants. No title is read: it holds participants' names (contract calpendo 4.8)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from fornix.booking.wire import (
    UNKNOWN,
    Spelling,
    Text,
    clean_text,
    read_id,
    read_path,
    read_reference,
    read_required_text,
)

WINDOW = (timedelta(days=-14), timedelta(days=60))
CANCELLED = "cancelled"
_DOUBTFUL = Spelling(null_means_empty=False)


@dataclass(frozen=True, slots=True)
class BookingRow:
    """A booking; `start` and `end` are wall-clock times as written. Not every one has a project."""

    id: str
    status: Text
    start: str
    end: str
    resource: Text
    project: Text


@dataclass(frozen=True, slots=True)
class BookedTime:
    """A booking of the mirror, half-open. Ids are Calpendo's, "" for none."""

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


def window_expression(at: datetime, zone: ZoneInfo) -> tuple[str, ...]:
    """The query for bookings around a time, in the site's wall clock as Calpendo's vendor spells it (1.3)."""
    begin, end = (f"{(at.astimezone(zone) + span):%Y%m%dT%H%M}" for span in WINDOW)
    return ("AND", "dateRange.start", "GE", begin, "dateRange.start", "LT", end)


def read_booking(row: Mapping[str, Any], spelling: Spelling) -> BookingRow | None:
    """A typed row; None without an id and both times. Both names of the end occur (1.5)."""
    found = read_id(read_path(row, "id"))
    times = [read_path(row, path) for path in ("dateRange.start", "dateRange.finish", "dateRange.end")]
    start, *ends = (clean_text(each, 40) if isinstance(each, str) else "" for each in times)
    end = next(filter(None, ends), "")
    if found is None or not start or not end:
        return None
    return BookingRow(
        id=found,
        status=read_required_text(row, "status", 40),
        start=start,
        end=end,
        resource=read_reference(row, "resource", _DOUBTFUL),
        project=read_reference(row, "project", spelling),
    )


@dataclass(frozen=True, slots=True)
class Calendar:
    """What bookings refer to: the site's zone, and the ids of its resources and projects."""

    zone: ZoneInfo
    resource_ids: Collection[str]
    project_ids: Collection[str]


def changed_bookings(
    known: Mapping[str, BookedTime], rows: Sequence[BookingRow], calendar: Calendar
) -> tuple[BookedTime, ...]:
    """The bookings that are new or different. One that is missing is kept: it may have moved out of the window."""
    latest = {row.id: row for row in rows}
    after = [_booked(row, known.get(row.id), calendar) for row in latest.values()]
    return tuple(each for each in after if each is not None and each != known.get(each.id))


def _booked(row: BookingRow, known: BookedTime | None, calendar: Calendar) -> BookedTime | None:
    starts, ends = instants(row.start, calendar.zone), instants(row.end, calendar.zone)
    if not starts or not ends or min(starts) >= max(ends):
        return None
    status = row.status if row.status is not UNKNOWN else (known.status if known else "")
    return BookedTime(
        id=row.id,
        status=status,
        is_cancelled=status.casefold() == CANCELLED,
        # In the two odd hours of a year a wall clock means two instants: the booking then covers both.
        starts_at=min(starts),
        ends_at=max(ends),
        written_start=row.start,
        written_end=row.end,
        zone=calendar.zone.key,
        resource_id=_kept(row.resource, known.resource_id if known else "", calendar.resource_ids),
        project_id=_kept(row.project, known.project_id if known else "", calendar.project_ids),
    )


def _kept(told: Text, known: str, existing: Collection[str]) -> str:
    if told is UNKNOWN:
        return known
    return told if told in existing else ""


def instants(text: str, zone: ZoneInfo) -> set[datetime]:
    """The instants (UTC) that a wall clock can mean: one, two in the hours of a clock change, none if unreadable."""
    try:
        wall = datetime.fromisoformat(text)
        if wall.tzinfo is not None:
            return {wall.astimezone(UTC)}
        return {wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
    except (ValueError, OverflowError):
        return set()
