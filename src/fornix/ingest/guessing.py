"""The projects that a waiting arrival may belong to, best first, each with its reasons in one sentence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fornix.booking.acceptance import closed_because
from fornix.booking.matching import Standing
from fornix.ingest.booked import Bookings, bookings_of_day
from fornix.ingest.booked_words import told_booking
from fornix.ingest.code_refusals import SHOWN
from fornix.ingest.evidence import Evidence
from fornix.ingest.names import printable
from fornix.ingest.near_codes import NearCode, find_near
from fornix.ingest.reach import Reach
from fornix.ingest.refusals import AmbiguousProject, Guess, ProjectTakesNothing, Waits
from fornix.ingest.targets import Moment, SenderUnknown, Target, target_of
from fornix.models import BookingProject, Project

MOST = 5
# What each kind of evidence is worth; those for one project add up.
_NAMED, _HOLDS, _BOOKED, _WHOLE, _SLIP, _MAYBE, _CALLED_OFF = 8.0, 6.0, 4.0, 4.0, 3.0, 1.0, 0.5


@dataclass(frozen=True, slots=True)
class _Clue:
    target: Target
    worth: float
    why: str


def guess(
    waits: Waits,
    evidence: Evidence,
    bookings: Bookings,
    moment: Moment,
    reach: Reach,
    filed: tuple[Project, ...] = (),
) -> tuple[Guess, ...]:
    """At most MOST projects, none that the arrival may not reach.

    :param filed: projects that hold its study already.
    """
    worth: dict[tuple[object, ...], float] = {}
    clues: dict[tuple[object, ...], list[_Clue]] = {}
    for clue in _clues(waits, evidence, bookings, moment, filed):
        if not may_reach(clue.target, reach):
            continue
        key = _identity(clue.target)
        worth[key] = worth.get(key, 0.0) + clue.worth
        clues.setdefault(key, []).append(clue)
    best = sorted(clues, key=lambda key: -worth[key])[:MOST]
    return tuple(_guess(clues[key]) for key in best)


def _identity(target: Target) -> tuple[object, ...]:
    """Two projects may have one code."""
    if target.booked_id is not None:
        return ("booked", target.booked_id)
    return ("project", target.project.pk) if target.project is not None else ("code", target.code)


def may_reach(target: Target, reach: Reach) -> bool:
    """Whether this arrival may go there: by rights of today, or by those that the first data would bring."""
    if target.project is not None and reach.may_add_to(target.project):
        return True
    is_attached = target.project is not None and target.project.booking_project_id is not None
    if target.booked is not None and not is_attached:
        return reach.may_add_to_booked(target.booked)
    return target.project is None and not reach.is_limited


def _guess(clues: list[_Clue]) -> Guess:
    target = clues[0].target
    booked = target.booked or (target.project.booking_project if target.project is not None else None)
    why = "; ".join(dict.fromkeys(clue.why for clue in clues))
    return Guess(target.label, booked.external_id if booked is not None else "", why)


def _clues(
    waits: Waits, evidence: Evidence, bookings: Bookings, moment: Moment, filed: tuple[Project, ...]
) -> Iterator[_Clue]:
    for project in filed:
        yield _Clue(Target(project.label, project), _HOLDS, "it holds data of this study already")
    if isinstance(waits, SenderUnknown):
        yield _Clue(waits.target, _NAMED, waits.why)
    if isinstance(waits, AmbiguousProject):
        for booked in waits.candidates:
            yield _Clue(_target(booked), _NAMED, "it carries the code that the files name")
    if isinstance(waits, ProjectTakesNothing):
        booked = waits.booking_project
        yield _Clue(_target(booked), _NAMED, "the files name its code, but it takes nothing by itself now")
    yield from _booked_clues(evidence, bookings, moment)
    for near in find_near(evidence.candidates):
        if (
            near.booked is None
            or closed_because(near.booked, on=evidence.acquired_on, grace=moment.grace) is None
        ):
            yield _Clue(_near_target(near), _WHOLE if near.is_whole else _SLIP, _near_words(near))


def _booked_clues(evidence: Evidence, bookings: Bookings, moment: Moment) -> Iterator[_Clue]:
    for match in bookings.matches:
        row = bookings.rows[match.slot.id]
        if row.booking_project is None:
            continue
        worth = _MAYBE * match.share
        if match.counts:
            worth = _BOOKED * (0.5 + 0.5 * match.inside)
        elif match.slot.standing is not Standing.OPEN:
            worth = _CALLED_OFF
        doubt = (
            "" if bookings.is_known else ", if that is the scanner: nobody has said which one this data is of"
        )
        yield _Clue(
            _target(row.booking_project),
            worth if bookings.is_known else worth / 2,
            told_booking(row, evidence.machine, moment.zone) + doubt,
        )
    for row in bookings_of_day(evidence, moment.zone):
        if row.booking_project is not None:
            why = f"{told_booking(row, evidence.machine, moment.zone)}; the files tell the day, but no time"
            yield _Clue(_target(row.booking_project), _MAYBE, why)


def _target(booked: BookingProject) -> Target:
    return target_of(booked, booked.code)


def _near_target(near: NearCode) -> Target:
    return target_of(near.booked, near.code) if near.booked is not None else Target(near.code, near.project)


def _near_words(near: NearCode) -> str:
    written = printable(near.written[:SHOWN])
    if near.is_whole:
        return f'its code stands in the files, with other words: "{written}"'
    return f'the files say "{written}", which is nearly its code: typed wrong, maybe'
