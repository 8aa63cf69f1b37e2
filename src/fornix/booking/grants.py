"""Brings one project's memberships to what the mirror's rows say of it, in the caller's transaction."""

from __future__ import annotations

from datetime import datetime

from fornix.access.actors import Actor
from fornix.access.memberships import GrantChange, replace_grants
from fornix.booking.config import source_of
from fornix.booking.load import as_booked_project, as_person, current_roles
from fornix.booking.mirror import Part
from fornix.booking.roles import as_grants, roles_after
from fornix.models import BookingProject, BookingRole, Membership, Project
from fornix.models.booking import Hold


def apply_grants(
    project: Project, *, at: datetime, sweep_id: int | None = None, decided_by: Actor | None = None
) -> GrantChange:
    """Memberships of this project's Calpendo = BookingProject x BookingPerson x link (DESIGN, glossary).

    :param decided_by: who released what was held; None: the mirror itself.

    The booking project is locked, so that a sweep and an arriving project never each miss what the other writes.
    """
    if project.booking_project_id is None:
        return GrantChange((), ())
    booked = BookingProject.objects.select_for_update().get(pk=project.booking_project_id)
    roles = list(BookingRole.objects.filter(booking_project=booked).select_related("person"))
    people = {role.person.external_id: as_person(role.person) for role in roles}
    parts = {Part(role.person.external_id, role.part): Hold(role.hold) for role in roles}
    source = source_of(booked.instance)
    current = current_roles(Membership.objects.filter(project=project, source=source))
    mirrored = as_booked_project(booked, parts)
    wanted = as_grants(roles_after(mirrored, people, current), mirrored.part_roles)
    evidence = {"calpendo_id": booked.external_id}
    return replace_grants(
        project, source, wanted, at=at, sweep_id=sweep_id, decided_by=decided_by, evidence=evidence
    )
