"""Which booking project a code means, for routing: by the codes valid on the day of acquisition (contract 4.7)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from fornix.booking.acceptance import Closed, Grace, closed_because
from fornix.booking.wire import parse_day
from fornix.dicom.labels import fold_code
from fornix.models import BookingCode, BookingProject

# A sweep sees a new code up to an hour late, and the scanner's day may be another than UTC's.
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


def find_booking_project(
    code: str, *, on: date | None, grace: Grace | None = None
) -> FoundProject | ClosedProject | AmbiguousCode | None:
    """The booking project of a code, among those that book a scanner; None when there is none.

    :param on: the day of acquisition; None: only codes that are carried now count.
    :param grace: for how long a Terminated project takes data; None: for ever.

    Codes compare folded; where different codes fold alike, only the one written exactly so counts. A code that was
    given up counts for data from before. When a code began is asked only between projects that share it; of several
    that had it on that day, those that take no data are not meant.
    """
    rows = [row for row in _carrying(fold_code(code)) if _has_not_ended(row, on)]
    if len({row.code for row in rows}) > 1:
        written = unicodedata.normalize("NFC", code).strip()
        exact = [row for row in rows if row.code == written]
        if not exact:
            return AmbiguousCode(_projects(rows))
        rows = exact
    if on is not None and len(_projects(rows)) > 1:
        rows = [row for row in rows if _has_begun(row, on)] or rows
    closed = [(project, closed_because(project, on=on, grace=grace)) for project in _projects(rows)]
    found = tuple(project for project, why in closed if why is None)
    if len(found) > 1:
        return AmbiguousCode(found)
    if found:
        return FoundProject(found[0])
    return next((ClosedProject(project, why) for project, why in closed if why is not None), None)


def _carrying(folded: str) -> Sequence[BookingCode]:
    rows = BookingCode.objects.filter(folded_code=folded, booking_project__is_eligible=True)
    return list(rows.select_related("booking_project").order_by("pk"))


def _has_not_ended(row: BookingCode, on: date | None) -> bool:
    if row.booking_project.code == row.code:
        return True
    return on is not None and on <= row.last_seen_at.date()


def _has_begun(row: BookingCode, on: date) -> bool:
    """The first code of a project is as old as the project, a later one as old as when it was first seen."""
    project = row.booking_project
    is_first = row.first_seen_at == project.first_seen_at
    created = parse_day(project.created_text)
    began = created if is_first and created is not None else row.first_seen_at.date() - SLACK
    return began <= on


def _projects(rows: Iterable[BookingCode]) -> tuple[BookingProject, ...]:
    return tuple({row.booking_project_id: row.booking_project for row in rows}.values())
