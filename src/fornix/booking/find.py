"""Which booking project a code means, for routing: codes as they were valid when the data was acquired (contract 4.7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from fornix.dicom.labels import fold_code
from fornix.models import BookingCode, BookingProject

# Known to people and open for data (contract 4.2). Compared without case: exports and databases shout.
ROUTABLE = frozenset({"approved", "restricted", "terminated"})
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class FoundProject:
    """The one booking project that carries the code."""

    booking_project: BookingProject


@dataclass(frozen=True, slots=True)
class AmbiguousCode:
    """Several carry it, and neither spelling nor day of acquisition tells which is meant."""

    candidates: tuple[BookingProject, ...]


def find_booking_project(code: str, *, on: date | None) -> FoundProject | AmbiguousCode | None:
    """The booking project of a code among those that data may be routed to; None when there is none."""
    codes = [
        row
        for row in BookingCode.objects.filter(folded_code=fold_code(code)).select_related("booking_project")
        if row.booking_project.is_eligible and row.booking_project.status.casefold() in ROUTABLE
    ]
    for narrowed in (codes, [row for row in codes if row.code == code], _valid_on(codes, on)):
        projects = {row.booking_project_id: row.booking_project for row in narrowed}
        if len(projects) == 1:
            return FoundProject(next(iter(projects.values())))
    return (
        AmbiguousCode(tuple({row.booking_project_id: row.booking_project for row in codes}.values()))
        if codes
        else None
    )


def _valid_on(codes: list[BookingCode], on: date | None) -> list[BookingCode]:
    """The rows whose code was seen in use around that day; before the mirror began, nobody knows."""
    if on is None:
        return []
    return [row for row in codes if row.first_seen_at.date() - _DAY <= on <= row.last_seen_at.date() + _DAY]
