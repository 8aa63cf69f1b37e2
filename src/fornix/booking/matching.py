"""Pure: which booking a scan was made in, by scanner and time (contract calpendo 4.8). Knows no rows and no clock.

The caller brings the bookings of one scanner: another resource's are never evidence.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from fornix.booking.booked_times import CANCELLED, DENIED, booking_status

# People begin early and overrun; values to start with, by the contract.
EARLY = timedelta(minutes=30)
LATE = timedelta(minutes=60)
ENOUGH = 0.5  # of a scan inside the widened booking
_OPEN = {"Approved", "Requested", "Tentative"}


class Standing(Enum):
    """What a booking is worth as evidence. All but OPEN are shown, and never decide anything."""

    OPEN = "open"
    CANCELLED = "cancelled"
    DENIED = "denied"
    WITHDRAWN = "withdrawn"  # Calpendo no longer lists it
    UNKNOWN = "unknown"  # a status that nobody has seen before


@dataclass(frozen=True, slots=True)
class BookedSlot:
    """A booked time [starts_at, ends_at) on the scanner. `project_id`: our row of the booked project, if it has one."""

    id: int
    starts_at: datetime
    ends_at: datetime
    project_id: int | None
    standing: Standing = Standing.OPEN


@dataclass(frozen=True, slots=True)
class ScanMatch:
    """How well a booking fits a scan.

    `share`: of the scan, 0 to 1, that lies in the booking widened by EARLY and LATE; `inside`: in the booking itself.
    `reading`: by which of the scan's spans.
    """

    slot: BookedSlot
    share: float
    inside: float
    distance: timedelta  # from the booking's start to the scan's first acquisition, either way
    reading: int = 0

    @property
    def counts(self) -> bool:
        """Whether it may decide: a booking that stands, and enough of the scan in it."""
        return self.slot.standing is Standing.OPEN and self.share >= ENOUGH


Interval = tuple[datetime, datetime]


def standing_of(status: str, *, is_cancelled: bool, is_withdrawn: bool) -> Standing:
    """The worth of a booking by its status, whatever its case."""
    status = booking_status(status)
    if is_cancelled or status == CANCELLED:
        return Standing.CANCELLED
    if status == DENIED:
        return Standing.DENIED
    if is_withdrawn:
        return Standing.WITHDRAWN
    return Standing.OPEN if status in _OPEN else Standing.UNKNOWN


def match_scan(spans: Sequence[Interval], slots: Iterable[BookedSlot]) -> tuple[ScanMatch, ...]:
    """The bookings that a scan touches, best first.

    :param spans: (first, last) acquisition as instants, both ends counted. More than one where a clock change leaves
        it open which is meant: each booking is compared with the one that fits it best.
    """
    found = [match for slot in slots for match in [_best_reading(spans, slot)] if match is not None]
    return tuple(sorted(found, key=_order))


def deciding_project(matches: Iterable[ScanMatch]) -> int | None:
    """The one project that the scan was booked for; None when no booking, or more than one project's, counts.

    Several bookings of one project say the same. One without a project leaves open whose the scan is, and so does one
    that was called off and holds more of the scan than any that stands: perhaps it took place all the same.
    """
    found = list(matches)
    projects = {match.slot.project_id for match in found if match.counts}
    if len(projects) != 1:
        return None
    (project_id,) = projects
    inside = max(match.inside for match in found if match.counts)
    doubtful = (match for match in found if not match.counts and match.slot.project_id != project_id)
    return None if any(match.inside > inside for match in doubtful) else project_id


def booking_of(matches: Iterable[ScanMatch], project_id: int) -> ScanMatch | None:
    """The project's own booking that the scan was made in; None when none counts, or two fit equally well."""
    own = [match for match in matches if match.counts and match.slot.project_id == project_id]
    if not own or any(other.inside == own[0].inside for other in own[1:]):
        return None
    return own[0]


def booked_otherwise(matches: Sequence[ScanMatch], project_id: int | None) -> ScanMatch | None:
    """The best booking of another project, where the scan was made in no booking of this one."""
    counting = [match for match in matches if match.counts and match.slot.project_id is not None]
    if any(match.slot.project_id == project_id for match in counting):
        return None
    return next(iter(counting), None)


def cancelled_booking(matches: Sequence[ScanMatch], project_id: int) -> ScanMatch | None:
    """The project's booking that was cancelled, denied or withdrawn, though the scan took place in it."""
    own = [match for match in matches if match.slot.project_id == project_id and match.share >= ENOUGH]
    if any(match.counts for match in own):
        return None
    gone = (Standing.CANCELLED, Standing.DENIED, Standing.WITHDRAWN)
    return next((match for match in own if match.slot.standing in gone), None)


def _best_reading(spans: Sequence[Interval], slot: BookedSlot) -> ScanMatch | None:
    widened = (slot.starts_at - EARLY, slot.ends_at + LATE)
    found = [
        ScanMatch(
            slot,
            share=_share(span, widened),
            inside=_share(span, (slot.starts_at, slot.ends_at)),
            distance=abs(span[0] - slot.starts_at),
            reading=reading,
        )
        for reading, span in enumerate(spans)
    ]
    touching = [match for match in found if match.share > 0]
    return min(touching, key=_order) if touching else None


def _share(span: Interval, booked: Interval) -> float:
    """The part of a span inside a half-open time; of a single instant all or nothing."""
    first, last = span
    if first == last:
        return 1.0 if booked[0] <= first < booked[1] else 0.0
    shared = min(last, booked[1]) - max(first, booked[0])
    return max(0.0, shared / (last - first))


def _order(match: ScanMatch) -> tuple[bool, float, float, timedelta, int, int]:
    """What counts before what does not, then the most of the scan, then the nearest start."""
    return (
        not match.counts, -match.inside, -match.share, match.distance, match.reading, match.slot.id,
    )  # fmt: skip
