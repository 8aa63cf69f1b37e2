"""Asks Calpendo for the bookings around a time. They give no rights: where they cannot be read, the mirror goes on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from fornix.booking.booked_times import TITLES, BookingRow, ReadBookings, read_booking
from fornix.booking.client import CalpendoClient
from fornix.booking.config import CalpendoConfig
from fornix.booking.refusals import AnswerMisshapen, CalpendoUnusable, PasswordRefused, QueryRefused
from fornix.booking.subject_labels import SubjectReader
from fornix.booking.wall_clock import QUERY_SPELLINGS
from fornix.booking.windows import Window, far_window, near_window, parts_before
from fornix.booking.wire import UNKNOWN, Spelling

_NEEDED = ("id", "status")
# Properties of ranges and references are plain values, and vendor-documented; as a whole their shape in lists is not
# known (contract 1.3 to 1.5).
_SPAN = ("resource.id", "project.id", "dateRange.start")
_WHOLE = ("resource", "project", "dateRange")
_TIMES = ((*_SPAN, "dateRange.finish"), (*_SPAN, "dateRange.end"), _WHOLE)
# What a sweep can do without. The mark of what was cancelled is documented by others alone, and the status says it too.
_PEOPLE = ("owner.id", "booker.id")
_WHOLE_PEOPLE = ("owner", "booker")
_MARK = "cancelled"


def fetch_bookings(
    client: CalpendoClient, config: CalpendoConfig, spelling: Spelling, at: datetime, *, is_far: bool
) -> ReadBookings:
    """Bookings of the weeks around `at`, with `is_far` of the year before too; what cannot be read has a note."""
    near = near_window(at)
    far = far_window(at) if is_far else near
    subjects = SubjectReader(config.booking_subject_pattern) if config.booking_subject_pattern else None
    asking = _Asking(client, config.types.booking, config.zone, spelling, subjects)
    rows: list[BookingRow] = []
    notes: list[str] = []
    covered: Window | None = None
    for window in (near, *parts_before(near, far)):
        try:
            found, lost = asking.read(window)
        except PasswordRefused:
            raise
        except CalpendoUnusable as refusal:
            notes.append(f"bookings were not read from {window.begins_at:%Y-%m-%d} on: {refusal}")
            break
        rows += found
        if lost:
            notes.append(f"{lost} of the bookings came without an id: none counts as missing in this sweep")
            break
        covered = Window(window.begins_at, near.ends_at)
    notes += asking.notes()
    return ReadBookings(tuple(rows), covered, asked_from=far.begins_at, notes=tuple(notes))


@dataclass(slots=True)
class _Asking:
    """Finds out once how this Calpendo wants to be asked, and keeps to it."""

    client: CalpendoClient
    type_name: str
    zone: ZoneInfo
    spelling: Spelling
    subjects: SubjectReader | None = None
    way: tuple[str, tuple[str, ...]] | None = None
    known: dict[str, bool] = field(default_factory=dict)

    def read(self, window: Window) -> tuple[list[BookingRow], int]:
        """The bookings that start in a window, and how many could not be told by an id."""
        if self.way is not None:
            return self._typed(self._asked(window, *self.way))
        refusal: CalpendoUnusable = AnswerMisshapen("Calpendo tells of no booking when it is.")
        for way in self._ways(window):
            try:
                found, lost = self._typed(self._asked(window, *way))
            except QueryRefused as refused:
                refusal = refused
                continue
            if not found:  # no booking in these weeks, which tells nothing about the next
                return found, lost
            if _tells_enough(found, is_last=set(_WHOLE) <= set(way[1])):
                self.way = way
                return found, lost
        raise refusal

    def _ways(self, window: Window) -> Iterator[tuple[str, tuple[str, ...]]]:
        """The usual way; where it will not do, all others in the spelling of times that is understood."""
        usual = (QUERY_SPELLINGS[0], (*_TIMES[0], *self._extras(_TIMES[0])))
        yield usual
        written = self._understood(window)
        for times in _TIMES:
            if self.client.knows(self.type_name, *times):
                known = [each for each in self._extras(times) if self._knows(each)]
                if (written, (*times, *known)) != usual:
                    yield written, (*times, *known)

    def _knows(self, path: str) -> bool:
        if path not in self.known:
            self.known[path] = self.client.knows(self.type_name, path)
        return self.known[path]

    def _extras(self, times: tuple[str, ...]) -> tuple[str, ...]:
        """Titles only where the site wants a subject's label out of them."""
        people = _WHOLE_PEOPLE if times == _WHOLE else _PEOPLE
        return (*people, _MARK, *(TITLES if self.subjects else ()))

    def notes(self) -> Iterator[str]:
        """What a person should know about the labels of subjects."""
        if self.subjects is not None and self.subjects.slow:
            yield (
                f"calpendo.booking_subject_pattern takes too long with {self.subjects.slow} titles or more: bookings "
                "stay without a subject; a simpler pattern helps"
            )
        if self.subjects is not None and self.way is not None and not set(TITLES) & set(self.way[1]):
            yield "bookings have neither title nor description here: their subjects stay as they were"

    def _understood(self, window: Window) -> str:
        """Tried with what every booking has: where that is refused too, no other properties need trying."""
        *spellings, last = QUERY_SPELLINGS
        for written in spellings:
            try:
                self._asked(window, written, ())
            except QueryRefused:
                continue
            return written
        self._asked(window, last, ())
        return last

    def _asked(self, window: Window, written: str, paths: tuple[str, ...]) -> list[Any]:
        where = window.expression(self.zone, written)
        return self.client.fetch_list(self.type_name, (*_NEEDED, *paths), where)

    def _typed(self, rows: list[Any]) -> tuple[list[BookingRow], int]:
        read = [
            read_booking(row, self.spelling, self.subjects) if isinstance(row, dict) else None for row in rows
        ]
        found = [row for row in read if row is not None]
        return found, len(read) - len(found)


def _tells_enough(rows: list[BookingRow], *, is_last: bool) -> bool:
    """Whether this way of asking brings times and resources; where none brings resources, times will do."""
    return any(row.start and (is_last or row.resource is not UNKNOWN) for row in rows)
