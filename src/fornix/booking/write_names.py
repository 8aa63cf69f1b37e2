"""Writes which titles booked projects carry or carried, and when (contract calpendo 4.7). In the caller's
transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from fornix.booking.plan import ProjectChange
from fornix.models import BookingName, BookingProject

BATCH = 500


def write_names(rows: Sequence[BookingProject], changes: Sequence[ProjectChange], at: datetime) -> None:
    """A title once carried stays known, so that people find the project by it."""
    new = []
    for row, change in zip(rows, changes, strict=True):
        former = change.before.name if change.before else ""
        if former == row.name:
            continue
        if former:
            BookingName.objects.filter(booking_project=row, name=former).update(last_seen_at=at)
        if row.name and not BookingName.objects.filter(booking_project=row, name=row.name).exists():
            new.append(BookingName(booking_project=row, name=row.name, first_seen_at=at, last_seen_at=at))
    BookingName.objects.bulk_create(new, batch_size=BATCH)
