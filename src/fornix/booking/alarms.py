"""What every page tells administrators of the mirror, in two queries: what waits, since when, and how fresh it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Min

from fornix.booking.held_rows import WAITING
from fornix.catalog.mirror import MirrorState, mirror_state
from fornix.models import BookingPerson, BookingProject, BookingRole


@dataclass(frozen=True, slots=True)
class Alarms:
    """The mirror's state, and the holds that wait for a decision (holds.py) with the age of the oldest."""

    state: MirrorState
    waiting: int
    oldest_at: datetime | None


def alarms() -> Alarms:
    """For a page's frame, whose reader is an administrator."""
    # People and projects are lines of their own, the parts of one project and direction are one together.
    people, projects, parts = (
        rows.filter(WAITING).values("hold").annotate(lines=Count(of, distinct=True), oldest=Min("held_at"))
        for rows, of in (
            (BookingPerson.objects.all(), F("pk")),
            (BookingProject.objects.all(), F("pk")),
            (BookingRole.objects.all(), F("booking_project")),
        )
    )
    found = list(people.union(projects, parts, all=True))
    since = [each["oldest"] for each in found if each["oldest"] is not None]
    return Alarms(mirror_state(), sum(each["lines"] for each in found), min(since, default=None))
