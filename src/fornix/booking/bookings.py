"""Rows of bookings: read for a plan, written by it. A booking never grants access; it is evidence (contract 4.8)."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q, QuerySet

from fornix.booking.booked_times import BookedTime, ReadBookings
from fornix.models import Booking, BookingProject, Scanner

BATCH = 300
_FIELDS = (
    "status",
    "is_cancelled",
    "starts_at",
    "ends_at",
    "written_start",
    "written_end",
    "zone",
    "scanner",
    "booking_project",
    "missing_sweeps",
    "withdrawn_at",
)


def load_bookings(instance: str, read: ReadBookings) -> dict[str, BookedTime]:
    """What is known of the bookings that were read, and of those that start in the window and could be missing."""
    rows = Booking.objects.filter(instance=instance)
    found: dict[str, BookedTime] = {}
    if read.window is not None:
        in_window = Q(starts_at__gte=read.window.begins_at, starts_at__lt=read.window.ends_at)
        found = {row.external_id: _as_booked_time(row) for row in _with_ids(rows.filter(in_window))}
    others = [row.id for row in read.rows if row.id not in found]
    for start in range(0, len(others), BATCH):
        some = rows.filter(external_id__in=others[start : start + BATCH])
        found |= {row.external_id: _as_booked_time(row) for row in _with_ids(some)}
    return found


def _with_ids(rows: QuerySet[Booking]) -> QuerySet[Booking]:
    return rows.select_related("scanner", "booking_project")


def _as_booked_time(row: Booking) -> BookedTime:
    return BookedTime(
        id=row.external_id,
        status=row.status,
        is_cancelled=row.is_cancelled,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        written_start=row.written_start,
        written_end=row.written_end,
        zone=row.zone,
        resource_id=row.scanner.external_id if row.scanner else "",
        project_id=row.booking_project.external_id if row.booking_project else "",
        missing_sweeps=row.missing_sweeps,
        withdrawn_at=row.withdrawn_at,
    )


def write_bookings(changes: Sequence[BookedTime], instance: str) -> None:
    """Upserts by id, in the caller's transaction. Projects and resources are written before."""
    scanners = {row.external_id: row for row in Scanner.objects.filter(instance=instance)}
    projects = {
        row.external_id: row for row in BookingProject.objects.filter(instance=instance).only("external_id")
    }
    rows = [
        Booking(
            instance=instance,
            external_id=change.id,
            status=change.status,
            is_cancelled=change.is_cancelled,
            starts_at=change.starts_at,
            ends_at=change.ends_at,
            written_start=change.written_start,
            written_end=change.written_end,
            zone=change.zone,
            scanner=scanners.get(change.resource_id),
            booking_project=projects.get(change.project_id),
            missing_sweeps=change.missing_sweeps,
            withdrawn_at=change.withdrawn_at,
        )
        for change in changes
    ]
    Booking.objects.bulk_create(
        rows,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["instance", "external_id"],
        update_fields=_FIELDS,
    )
