"""Pure: bookings as known + as told -> those that are new or different, withdrawn ones included (contract 4.8)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from fornix.booking.booked_times import CANCELLED, BookedTime, BookingRow, ReadBookings, booking_status
from fornix.booking.next_people import keep
from fornix.booking.wall_clock import span_of
from fornix.booking.wire import UNKNOWN, Text

WITHDRAWN_AFTER = 2  # sweeps
# A lost permission looks like many bookings deleted at once: then it takes a day of hourly sweeps, or as many days
# for those of months ago, which are read once a day.
WITHDRAWN_TOGETHER_AFTER = 24
MOST_SHARE = 0.10
FEW = 20


@dataclass(frozen=True, slots=True)
class Calendar:
    """What bookings refer to: the site's zone, the ids of its resources, projects and people, and now."""

    zone: ZoneInfo
    resource_ids: Collection[str]
    project_ids: Collection[str]
    at: datetime
    person_ids: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class NextBookings:
    """The changes, and what is odd about them."""

    changes: tuple[BookedTime, ...] = ()
    concerns: tuple[str, ...] = ()


def next_bookings(known: Mapping[str, BookedTime], read: ReadBookings, calendar: Calendar) -> NextBookings:
    """The bookings that are new or different. One that is missing is kept, and withdrawn when it stays missing.

    :param known: those of the answer, and all that start in its window.
    """
    latest = {row.id: row for row in read.rows}
    told = (_booked(row, known.get(row.id), calendar) for row in latest.values())
    missing = [each for each in _missing(known, read) if each.id not in latest]
    standing = len(latest) + len(missing)
    at_once = len(missing) > FEW and len(missing) > MOST_SHARE * standing
    concerns = []
    if missing and not latest:
        concerns.append(f"Calpendo lists no booking at all: the {len(missing)} that are known are kept")
        missing = []
    elif at_once:
        concerns.append(
            f"{len(missing)} of {standing} bookings are missing at once: they count as withdrawn only when "
            f"{WITHDRAWN_TOGETHER_AFTER} sweeps have missed them. May the service account still read them all?"
        )
    patience = WITHDRAWN_TOGETHER_AFTER if at_once else WITHDRAWN_AFTER
    changes = (
        *(each for each in told if each is not None and each != known.get(each.id)),
        *(_missed(each, calendar.at, patience) for each in missing),
    )
    return NextBookings(changes, tuple(concerns))


def _missing(known: Mapping[str, BookedTime], read: ReadBookings) -> Iterator[BookedTime]:
    if read.window is None:
        return
    for each in known.values():
        if each.withdrawn_at is None and read.window.surely_covers(each.starts_at):
            yield each


def _missed(each: BookedTime, at: datetime, patience: int) -> BookedTime:
    sweeps = each.missing_sweeps + 1
    return replace(each, missing_sweeps=sweeps, withdrawn_at=at if sweeps >= patience else None)


def _booked(row: BookingRow, known: BookedTime | None, calendar: Calendar) -> BookedTime | None:
    """A booking as it is now; what the answer hides is as it was. None when nothing tells its time."""
    span, written, zone = span_of(row.start, row.end, calendar.zone), (row.start, row.end), calendar.zone.key
    if span is None:
        if known is None:
            return None
        span, written, zone = (
            (known.starts_at, known.ends_at),
            (known.written_start, known.written_end),
            known.zone,
        )
    status = known.status if known else ""
    if row.status is not UNKNOWN:
        status = booking_status(row.status)
    return BookedTime(
        id=row.id,
        status=status,
        is_cancelled=status == CANCELLED or _is_marked(row, known, status),
        starts_at=span[0],
        ends_at=span[1],
        written_start=written[0],
        written_end=written[1],
        zone=zone,
        resource_id=_kept(row.resource, known.resource_id if known else "", calendar.resource_ids),
        project_id=_kept(row.project, known.project_id if known else "", calendar.project_ids),
        owner_id=_kept(row.owner, known.owner_id if known else "", calendar.person_ids),
        booker_id=_kept(row.booker, known.booker_id if known else "", calendar.person_ids),
        subject_label=keep(row.subject, known.subject_label if known else ""),
    )


def _is_marked(row: BookingRow, known: BookedTime | None, status: str) -> bool:
    """Whether it is cancelled, whatever its status says: some sites leave that as it was (contract 1.5)."""
    if row.is_cancelled is not None:
        return row.is_cancelled
    return known is not None and known.status == status and known.is_cancelled


def _kept(told: Text, known: str, existing: Collection[str]) -> str:
    if told is UNKNOWN:
        return known
    return told if told in existing else ""
