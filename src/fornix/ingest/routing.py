"""Which project an arrival belongs to. Ordered: explicit, study already filed, project code in the tags; else it waits.

Site rules and bookings come between and after (DESIGN, story one); they are evidence of the same kind.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from fornix.booking.acceptance import Closed, Grace, closed_because, grace_ends_on
from fornix.booking.attach import attach_new_project
from fornix.booking.find import ClosedProject, FormerCode, FoundProject, find_booking_project, find_former
from fornix.catalog.projects import create_project, find_labelled, find_project, free_label, lock_creation
from fornix.ingest.evidence import Evidence
from fornix.ingest.names import printable
from fornix.ingest.refusals import AmbiguousProject, Guess, ProjectTakesNothing, Waits
from fornix.models import Arrival, BookingProject, ImagingSession, Project, Scan

__all__ = ["Evidence", "Guess", "Moment", "Waits", "route"]

_SHOWN = 60  # characters of a text that may be a code
_ADVICE = "Say the project, with --project, if it belongs there all the same"


BY_ID = "calpendo:"  # --project calpendo:ID names a project by its id there


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


def route(arrival: Arrival, evidence: Evidence, moment: Moment) -> Project:
    """The arrival's project, made if its first data arrives now. Raises Waits. Called in the filing's transaction."""
    if arrival.project_label:
        return _explicit(arrival, evidence.acquired_on, moment)
    filed = filed_in(evidence)
    if len(filed) == 1:
        return filed[0]
    if filed:
        labels = ", ".join(sorted(project.label for project in filed))
        raise Waits(f"this data is filed in several projects: {labels}. Say which one, with --project")
    for code in evidence.candidates:
        project = _known(code, evidence.acquired_on, moment)
        if project is not None:
            return project
    if evidence.candidates:
        codes = ", ".join(f'"{printable(code[:_SHOWN])}"' for code in evidence.candidates)
        raise Waits(f"no known project is called {codes}. Say the project, with --project")
    raise Waits("nothing in the files names a project. Say it, with --project")


def filed_in(evidence: Evidence) -> list[Project]:
    """The projects that hold this study, or one of these recordings, already."""
    if evidence.study_uid:
        sessions = ImagingSession.objects.filter(study_uid=evidence.study_uid)
        return list(Project.objects.filter(pk__in=sessions.values("project")))
    scans = Scan.objects.filter(uid__in=[uid for uid in evidence.recording_uids if uid])
    return list(Project.objects.filter(pk__in=scans.values("session__project")))


def _explicit(arrival: Arrival, on: date | None, moment: Moment) -> Project:
    """What a person says outranks the codes' days, and what a project takes by itself."""
    code = arrival.project_label
    booked = _booked_by_id(code)
    if booked is not None:
        return _project_of(booked, booked.code, moment)
    try:
        # A person may mean a project by a code that Calpendo has given up, whatever day the data is of.
        project = _known(code, on, moment) or find_project(code)
    except AmbiguousProject:
        project = Project.objects.filter(label=code).first()
        if project is None:
            raise
    except ProjectTakesNothing as closed:
        project = _project_of(closed.booking_project, code, moment)
    if project is not None:
        return project
    if not arrival.may_create_project:
        raise Waits(f'there is no project "{code}". Its first data makes it: `fornix import --project`')
    lock_creation()
    return find_labelled(code) or create_project(code, at=moment.at, source=moment.source)


def _booked_by_id(code: str) -> BookingProject | None:
    """The booking project that is named by its id: what tells two apart that have one code."""
    if not code.startswith(BY_ID):
        return None
    return BookingProject.objects.filter(external_id=code.removeprefix(BY_ID)).first()


def _known(code: str, on: date | None, moment: Moment) -> Project | None:
    """The project of this code in the archive, or made from the mirror's; None when neither knows it."""
    match find_booking_project(code, on=on, grace=moment.grace):
        case FoundProject(booking_project=found):
            return _project_of(found, code, moment)
        case ClosedProject(booking_project=closed, why=why):
            labelled = find_labelled(code)
            if labelled is not None and labelled.booking_project_id is None:
                return labelled  # ours alone: Calpendo's project of that code never held data
            raise _refusal(closed, why, on, moment.grace)
        case None:
            return _labelled(code, on, moment)
        case several:
            choices = " or ".join(
                f"--project {BY_ID}{candidate.external_id} ({printable(candidate.name[:_SHOWN])})"
                for candidate in sorted(several.candidates, key=lambda candidate: candidate.external_id)
            )
            raise AmbiguousProject(
                f'Calpendo has several projects of the code "{code}". Say which one: {choices}',
                several.candidates,
            )


def _labelled(code: str, on: date | None, moment: Moment) -> Project | None:
    """The project that is called so here. A label is for ever; a code is not: one that was given up leads nowhere."""
    labelled = find_labelled(code)
    if labelled is not None and labelled.booking_project is None:
        return labelled
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
        raise _refusal(labelled.booking_project, refused, on, moment.grace)
    return labelled


def _given_up(code: str, former: FormerCode, on: date | None) -> ProjectTakesNothing:
    """Calpendo may give the code to another project at any time, and the mirror sees that late: a person decides."""
    now = f", now {printable(former.booking_project.code[:_SHOWN])}" if former.booking_project.code else ""
    name = printable(former.booking_project.name[:_SHOWN])
    return ProjectTakesNothing(
        f'"{printable(code[:_SHOWN])}" was the code of "{name}"{now} until {former.until:%Y-%m-%d}; this is of '
        f"{_day(on)}. {_ADVICE}",
        former.booking_project,
    )


def _day(on: date | None) -> str:
    return f"{on:%Y-%m-%d}" if on else "a day that the files do not tell"


def _refusal(booked: BookingProject, why: Closed, on: date | None, grace: Grace) -> ProjectTakesNothing:
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
        f"project {printable((booked.code or booked.name)[:_SHOWN])} {told}. {_ADVICE}", booked
    )


def _project_of(found: BookingProject, code: str, moment: Moment) -> Project:
    """The project of a booking project. One of its code that is another's (codes are reused) is not touched."""
    lock_creation()
    project = Project.objects.filter(booking_project=found).first()
    if project is not None:
        return project
    project = find_labelled(code)
    if project is None or project.booking_project_id is not None:
        project = create_project(
            free_label(found.code or code or found.external_id), at=moment.at, source=moment.source
        )
    attach_new_project(project, found, at=moment.at)
    return project
