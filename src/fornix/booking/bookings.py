"""Rows of bookings: read for a plan, written by it. A booking never grants access; it is evidence (contract 4.8)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fornix.booking.booked_times import BookedTime
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
)


def load_bookings(instance: str, ids: Iterable[str]) -> dict[str, BookedTime]:
    """The known ones among these ids."""
    wanted = list(ids)
    found: dict[str, BookedTime] = {}
    for start in range(0, len(wanted), BATCH):
        rows = Booking.objects.filter(instance=instance, external_id__in=wanted[start : start + BATCH])
        for row in rows.select_related("scanner", "booking_project"):
            found[row.external_id] = BookedTime(
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
            )
    return found


def write_bookings(changes: Sequence[BookedTime], instance: str) -> None:
    """Upserts by id, in the caller's transaction. Projects and resources are written before."""
    scanners = {row.external_id: row for row in Scanner.objects.filter(instance=instance)}
    projects = {
        row.external_id: row
        for row in BookingProject.objects.filter(
            instance=instance, external_id__in={change.project_id for change in changes}
        )
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
