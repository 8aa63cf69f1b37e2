"""Which project a code means, here or in the booking system, at the time of acquisition. Reads only; `open_target`
makes the project that gets its first data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from fornix.booking.acceptance import Closed, Grace, closed_because, grace_ends_on
from fornix.booking.attach import attach_new_project
from fornix.booking.find import ClosedProject, FormerCode, FoundProject, find_booking_project, find_former
from fornix.catalog.projects import create_project, find_labelled, free_label, lock_creation
from fornix.ingest.names import printable
from fornix.ingest.refusals import AmbiguousProject, ProjectTakesNothing
from fornix.models import BookingProject, Project

SHOWN = 60  # characters of a text that may be a code
BY_ID = "calpendo:"  # --project calpendo:ID names a project by its id there
_ADVICE = "Say the project, with --project, if it belongs there all the same"


@dataclass(frozen=True, slots=True)
class Moment:
    """When and whence an arrival is routed, and how long a Terminated project goes on taking data.

    `zone`: the scanners' calendar.
    """

    at: datetime
    source: str
    terminated_grace: timedelta
    zone: tzinfo = UTC

    @property
    def grace(self) -> Grace:
        """As the booking system's rules want it."""
        return Grace(self.at, self.terminated_grace, self.zone)


@dataclass(frozen=True, slots=True)
class Target:
    """A project that data may go to: one of this archive, one of the booking system's that has no data yet, or one
    that a person makes by naming it."""

    code: str
    project: Project | None = None
    booked: BookingProject | None = None

    @property
    def label(self) -> str:
        """How people know it."""
        if self.project is not None:
            return self.project.label
        return (self.booked.code if self.booked is not None else "") or self.code

    @property
    def booked_id(self) -> int | None:
        """Our row of the booked project."""
        if self.booked is not None:
            return self.booked.pk
        return self.project.booking_project_id if self.project is not None else None


def find_target(code: str, on: date | None, moment: Moment) -> Target | None:
    """The project of this code in the archive, or of the mirror's; None when neither knows it.

    Raises AmbiguousProject or ProjectTakesNothing.
    """
    match find_booking_project(code, on=on, grace=moment.grace):
        case FoundProject(booking_project=found):
            return target_of(found, code)
        case ClosedProject(booking_project=closed, why=why):
            labelled = find_labelled(code)
            if labelled is not None and labelled.booking_project_id is None:
                return Target(code, labelled)  # ours alone: Calpendo's project of that code never held data
            raise refusal_of(closed, why, on, moment.grace)
        case None:
            return _labelled(code, on, moment)
        case several:
            raise ambiguous(code, several.candidates)


def ambiguous(code: str, candidates: tuple[BookingProject, ...]) -> AmbiguousProject:
    """The refusal, with the ids that tell the projects apart."""
    choices = " or ".join(
        f"--project {BY_ID}{candidate.external_id} ({printable(candidate.name[:SHOWN])})"
        for candidate in sorted(candidates, key=lambda candidate: candidate.external_id)
    )
    message = f'Calpendo has several projects of the code "{code}". Say which one: {choices}'
    return AmbiguousProject(message, candidates)


def target_of(found: BookingProject, code: str) -> Target:
    """The project of a booking project. One of its code that is another's (codes are reused) is not touched."""
    project = Project.objects.filter(booking_project=found).first()
    if project is None:
        labelled = find_labelled(code)
        project = labelled if labelled is not None and labelled.booking_project_id is None else None
    return Target(code, project, found)


def open_target(target: Target, moment: Moment) -> Project:
    """The project itself, made if this is its first data, with its people from the mirror. In the caller's transaction.

    Others may have made it since the target was found: it is looked up again, alone.
    """
    lock_creation()
    if target.booked is None:
        return (
            target.project
            or find_labelled(target.code)
            or create_project(target.code, at=moment.at, source=moment.source)
        )
    again = target_of(target.booked, target.code)
    project = again.project
    if project is None:
        wanted = target.booked.code or target.code or target.booked.external_id
        project = create_project(free_label(wanted), at=moment.at, source=moment.source)
    if project.booking_project_id is None:
        attach_new_project(project, target.booked, at=moment.at)
    return project


def refusal_of(booked: BookingProject, why: Closed, on: date | None, grace: Grace) -> ProjectTakesNothing:
    """The reason in words: what Calpendo says, and how to file all the same."""
    last = grace_ends_on(booked, grace)
    status = f'has the status "{printable(booked.status)}" in Calpendo, which is not known here'
    told = {
        Closed.GONE: "is gone from Calpendo, so that no new data is filed there by itself",
        Closed.NOT_YET: f"is {booked.status} in Calpendo: data is filed there by itself once it is approved",
        Closed.FROZEN: f"is {booked.status} in Calpendo, so that no new data is filed there by itself",
        Closed.UNKNOWN: (status if booked.status else "has a status in Calpendo that cannot be read")
        + ", so that no new data is filed there by itself",
        Closed.ENDED: f"is Terminated in Calpendo and took what was scanned until {last:%Y-%m-%d}; this is of "
        + _day(on),
    }[why]
    return ProjectTakesNothing(
        f"project {printable((booked.code or booked.name)[:SHOWN])} {told}. {_ADVICE}", booked
    )


def _labelled(code: str, on: date | None, moment: Moment) -> Target | None:
    """The project that is called so here. A label is for ever; a code is not: one that was given up leads nowhere."""
    labelled = find_labelled(code)
    if labelled is not None and labelled.booking_project is None:
        return Target(code, labelled)
    former = find_former(code, moment.zone)
    if labelled is None or labelled.booking_project is None:
        if len(former) == 1:
            raise _given_up(code, former[0], on)
        return None
    for each in former:
        if each.booking_project == labelled.booking_project:
            raise _given_up(code, each, on)
    refused = closed_because(labelled.booking_project, on=on, grace=moment.grace)
    if refused is not None:
        raise refusal_of(labelled.booking_project, refused, on, moment.grace)
    return Target(code, labelled)


def _given_up(code: str, former: FormerCode, on: date | None) -> ProjectTakesNothing:
    """Calpendo may give the code to another project at any time, and the mirror sees that late: a person decides."""
    now = f", now {printable(former.booking_project.code[:SHOWN])}" if former.booking_project.code else ""
    name = printable(former.booking_project.name[:SHOWN])
    return ProjectTakesNothing(
        f'"{printable(code[:SHOWN])}" was the code of "{name}"{now} until {former.until:%Y-%m-%d}; this is of '
        f"{_day(on)}. {_ADVICE}",
        former.booking_project,
    )


def _day(on: date | None) -> str:
    return f"{on:%Y-%m-%d}" if on else "a day that the files do not tell"
