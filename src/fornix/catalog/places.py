"""The projects that one person is on by name, and by what."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import F, Q

from fornix.access.actors import Actor
from fornix.access.visibility import readable_projects
from fornix.catalog.keyset import Listing, Window, cut
from fornix.catalog.people import Ground, ground_of, ground_of_override, strongest
from fornix.models import BookingRole, Membership, Override, Project
from fornix.models.memberships import OverrideKind


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """A project of one person, with the grounds of that."""

    code: str
    title: str
    role: str
    grounds: tuple[Ground, ...]


def places(actor: Actor, window: Window) -> Listing[PlaceLine]:
    """The projects that the actor's own account is on by name, and why."""
    mine = Membership.objects.filter(account=actor.account)
    pins = Override.objects.filter(account=actor.account, kind=OverrideKind.PIN)
    listed = Q(pk__in=mine.values("project")) | Q(pk__in=pins.values("project"))
    projects = readable_projects(actor).filter(listed)
    page = cut(projects.select_related("booking_project"), F("label"), window)
    parts: defaultdict[int | None, list[BookingRole]] = defaultdict(list)
    booked = [row.booking_project_id for row in page.rows if row.booking_project_id is not None]
    roles = BookingRole.objects.filter(person__account=actor.account, booking_project__in=booked)
    for role in roles.select_related("person", "booking_project").order_by("pk"):
        parts[role.booking_project_id].append(role)
    booked_as = {row.pk: row.booking_project_id for row in page.rows}
    grounds: defaultdict[int, list[Ground]] = defaultdict(list)
    for row in mine.filter(project__in=page.rows):
        grounds[row.project_id].append(ground_of(row, parts[booked_as[row.project_id]]))
    for pin in pins.filter(project__in=page.rows):
        grounds[pin.project_id].append(ground_of_override(pin))
    count = projects.count()
    return Listing(page.as_lines(lambda row: _place(row, grounds[row.pk])), count, count)


def _place(row: Project, grounds: list[Ground]) -> PlaceLine:
    return PlaceLine(
        code=row.label,
        title=(row.booking_project.name if row.booking_project else "") or row.name,
        role=strongest(grounds),
        grounds=tuple(grounds),
    )
