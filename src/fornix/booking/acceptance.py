"""Whether a booked project takes new data by itself (contract calpendo 4.2). A person may file for any project."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import Enum

from fornix.booking.standing import ProjectStanding, is_known_project_status, project_standing, project_status
from fornix.models import BookingProject

TERMINATED = "Terminated"


class Closed(Enum):
    """Why a project takes nothing."""

    GONE = "gone"  # Calpendo no longer has it
    NOT_YET = "not yet"  # Draft or Requested
    FROZEN = "frozen"  # Denied or Unbookable
    UNKNOWN = "unknown"  # a status that nobody has seen before
    ENDED = "ended"  # Terminated, and scanned after the time of grace


@dataclass(frozen=True, slots=True)
class Grace:
    """How long a Terminated project goes on taking what is scanned for it. `at`: now, where no day is told.

    `zone`: the scanners' calendar, which the files' days are of.
    """

    at: datetime
    length: timedelta
    zone: tzinfo = UTC


def closed_because(project: BookingProject, *, on: date | None, grace: Grace | None) -> Closed | None:
    """Why data of this day is not taken; None when it is.

    :param on: the day of acquisition, None when the files do not tell it. What was scanned in time is taken however
        late it is imported.
    :param grace: None: a Terminated project takes all.
    """
    if project.vanished_at is not None:
        return Closed.GONE
    if not is_known_project_status(project.status):
        return Closed.UNKNOWN
    match project_standing(project.status):
        case ProjectStanding.KNOWN:
            return Closed.NOT_YET
        case ProjectStanding.FROZEN:
            return Closed.FROZEN
    if project_status(project.status) == TERMINATED and grace is not None:
        today = grace.at.astimezone(grace.zone).date()
        return Closed.ENDED if (on or today) > grace_ends_on(project, grace) else None
    return None


def grace_ends_on(project: BookingProject, grace: Grace) -> date:
    """The last day whose scans a Terminated project takes."""
    # Rows from before statuses had a day: it was not later than the row's last change.
    since = project.status_since or project.last_seen_at
    return (since.astimezone(grace.zone) + grace.length).date()
