"""Rows of bookings: read for a plan, written by it. A booking never grants access; it is evidence (contract 4.8)."""

from __future__ import annotations

from collections.abc import Sequence
from sys import intern

from django.db.models import QuerySet

from fornix.booking.booked_times import BookedTime, ReadBookings
from fornix.models import Booking, BookingPerson, BookingProject, Scanner

BATCH = 300
ROWS = 2000
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
    "owner",
    "booker",
    "subject_label",
    "missing_sweeps",
    "withdrawn_at",
)


def load_bookings(instance: str, read: ReadBookings) -> dict[str, BookedTime]:
    """What is known of the bookings that were read, and of those that start in the window and could be missing."""
    rows = Booking.objects.filter(instance=instance)
    found: dict[str, BookedTime] = {}
    if read.window is not None:
        begin, end = read.window.begins_at, read.window.ends_at
        found = _booked_times(rows.filter(starts_at__gte=begin, starts_at__lt=end))
    others = [row.id for row in read.rows if row.id not in found]
    for start in range(0, len(others), BATCH):
        found |= _booked_times(rows.filter(external_id__in=others[start : start + BATCH]))
    return found


def _booked_times(rows: QuerySet[Booking]) -> dict[str, BookedTime]:
    """As values, a year of them without a row in memory; what many of them say is one text."""
    columns = (
        "external_id", "status", "is_cancelled", "starts_at", "ends_at", "written_start", "written_end",
        "zone", "scanner__external_id", "booking_project__external_id", "owner__external_id",
        "booker__external_id", "subject_label", "missing_sweeps", "withdrawn_at",
    )  # fmt: skip
    found = {}
    for values in rows.values_list(*columns).iterator(chunk_size=ROWS):
        booked_id, status, cancelled, starts, ends, written_start, written_end, zone, *rest = values
        resource_id, project_id, owner_id, booker_id, label, missing, withdrawn_at = rest
        found[booked_id] = BookedTime(
            id=booked_id,
            status=intern(status),
            is_cancelled=cancelled,
            starts_at=starts,
            ends_at=ends,
            written_start=written_start,
            written_end=written_end,
            zone=intern(zone),
            resource_id=intern(resource_id or ""),
            project_id=intern(project_id or ""),
            owner_id=intern(owner_id or ""),
            booker_id=intern(booker_id or ""),
            subject_label=label,
            missing_sweeps=missing,
            withdrawn_at=withdrawn_at,
        )
    return found


def write_bookings(changes: Sequence[BookedTime], instance: str) -> None:
    """Upserts by id, in the caller's transaction. Projects, resources and people are written before."""
    scanners = dict(Scanner.objects.filter(instance=instance).values_list("external_id", "pk"))
    projects = dict(BookingProject.objects.filter(instance=instance).values_list("external_id", "pk"))
    people = dict(BookingPerson.objects.filter(instance=instance).values_list("external_id", "pk"))
    for start in range(0, len(changes), BATCH):
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
                scanner_id=scanners.get(change.resource_id),
                booking_project_id=projects.get(change.project_id),
                owner_id=people.get(change.owner_id),
                booker_id=people.get(change.booker_id),
                subject_label=change.subject_label,
                missing_sweeps=change.missing_sweeps,
                withdrawn_at=change.withdrawn_at,
            )
            for change in changes[start : start + BATCH]
        ]
        Booking.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["instance", "external_id"],
            update_fields=_FIELDS,
        )
