"""Projects that data may go to, and making the one that gets its first data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from fornix.booking.acceptance import Grace
from fornix.booking.attach import attach_new_project
from fornix.catalog.projects import create_project, find_labelled, free_label, lock_creation
from fornix.ingest.refusals import Waits
from fornix.models import BookingProject, Project


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


class SenderUnknown(Waits):
    """It was recovered, so that not even a clear trace of its project files it; that is a guess, and `why`."""

    def __init__(self, target: Target, why: str) -> None:
        super().__init__("recovered: who sent it is not known. Say the project, with --project")
        self.target = target
        self.why = why


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
