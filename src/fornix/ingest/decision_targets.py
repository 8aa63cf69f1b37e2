"""The project that a person files an arrival into: by label or code, or by its id in the booking system."""

from __future__ import annotations

from dataclasses import dataclass

from fornix.access.actors import Actor
from fornix.access.policy import ROLE_ACTIONS, Action, require
from fornix.booking.find import AmbiguousCode, find_booking_project
from fornix.booking.load import as_booked_project, as_person
from fornix.booking.mirror import Part
from fornix.booking.roles import roles_after
from fornix.catalog.arrivals import BY_ID
from fornix.catalog.projects import check_code, find_project
from fornix.dicom.labels import fold_code
from fornix.errors import Invalid, NotVisible
from fornix.models import Account, BookingProject, BookingRole, Project
from fornix.models.booking import Hold


class NoSuchProject(Invalid):
    """There is no project of this code in which you may add data."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where to: `name` is how routing finds it. A project that its first data makes is not there yet."""

    name: str
    label: str  # for people
    project: Project | None = None


def find_target(actor: Actor, name: str, *, may_create: bool = False) -> Target:
    """The project of this name, if the actor may add data to it.

    :param may_create: an administrator wants it to be made when neither the archive nor the mirror knows it.
    :raises NoSuchProject: nobody's, or none that the actor may see: which of the two, is not told.
    :raises NotAllowed: they see it, and may not add to it.
    """
    code = check_code(name)
    booked = _booked_by_id(code) if code.startswith(BY_ID) else None
    if booked is not None:
        return _target_of(actor, booked)
    project = find_project(code)
    if project is not None:
        return _existing(actor, project)
    match find_booking_project(code, on=None):
        case None:
            pass
        case AmbiguousCode(candidates=candidates):
            raise Invalid(_which(actor, code, candidates))
        case found:
            return _target_of(actor, found.booking_project)
    if may_create and actor.is_administrator and not code.startswith(BY_ID):
        return Target(code, code)
    raise NoSuchProject(
        f'There is no project "{code}". Its first data makes it: say so, or choose another.'
        if actor.is_administrator
        else None
    )


def may_add_booked(account: Account, booked: BookingProject) -> bool:
    """Whether the mirror would give this account a role that adds data, once the project's first data arrives."""
    roles = list(BookingRole.objects.filter(booking_project=booked).select_related("person"))
    people = {role.person.external_id: as_person(role.person) for role in roles}
    parts = {Part(role.person.external_id, role.part): Hold(role.hold) for role in roles}
    role = roles_after(as_booked_project(booked, parts), people, {}).get(account.pk)
    return account.is_active and role is not None and Action.DATA_ADD in ROLE_ACTIONS[role]


def _booked_by_id(code: str) -> BookingProject | None:
    return BookingProject.objects.filter(external_id=code.removeprefix(BY_ID)).first()


def _existing(actor: Actor, project: Project) -> Target:
    try:
        require(actor, Action.DATA_ADD, project)
    except NotVisible:
        raise NoSuchProject from None
    booked = project.booking_project
    # A code may be another project's by now: the id never is.
    is_plain = booked is None or fold_code(booked.code) == project.folded_label
    return Target(project.label if is_plain or booked is None else _id_of(booked), project.label, project)


def _target_of(actor: Actor, booked: BookingProject) -> Target:
    project = Project.objects.filter(booking_project=booked).first()
    if project is not None:
        return _existing(actor, project)
    if not actor.is_administrator and (actor.account is None or not may_add_booked(actor.account, booked)):
        raise NoSuchProject
    return Target(_id_of(booked), booked.code or booked.name or booked.external_id)


def _id_of(booked: BookingProject) -> str:
    return f"{BY_ID}{booked.external_id}"


def _which(actor: Actor, code: str, candidates: tuple[BookingProject, ...]) -> str:
    """The choices, to whom the projects of the booking system are no secret."""
    if not actor.is_administrator:
        return f'Several projects have the code "{code}". Ask an administrator to file it.'
    choices = " or ".join(
        f"{_id_of(each)} ({each.name[:60]})" for each in sorted(candidates, key=lambda each: each.external_id)
    )
    return f'Calpendo has several projects of the code "{code}". Say which one: {choices}'
