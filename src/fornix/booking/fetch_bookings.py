"""Asks Calpendo for the bookings around a time. They give no rights: where they cannot be read, the mirror goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from fornix.booking.booked_times import BookingRow, read_booking, window_expression
from fornix.booking.client import CalpendoClient
from fornix.booking.refusals import CalpendoUnusable, PasswordRefused, QueryRefused
from fornix.booking.wire import Spelling

BOOKING = "Calpendo.Booking"
BOOKING_NEEDED = ("id", "status", "resource", "project")


@dataclass(frozen=True, slots=True)
class FetchedBookings:
    """The bookings of a window, and what the sweep says of how they were read."""

    rows: tuple[BookingRow, ...]
    notes: tuple[str, ...] = ()


def fetch_bookings(
    client: CalpendoClient, zone: ZoneInfo, spelling: Spelling, at: datetime
) -> FetchedBookings:
    """Bookings of the weeks around `at`; none, with a note, where they cannot be read."""
    try:
        rows = _booking_rows(client, window_expression(at, zone))
    except PasswordRefused:
        raise
    except CalpendoUnusable as refusal:
        return FetchedBookings((), (f"bookings were not read: {refusal}",))
    objects = (row for row in rows if isinstance(row, dict))
    return FetchedBookings(tuple(filter(None, (read_booking(row, spelling) for row in objects))))


def _booking_rows(client: CalpendoClient, window: Sequence[str]) -> list[Any]:
    """A range as one property or as two: which of them a Calpendo gives in lists is not known."""
    try:
        return client.fetch_list(BOOKING, (*BOOKING_NEEDED, "dateRange"), window)
    except QueryRefused:
        return client.fetch_list(BOOKING, (*BOOKING_NEEDED, "dateRange.start", "dateRange.finish"), window)
