"""Which booking project a code means, for routing: by the codes valid on the day of acquisition (contract 4.7)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from fornix.booking.acceptance import Closed, Grace, closed_because
from fornix.booking.wire import parse_day
from fornix.dicom.labels import fold_code
from fornix.models import BookingCode, BookingProject

# A sweep sees a new code up to an hour late, or later when Calpendo could not be read.
SLACK = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class FoundProject:
    """The one booking project that carries the code."""

    booking_project: BookingProject


@dataclass(frozen=True, slots=True)
class ClosedProject:
    """The booking project that carries the code takes no data of that day."""

    booking_project: BookingProject
    why: Closed


@dataclass(frozen=True, slots=True)
class AmbiguousCode:
    """Several carry it, and neither spelling nor day of acquisition tells which is meant."""

    candidates: tuple[BookingProject, ...]


@dataclass(frozen=True, slots=True)
class FormerCode:
    """A booking project that carried the code up to this day and has given it up."""

    booking_project: BookingProject
    until: date


def find_booking_project(
    code: str, *, on: date | None, grace: Grace | None = None
) -> FoundProject | ClosedProject | AmbiguousCode | None:
    """The booking project of a code, among those that book a scanner; None when there is none.

    :param on: the day of acquisition; None: only codes that are carried now count.
    :param grace: for how long a Terminated project takes data, and in which zone days are; None: for ever, UTC.

    Codes compare folded; where different codes fold alike, only the one written exactly so counts. A code that was
    given up counts for data from before. When a code began is asked only between projects that share it; of several
    that had it on that day, those that take no data are not meant.
    """
    zone = grace.zone if grace is not None else UTC
    rows = [row for row in _carrying(fold_code(code)) if _has_not_ended(row, on, zone)]
    if len({row.code for row in rows}) > 1:
        written = unicodedata.normalize("NFC", code).strip()
        exact = [row for row in rows if row.code == written]
        if not exact:
            return AmbiguousCode(_projects(rows))
        rows = exact
    if on is not None and len(_projects(rows)) > 1:
        rows = [row for row in rows if _has_begun(row, on, zone)] or rows
    closed = [(project, closed_because(project, on=on, grace=grace)) for project in _projects(rows)]
    found = tuple(project for project, why in closed if why is None)
    if len(found) > 1:
        return AmbiguousCode(found)
    if found:
        return FoundProject(found[0])
    return next((ClosedProject(project, why) for project, why in closed if why is not None), None)


def find_former(code: str, zone: tzinfo) -> tuple[FormerCode, ...]:
    """The booking projects that have given up a code, one that takes up the same in another spelling apart."""
    former: dict[int, FormerCode] = {}
    for row in _carrying(fold_code(code)):
        found = FormerCode(row.booking_project, _day(row.last_seen_at, zone))
        known = former.get(row.booking_project_id)
        if fold_code(row.booking_project.code) != row.folded_code and (
            known is None or known.until < found.until
        ):
            former[row.booking_project_id] = found
    return tuple(former.values())


def _carrying(folded: str) -> Sequence[BookingCode]:
    rows = BookingCode.objects.filter(folded_code=folded, booking_project__is_eligible=True)
    return list(rows.select_related("booking_project").order_by("pk"))


def _has_not_ended(row: BookingCode, on: date | None, zone: tzinfo) -> bool:
    if row.booking_project.code == row.code:
        return True
    return on is not None and on <= _day(row.last_seen_at, zone)


def _has_begun(row: BookingCode, on: date, zone: tzinfo) -> bool:
    """The first code of a project is as old as the project, a later one as old as when it was first seen."""
    project = row.booking_project
    is_first = row.first_seen_at == project.first_seen_at
    created = parse_day(project.created_text)
    began = created if is_first and created is not None else _day(row.first_seen_at, zone) - SLACK
    return began <= on


def _day(at: datetime, zone: tzinfo) -> date:
    return at.astimezone(zone).date()


def _projects(rows: Iterable[BookingCode]) -> tuple[BookingProject, ...]:
    return tuple({row.booking_project_id: row.booking_project for row in rows}.values())
