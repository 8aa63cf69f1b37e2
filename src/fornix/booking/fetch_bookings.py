"""Asks Calpendo for the bookings around a time. They give no rights: where they cannot be read, the mirror goes on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from zoneinfo import ZoneInfo

from fornix.booking.booked_times import BookingRow, ReadBookings, read_booking
from fornix.booking.client import CalpendoClient
from fornix.booking.config import CalpendoConfig
from fornix.booking.refusals import CalpendoUnusable, PasswordRefused, QueryRefused
from fornix.booking.wall_clock import QUERY_SPELLINGS
from fornix.booking.windows import Window, far_window, near_window, parts_before
from fornix.booking.wire import Spelling

_NEEDED = ("id", "status", "resource", "project")
# A range as one property or as two: which of them a Calpendo gives in lists is not known.
_RANGES = (("dateRange",), ("dateRange.start", "dateRange.finish"))


def fetch_bookings(
    client: CalpendoClient, config: CalpendoConfig, spelling: Spelling, at: datetime, *, is_far: bool
) -> ReadBookings:
    """Bookings of the weeks around `at`, with `is_far` of the year before too; what cannot be read has a note."""
    near, far = near_window(at), far_window(at)
    asking = _Asking(client, config.types.booking, config.zone, spelling)
    rows: list[BookingRow] = []
    covered: Window | None = None
    for window in (near, *(parts_before(near, far) if is_far else ())):
        try:
            rows += asking.read(window)
        except PasswordRefused:
            raise
        except CalpendoUnusable as refusal:
            note = f"bookings from {window.begins_at:%Y-%m-%d} on were not read: {refusal}"
            return ReadBookings(tuple(rows), covered, covered.begins_at if covered else None, (note,))
        covered = Window(window.begins_at, near.ends_at)
    return ReadBookings(tuple(rows), covered, covered.begins_at if covered else None)


@dataclass(slots=True)
class _Asking:
    """Finds out once how this Calpendo wants to be asked, and keeps to it."""

    client: CalpendoClient
    type_name: str
    zone: ZoneInfo
    spelling: Spelling
    way: tuple[tuple[str, ...], str] | None = None

    def read(self, window: Window) -> Iterator[BookingRow]:
        """The bookings that start in a window."""
        *others, last = [self.way] if self.way else product(_RANGES, QUERY_SPELLINGS)
        for way in others:
            try:
                return self._read(window, *way)
            except QueryRefused:
                continue
        return self._read(window, *last)

    def _read(self, window: Window, paths: tuple[str, ...], written: str) -> Iterator[BookingRow]:
        where = window.expression(self.zone, written)
        found = self.client.fetch_list(self.type_name, (*_NEEDED, *paths), where)
        self.way = (paths, written)
        read = (read_booking(row, self.spelling) for row in found if isinstance(row, dict))
        return (row for row in read if row is not None)
