"""What approving or rejecting a hold does to the rows, in the caller's transaction, with its Events.

Each looks at the rows anew: what a sweep took back since the list was read has no effect, and is told as None.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from fornix.access.actors import Actor
from fornix.access.memberships import Grant, GrantChange
from fornix.audit.events import Verb, record_event
from fornix.booking.grants import apply_grants
from fornix.booking.held_roles import read_held, write_roles
from fornix.booking.held_rows import DECIDED, HELD, PART_HOLDS, HoldKind
from fornix.booking.mirror import as_roles
from fornix.models import Account, BookingPerson, BookingProject, BookingRole, Project
from fornix.models.booking import Hold


@dataclass(frozen=True, slots=True)
class RightChange:
    """A role that an account got or lost by Calpendo, because somebody decided so."""

    username: str
    project: str
    role: str


@dataclass(frozen=True, slots=True)
class Effect:
    """What one decision changed."""

    granted: tuple[RightChange, ...] = ()
    revoked: tuple[RightChange, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """Who decides, when, and which way."""

    actor: Actor
    at: datetime
    is_approval: bool

    @property
    def verb(self) -> Verb:
        """How the Event names it."""
        return Verb.HOLD_APPROVED if self.is_approval else Verb.HOLD_REJECTED


def decide_on(kind: HoldKind, pk: int, decision: Decision) -> Effect | None:
    """Writes the decision; None when there is nothing of it left to decide."""
    return _EFFECTS[kind](kind, pk, decision)


def regrant(projects: Iterable[Project], actor: Actor, at: datetime, sweep_id: int | None = None) -> Effect:
    """Brings projects to what the mirror's rows say now, as the decision of somebody."""
    granted: list[RightChange] = []
    revoked: list[RightChange] = []
    for project in projects:
        change = apply_grants(project, at=at, sweep_id=sweep_id, decided_by=actor)
        names = _usernames(change)
        granted += _told(change.granted, project, names)
        revoked += _told(change.revoked, project, names)
    return Effect(tuple(granted), tuple(revoked))


def projects_of(person: BookingPerson) -> list[Project]:
    """The projects that hold data in which this person has any part."""
    return list(Project.objects.filter(booking_project__roles__person=person).distinct().order_by("pk"))


def _decide_on_person(kind: HoldKind, pk: int, decision: Decision) -> Effect | None:
    person = BookingPerson.objects.select_for_update().filter(HELD, pk=pk).first()
    if person is None or (person.hold in DECIDED and not decision.is_approval):
        return None
    if decision.is_approval:
        person.is_active = person.hold == Hold.REFUSED
        person.hold, person.held_at = Hold.NONE, None
    else:
        person.hold = Hold.KEPT
    person.save(update_fields=["is_active", "hold", "held_at"])
    _record(kind, decision, {"calpendo_ids": [person.external_id]}, account=person.account)
    return regrant(projects_of(person), decision.actor, decision.at) if decision.is_approval else Effect()


def _decide_on_status(kind: HoldKind, pk: int, decision: Decision) -> Effect | None:
    booked = BookingProject.objects.select_for_update().filter(HELD, pk=pk).first()
    if booked is None or (booked.hold in DECIDED and not decision.is_approval):
        return None
    told = {"calpendo_id": booked.external_id, "status": [booked.status, booked.held_status]}
    if decision.is_approval:
        booked.status, booked.status_since = booked.held_status, booked.held_at or decision.at
        booked.hold, booked.held_status, booked.held_at = Hold.NONE, "", None
    else:
        booked.hold = Hold.KEPT
    booked.save(update_fields=["status", "status_since", "hold", "held_status", "held_at"])
    return _end(kind, decision, booked, told)


def _decide_on_parts(kind: HoldKind, pk: int, decision: Decision) -> Effect | None:
    booked = BookingProject.objects.select_for_update().filter(pk=pk).first()
    if booked is None:
        return None
    waits, decided = PART_HOLDS[kind]
    rows = BookingRole.objects.filter(booking_project=booked, hold=waits)
    if not rows.exists() and decision.is_approval:
        rows = BookingRole.objects.filter(booking_project=booked, hold=decided)
    people = sorted(set(rows.values_list("person__external_id", flat=True)))
    decides_roles = kind is HoldKind.ADDITION and _decide_on_roles(booked, decision, alone=not people)
    if not people and not decides_roles:
        return None
    if not decision.is_approval:
        rows.update(hold=decided)
    elif kind is HoldKind.REMOVAL:
        rows.delete()
    else:
        rows.update(hold=Hold.NONE, held_at=None)
    return _end(kind, decision, booked, {"calpendo_id": booked.external_id, "calpendo_ids": people})


def _decide_on_roles(booked: BookingProject, decision: Decision, *, alone: bool) -> bool:
    """Decides on the roles that wait; on refused ones only where nothing else does. False: there are none."""
    held = read_held(booked.part_roles)
    if held is None or (held.hold is Hold.REFUSED and not (alone and decision.is_approval)):
        return False
    roles = as_roles(booked.part_roles)
    if decision.is_approval:
        booked.part_roles = write_roles(held.roles, None, decision.at)
    else:
        booked.part_roles = write_roles(roles, replace(held, hold=Hold.REFUSED), decision.at)
    booked.save(update_fields=["part_roles"])
    return True


_EFFECTS: Mapping[HoldKind, Callable[[HoldKind, int, Decision], Effect | None]] = {
    HoldKind.REMOVAL: _decide_on_parts,
    HoldKind.ADDITION: _decide_on_parts,
    HoldKind.STATUS: _decide_on_status,
    HoldKind.PERSON: _decide_on_person,
}


def _end(kind: HoldKind, decision: Decision, booked: BookingProject, told: Mapping[str, object]) -> Effect:
    project = Project.objects.filter(booking_project=booked).first()
    _record(kind, decision, told, project=project)
    if project is None or not decision.is_approval:
        return Effect()
    return regrant([project], decision.actor, decision.at)


def _record(
    kind: HoldKind,
    decision: Decision,
    details: Mapping[str, object],
    *,
    project: Project | None = None,
    account: Account | None = None,
) -> None:
    record_event(
        decision.verb,
        at=decision.at,
        source=decision.actor.source,
        actor=decision.actor.account,
        project=project,
        account=account,
        details={"kind": kind.value, **details},
    )


def _usernames(change: GrantChange) -> dict[int, str]:
    ids = [each.account_id for each in (*change.granted, *change.revoked)]
    return dict(Account.objects.filter(pk__in=ids).values_list("pk", "username"))


def _told(grants: Iterable[Grant], project: Project, names: Mapping[int, str]) -> list[RightChange]:
    return [RightChange(names[each.account_id], project.label, each.role.value) for each in grants]
