"""Reads the rows that are held otherwise than Calpendo says, as lines for people to decide on. Decides nothing."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import Min, Q, QuerySet

from fornix.booking.held_roles import HELD_KEY, raised_parts, read_held
from fornix.booking.mirror import RolesHeld, as_roles
from fornix.catalog.people import PARTS, person_name
from fornix.models import BookingPerson, BookingProject, BookingRole, Project
from fornix.models.booking import Hold

WAITING = Q(hold__in=(Hold.WAITING, Hold.PENDING))
HELD = WAITING | Q(hold__in=(Hold.KEPT, Hold.REFUSED))
DECIDED = (Hold.KEPT, Hold.REFUSED)
ANY = Q()
# Projects with roles that the site chose and that wait for a decision.
_RAISES = Q(**{f"part_roles__{HELD_KEY}": Hold.PENDING.value})


class HoldKind(StrEnum):
    """What is held: people who leave or join one project, its status, or that a person may not work any more."""

    REMOVAL = "removal"
    ADDITION = "addition"
    STATUS = "status"
    PERSON = "person"


# The holds on parts of each kind: the one that waits for a decision, and the one after it was decided.
PART_HOLDS = {
    HoldKind.REMOVAL: (Hold.WAITING, Hold.KEPT),
    HoldKind.ADDITION: (Hold.PENDING, Hold.REFUSED),
}


@dataclass(frozen=True, slots=True)
class Held:
    """One thing to decide on, or decided against Calpendo (`is_decided`), which may follow it later.

    `project` is its code here: "" where it holds no data, or where it is a person. `booked_title` is how Calpendo
    names it. `people` are names. `digest` is another one as soon as a decision would be about anything else.
    """

    id: str
    kind: HoldKind
    project: str
    booked_title: str
    reason: str
    people: tuple[str, ...]
    since: datetime
    digest: str
    is_decided: bool = False


def find_held(kind: HoldKind, pk: int) -> Held | None:
    """The one of this kind and row, as it is now; None when it is held no more."""
    match kind:
        case HoldKind.PERSON:
            found = held_people(Q(pk=pk))
        case HoldKind.STATUS:
            found = held_projects(Q(pk=pk))
        case _:
            found = (each for each in held_parts(pk) if each.kind is kind)
    return next(found, None)


def held_people(only: Q = ANY) -> Iterator[Held]:
    """People of whom the mirror acts as if they might work, or might not, otherwise than Calpendo says."""
    for person in BookingPerson.objects.filter(HELD, only).order_by("pk"):
        yield Held(
            id=f"{HoldKind.PERSON}-{person.pk}",
            kind=HoldKind.PERSON,
            project="",
            booked_title="",
            reason=_reason_of_person(person),
            people=(person_name(person),),
            since=person.held_at or person.last_seen_at,
            digest=_digest(person.pk, person.hold, person.held_at, person.status, person.expires_on),
            is_decided=person.hold in DECIDED,
        )


def held_projects(only: Q = ANY) -> Iterator[Held]:
    """Projects whose status is not followed."""
    rows = list(BookingProject.objects.filter(HELD, only).order_by("pk"))
    labels = _labels([row.pk for row in rows])
    listed: defaultdict[int, list[BookingRole]] = defaultdict(list)
    roles = BookingRole.objects.filter(booking_project__in=rows).exclude(
        hold__in=PART_HOLDS[HoldKind.ADDITION]
    )
    for role in roles.select_related("person").order_by("pk"):
        listed[role.booking_project_id].append(role)
    for row in rows:
        is_decided = row.hold in DECIDED
        reason = f"it is {row.held_status or 'without status'} in Calpendo"
        yield Held(
            id=f"{HoldKind.STATUS}-{row.pk}",
            kind=HoldKind.STATUS,
            project=labels.get(row.pk, ""),
            booked_title=_title(row),
            reason=f"{reason}, and goes on as {row.status} here" + (" by decision" if is_decided else ""),
            people=_names(listed[row.pk]),
            since=row.held_at or row.last_seen_at,
            # Who is listed gains or loses by the status: a decision is about them too.
            digest=_digest(
                row.pk, row.hold, row.held_at, row.status, row.held_status, *_states(listed[row.pk])
            ),
            is_decided=is_decided,
        )


def held_parts(booked: int | None = None) -> Iterator[Held]:
    """Projects that people leave or join in Calpendo and not here, or that would give more to their people by the roles
    that the site chose; one line for each project and direction.

    While something waits, the line is about that alone; what was decided earlier is told again after it.

    :param booked: our number of the only one that is asked about.
    """
    only = Q() if booked is None else Q(booking_project=booked)
    roles = BookingRole.objects.filter(HELD, only).select_related("person", "booking_project").order_by("pk")
    found: defaultdict[tuple[int, HoldKind], list[BookingRole]] = defaultdict(list)
    projects: dict[int, BookingProject] = {}
    for role in roles:
        kind = HoldKind.REMOVAL if role.hold in PART_HOLDS[HoldKind.REMOVAL] else HoldKind.ADDITION
        found[role.booking_project_id, kind].append(role)
        projects[role.booking_project_id] = role.booking_project
    raised = {row.pk: row for row in raising_projects() if booked in (None, row.pk)}
    projects |= raised
    labels = _labels([*projects])
    for pk, kind in sorted({*found, *((pk, HoldKind.ADDITION) for pk in raised)}):
        parts = _HeldParts(kind, projects[pk], found.get((pk, kind), []), kind is HoldKind.ADDITION)
        yield parts.line(labels.get(pk, ""))


def raising_projects() -> QuerySet[BookingProject]:
    """Those whose roles are held otherwise than the site chose them."""
    return BookingProject.objects.filter(part_roles__has_key=HELD_KEY).order_by("pk")


@dataclass(frozen=True, slots=True)
class _HeldParts:
    """All that is held of one project in one direction. `raises`: roles can be a part of it."""

    kind: HoldKind
    booked: BookingProject
    roles: Sequence[BookingRole]
    raises: bool

    def line(self, label: str) -> Held:
        """What waits, or else what was decided."""
        held = read_held(self.booked.part_roles) if self.raises else None
        is_decided = all(role.hold in DECIDED for role in self.roles) and (
            held is None or held.hold in DECIDED
        )
        roles = [role for role in self.roles if is_decided or role.hold not in DECIDED]
        held = held if held is not None and (is_decided or held.hold not in DECIDED) else None
        reasons = ([_TOLD[self.kind]] if roles else []) + ([self._raise(held)] if held else [])
        names = [*_names(roles), *(self._raised(held) if held else ())]
        since = [role.held_at or role.since for role in roles]
        return Held(
            id=f"{self.kind}-{self.booked.pk}",
            kind=self.kind,
            project=label,
            booked_title=_title(self.booked),
            reason="; ".join([*reasons, *([_DECIDED[self.kind]] if is_decided else [])]),
            people=tuple(dict.fromkeys(names)),
            since=min([*since, *([held.since] if held and held.since else [])]),
            digest=_digest(
                *_states(roles), *([sorted(self.booked.part_roles.items(), key=str)] if held else ())
            ),
            is_decided=is_decided,
        )

    def _raise(self, held: RolesHeld) -> str:
        more = raised_parts(as_roles(self.booked.part_roles), held).items()
        changes = ", ".join(f"{PARTS[part]} becomes {asked.value}" for part, (_, asked) in more)
        return f"calpendo.roles gives more: {changes}" if changes else "calpendo.roles gives other roles"

    def _raised(self, held: RolesHeld) -> tuple[str, ...]:
        more = raised_parts(as_roles(self.booked.part_roles), held)
        roles = BookingRole.objects.filter(booking_project=self.booked, part__in=more).exclude(
            hold__in=PART_HOLDS[HoldKind.ADDITION]
        )
        return _names(list(roles.select_related("person").order_by("pk")))


_TOLD = {HoldKind.REMOVAL: "no longer listed in Calpendo", HoldKind.ADDITION: "newly listed in Calpendo"}
_DECIDED = {HoldKind.REMOVAL: "they stay by decision", HoldKind.ADDITION: "refused by decision"}


def waiting_count() -> int:
    """How many lines wait for a decision."""
    roles = BookingRole.objects.filter(WAITING).values_list("booking_project", "hold").distinct()
    projects = list(BookingProject.objects.filter(WAITING | _RAISES).values_list("pk", "hold", "part_roles"))
    raises = {(pk, Hold.PENDING.value) for pk, _, written in projects if _is_raising(written)}
    by_status = sum(hold in (Hold.WAITING, Hold.PENDING) for _, hold, _ in projects)
    return len({*roles} | raises) + by_status + BookingPerson.objects.filter(WAITING).count()


def oldest_held_at() -> datetime | None:
    """Since when the oldest of what waits for a decision does; None when nothing waits."""
    found = [
        model._default_manager.filter(WAITING).aggregate(oldest=Min("held_at"))["oldest"]
        for model in (BookingPerson, BookingProject, BookingRole)
    ]
    raises = (read_held(row.part_roles) for row in BookingProject.objects.filter(_RAISES))
    found += [held.since for held in raises if held is not None]
    return min((each for each in found if each is not None), default=None)


def _is_raising(written: Mapping[str, Any]) -> bool:
    return written.get(HELD_KEY) == Hold.PENDING.value


def _states(roles: Sequence[BookingRole]) -> Iterator[tuple[object, ...]]:
    return ((role.pk, role.hold, role.held_at) for role in roles)


def _digest(*state: object) -> str:
    return hashlib.sha256(repr(state).encode()).hexdigest()[:16]


def _reason_of_person(person: BookingPerson) -> str:
    status = person.status or "without status"
    if person.expires_on is not None:
        status += f" (expires on {person.expires_on})"
    if person.hold == Hold.REFUSED:
        return f"{status} in Calpendo; suspended here by decision"
    if person.hold == Hold.KEPT:
        return f"{status} in Calpendo; keeps what comes from there by decision"
    return f"{status} in Calpendo; would lose all that comes from there"


def _labels(booking_project_pks: Sequence[int]) -> dict[int, str]:
    rows = Project.objects.filter(booking_project__in=set(booking_project_pks))
    return {pk: label for pk, label in rows.values_list("booking_project_id", "label") if pk is not None}


def _title(row: BookingProject) -> str:
    return f"{row.code or f'(no code, id {row.external_id})'} {row.name}".strip()


def _names(rows: Sequence[BookingRole]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(person_name(row.person) for row in rows))
