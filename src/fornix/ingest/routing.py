"""Which project an arrival belongs to. Ordered: explicit, study already filed, project code in the tags; else it waits.

Site rules and bookings come between and after (DESIGN, story one); they are evidence of the same kind.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from fornix.booking.attach import attach_new_project
from fornix.booking.find import FoundProject, find_booking_project
from fornix.catalog.projects import create_project, find_labelled, find_project, free_label, lock_creation
from fornix.errors import Refused
from fornix.ingest.names import printable
from fornix.models import Arrival, BookingProject, ImagingSession, Project, Scan

_SHOWN = 60  # characters of a text that may be a code


class Waits(Refused):
    """This arrival waits for a person; the message says why and what to do."""


class AmbiguousProject(Waits):
    """Several projects of Calpendo carry the code."""


BY_ID = "calpendo:"  # --project calpendo:ID names a project by its id there


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the files of an arrival say of where it belongs."""

    study_uid: str = ""
    patient_id: str = ""
    recording_uids: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()  # project codes, strongest first
    acquired_on: date | None = None


def route(arrival: Arrival, evidence: Evidence, *, at: datetime, source: str) -> Project:
    """The arrival's project, made if its first data arrives now. Raises Waits. Called in the filing's transaction."""
    if arrival.project_label:
        return _explicit(arrival, evidence.acquired_on, at=at, source=source)
    filed = filed_in(evidence)
    if len(filed) == 1:
        return filed[0]
    if filed:
        labels = ", ".join(sorted(project.label for project in filed))
        raise Waits(f"this data is filed in several projects: {labels}. Say which one, with --project")
    for code in evidence.candidates:
        project = _known(code, evidence.acquired_on, at=at, source=source)
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


def _explicit(arrival: Arrival, on: date | None, *, at: datetime, source: str) -> Project:
    code = arrival.project_label
    booked = _booked_by_id(code)
    if booked is not None:
        return _project_of(booked, booked.code, at=at, source=source)
    try:
        # A person may mean a project by a code that Calpendo has given up, whatever day the data is of.
        project = _known(code, on, at=at, source=source) or find_project(code)
    except AmbiguousProject:
        project = Project.objects.filter(label=code).first()
        if project is None:
            raise
    if project is not None:
        return project
    if not arrival.may_create_project:
        raise Waits(f'there is no project "{code}". Its first data makes it: `fornix import --project`')
    lock_creation()
    return find_labelled(code) or create_project(code, at=at, source=source)


def _booked_by_id(code: str) -> BookingProject | None:
    """The booking project that is named by its id: what tells two apart that have one code."""
    if not code.startswith(BY_ID):
        return None
    return BookingProject.objects.filter(external_id=code.removeprefix(BY_ID)).first()


def _known(code: str, on: date | None, *, at: datetime, source: str) -> Project | None:
    """The project of this code in the archive, or made from the mirror's; None when neither knows it."""
    match find_booking_project(code, on=on):
        case FoundProject(booking_project=found):
            return _project_of(found, code, at=at, source=source)
        case None:
            return find_labelled(code)
        case several:
            choices = " or ".join(
                f"--project {BY_ID}{candidate.external_id} ({candidate.name})"
                for candidate in sorted(several.candidates, key=lambda candidate: candidate.external_id)
            )
            raise AmbiguousProject(
                f'Calpendo has several projects of the code "{code}". Say which one: {choices}'
            )


def _project_of(found: BookingProject, code: str, *, at: datetime, source: str) -> Project:
    """The project of a booking project. One of its code that is another's (codes are reused) is not touched."""
    lock_creation()
    project = Project.objects.filter(booking_project=found).first()
    if project is not None:
        return project
    project = find_labelled(code)
    if project is None or project.booking_project_id is not None:
        project = create_project(free_label(found.code or code), at=at, source=source)
    attach_new_project(project, found, at=at)
    return project
