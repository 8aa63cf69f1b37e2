"""Removals that the guards held: what waits, and an administrator's decision to let them happen (contract 4.5)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Concat

from fornix.access.actors import Actor
from fornix.access.memberships import GrantChange, replace_grants
from fornix.access.policy import require_administrator
from fornix.audit.events import Verb, record_event
from fornix.booking.config import source_of
from fornix.booking.grants import apply_grants
from fornix.booking.lease import require_no_sweep
from fornix.booking.standing import ProjectStanding, statuses_of
from fornix.catalog.people import person_name
from fornix.errors import Invalid
from fornix.models import Account, BookingPerson, BookingProject, BookingRole, Membership, Project

ALL = "all"
_PERSON, _PROJECT = "person", "project"


class NoSuchHold(Invalid):
    """Nothing of this id is held."""


@dataclass(frozen=True, slots=True)
class HeldRemoval:
    """One removal to decide on. `project` is its code here, "" for a person who may no longer work in Calpendo."""

    id: str
    project: str
    reason: str
    people: tuple[str, ...]
    since: datetime


@dataclass(frozen=True, slots=True)
class Revoked:
    """A role that an approved removal took away."""

    username: str
    project: str
    role: str


def held_removals(actor: Actor) -> tuple[HeldRemoval, ...]:
    """Everything that waits, oldest first. For administrators."""
    require_administrator(actor)
    found = [*_of_people(), *_of_projects()]
    return tuple(sorted(found, key=lambda hold: (hold.since, hold.id)))


def approve_removals(actor: Actor, ids: Sequence[str], *, at: datetime) -> tuple[Revoked, ...]:
    """Lets held removals happen now, each in a transaction of its own; what was revoked.

    Roles of other sources stay. `ids` are those of `held_removals`, or `all`.

    :raises NoSuchHold: one of them is not held; then nothing is done.
    :raises SweepRunning: a sweep is running. Those released before it began stay so, the others stay held.
    """
    held = {hold.id for hold in held_removals(actor)}
    wanted = sorted(held) if ALL in ids else list(dict.fromkeys(ids))
    for each in wanted:
        if each not in held:
            raise NoSuchHold(f"No removal {each} is held. `fornix mirror holds` lists those that are.")
    revoked: list[Revoked] = []
    for each in wanted:
        kind, _, number = each.rpartition("-")
        release = _release_person if kind == _PERSON else _release_project
        with transaction.atomic():
            require_no_sweep(at)
            revoked += release(actor, int(number), at)
    return tuple(revoked)


def held_count(actor: Actor) -> int:
    """How many `held_removals` there are, in two queries; 0 for others than administrators."""
    if not actor.is_administrator:
        return 0
    return _held_people().count() + _held_projects().count()


def has_lost_its_standing(project: Project) -> bool:
    """Whether the project is only asked for in Calpendo now and still gives rights by it: held, see `guards`."""
    return Project.objects.filter(_lost_its_standing(), pk=project.pk).exists()


def _held_people() -> QuerySet[BookingPerson]:
    return BookingPerson.objects.filter(held_at__isnull=False)


def _held_projects() -> QuerySet[Project]:
    """Those with a removal to decide on; `has_lost` tells those that are held by their status."""
    waiting = BookingRole.objects.filter(booking_project=OuterRef("booking_project"), held_at__isnull=False)
    return Project.objects.annotate(
        has_lost=Case(When(_lost_its_standing(), then=True), default=False)
    ).filter(Q(has_lost=True) | Exists(waiting))


def _lost_its_standing() -> Q:
    by_calpendo = Membership.objects.filter(
        project=OuterRef("pk"), source=Concat(Value(source_of("")), OuterRef("booking_project__instance"))
    )
    return Q(
        Exists(by_calpendo),
        booking_project__vanished_at__isnull=True,
        booking_project__status__in=statuses_of(ProjectStanding.KNOWN),
    )


def _of_people() -> Iterator[HeldRemoval]:
    for person in _held_people().order_by("pk"):
        if person.held_at is not None:
            reason = f"{person.status or 'without status'} in Calpendo; loses all that comes from there"
            yield HeldRemoval(f"{_PERSON}-{person.pk}", "", reason, (person_name(person),), person.held_at)


def _of_projects() -> Iterator[HeldRemoval]:
    waiting: defaultdict[int, list[BookingRole]] = defaultdict(list)
    roles = BookingRole.objects.filter(held_at__isnull=False, booking_project__project__isnull=False)
    for role in roles.select_related("person").order_by("pk"):
        waiting[role.booking_project_id].append(role)
    for project in _held_projects().select_related("booking_project"):
        booked = project.booking_project
        if booked is not None:
            yield _of_project(project, booked, waiting[booked.pk], lost_standing=vars(project)["has_lost"])


def _of_project(
    project: Project, booked: BookingProject, roles: Sequence[BookingRole], *, lost_standing: bool
) -> HeldRemoval:
    since = [role.held_at for role in roles if role.held_at is not None]
    if lost_standing:
        roles = list(BookingRole.objects.filter(booking_project=booked).select_related("person"))
        # The row of a project is written when something of it changes: here, its status.
        since.append(booked.last_seen_at)
    return HeldRemoval(
        id=f"{_PROJECT}-{project.pk}",
        project=project.label,
        reason=f"it is {booked.status} in Calpendo" if lost_standing else "no longer listed in Calpendo",
        people=tuple(dict.fromkeys(person_name(role.person) for role in roles)),
        since=min(since),
    )


def _release_person(actor: Actor, pk: int, at: datetime) -> list[Revoked]:
    person = BookingPerson.objects.select_for_update().filter(pk=pk, held_at__isnull=False).first()
    if person is None:
        return []
    person.is_active, person.held_at = False, None
    person.save(update_fields=["is_active", "held_at"])
    _record(actor, at, account=person.account, details={"calpendo_id": person.external_id})
    projects = Project.objects.filter(booking_project__roles__person=person).distinct().order_by("pk")
    return [
        each
        for project in projects
        for each in _told(apply_grants(project, at=at, decided_by=actor), project)
    ]


def _release_project(actor: Actor, pk: int, at: datetime) -> list[Revoked]:
    project = Project.objects.select_for_update().get(pk=pk)
    booked = BookingProject.objects.select_for_update().get(project=project)
    waiting = BookingRole.objects.filter(booking_project=booked, held_at__isnull=False)
    has_lost = has_lost_its_standing(project)
    if not has_lost and not waiting.exists():
        return []  # A sweep that ended since it was listed has taken the hold back.
    people = list(waiting.values_list("person__external_id", flat=True))
    _record(actor, at, project=project, details={"calpendo_ids": sorted(set(people))})
    waiting.delete()
    if has_lost:
        change = replace_grants(project, source_of(booked.instance), (), at=at, decided_by=actor)
    else:
        change = apply_grants(project, at=at, decided_by=actor)
    return _told(change, project)


def _record(
    actor: Actor,
    at: datetime,
    *,
    details: Mapping[str, object],
    project: Project | None = None,
    account: Account | None = None,
) -> None:
    record_event(
        Verb.HOLD_APPROVED,
        at=at,
        source=actor.source,
        actor=actor.account,
        project=project,
        account=account,
        details=details,
    )


def _told(change: GrantChange, project: Project) -> list[Revoked]:
    names = dict(
        Account.objects.filter(pk__in=[each.account_id for each in change.revoked]).values_list(
            "pk", "username"
        )
    )
    return [Revoked(names[each.account_id], project.label, each.role.value) for each in change.revoked]
