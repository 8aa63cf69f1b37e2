"""The bookings of the scanner at the time of an arrival: rows for booking.matching, and its answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta, tzinfo

from django.db.models import Q

from fornix.booking.matching import (
    EARLY,
    LATE,
    BookedSlot,
    ScanMatch,
    Standing,
    booked_otherwise,
    booking_of,
    cancelled_booking,
    deciding_project,
    match_scan,
    standing_of,
)
from fornix.ingest.evidence import Evidence
from fornix.models import Booking, Scanner

_MOST = 200  # bookings near one scan: more are no plan of anything
_LONGEST = timedelta(days=2)  # of a booking: it begins and ends on one day (contract 1.5)


@dataclass(frozen=True, slots=True)
class Bookings:
    """The bookings that an arrival may have been made in, best first.

    `is_known`: the scanner is the one that an administrator described; else these are those of every scanner that
    may be it, and decide nothing. `is_alone`: there is one such scanner only.
    """

    matches: tuple[ScanMatch, ...] = ()
    rows: Mapping[int, Booking] = field(default_factory=dict)
    is_known: bool = False
    is_alone: bool = False

    @property
    def deciding_project(self) -> int | None:
        """The row of the one booked project that decides; None when none does."""
        return deciding_project(self.matches) if self.is_known else None

    def booking_of(self, project_id: int | None) -> tuple[Booking, int] | None:
        """The project's own booking, and by which of the scan's spans; None when that is not sure."""
        if project_id is None or not (self.is_known or self.is_alone):
            return None
        found = booking_of(self.matches, project_id)
        return (self.rows[found.slot.id], found.reading) if found is not None else None

    def booked_otherwise(self, project_id: int | None) -> Booking | None:
        """The booking of another project that the scan was made in instead."""
        found = booked_otherwise(self.matches, project_id) if self.is_known else None
        return self.rows[found.slot.id] if found is not None else None

    def cancelled(self, project_id: int | None) -> Booking | None:
        """The project's booking that was called off, though the scan took place."""
        if project_id is None or not self.is_known:
            return None
        found = cancelled_booking(self.matches, project_id)
        return self.rows[found.slot.id] if found is not None else None


def find_bookings(evidence: Evidence) -> Bookings:
    """What was booked on the scanner when this was acquired."""
    if not evidence.spans:
        return Bookings()
    begins = min(span.first_at for span in evidence.spans)
    ends = max(span.last_at for span in evidence.spans)
    scanners = _scanners(evidence)
    rows = _near(scanners, begins - LATE, ends + EARLY)
    spans = [(span.first_at, span.last_at) for span in evidence.spans]
    matches = match_scan(spans, [slot_of(row) for row in rows.values()])
    return Bookings(matches, rows, evidence.machine.scanner_id is not None, len(scanners) == 1)


def bookings_of_day(evidence: Evidence, zone: tzinfo) -> list[Booking]:
    """What was booked on the day of files that tell no time, earliest first."""
    if evidence.spans or evidence.acquired_on is None:
        return []
    begins = datetime.combine(evidence.acquired_on, time.min, tzinfo=zone)
    try:
        rows = _near(_scanners(evidence), begins, begins + timedelta(days=1))
    except OverflowError:
        return []
    return [row for row in rows.values() if slot_of(row).standing is Standing.OPEN]


def _scanners(evidence: Evidence) -> list[int]:
    """The scanner that it is; where nobody said which, those of its kind."""
    if evidence.machine.scanner_id is not None:
        return [evidence.machine.scanner_id]
    kind = {"MR": "MR", "MEG": "MEG", "EEG": "MEG"}.get(evidence.modality)
    scanners = Scanner.objects.filter(modality=kind) if kind else Scanner.objects.exclude(modality="")
    return list(scanners.order_by("pk").values_list("pk", flat=True)[:50])


def _near(scanners: list[int], begins: datetime, ends: datetime) -> dict[int, Booking]:
    rows = Booking.objects.filter(
        Q(ends_at__gt=begins), scanner__in=scanners, starts_at__lt=ends, starts_at__gt=begins - _LONGEST
    )
    found = rows.select_related("booking_project", "scanner").order_by("starts_at", "pk")[:_MOST]
    return {row.pk: row for row in found}


def slot_of(row: Booking) -> BookedSlot:
    """A row as the matching takes it."""
    standing = standing_of(
        row.status, is_cancelled=row.is_cancelled, is_withdrawn=row.withdrawn_at is not None
    )
    return BookedSlot(row.pk, row.starts_at, row.ends_at, row.booking_project_id, standing)
