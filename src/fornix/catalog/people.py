"""Who is in a project, by which source and since when; who waits; and the places of one person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import F, Q

from fornix.access.actors import Actor
from fornix.access.policy import ROLE_ORDER
from fornix.access.visibility import readable_projects
from fornix.catalog.keyset import Listing, Window, cut
from fornix.catalog.person_names import full_name
from fornix.models import Account, BookingPerson, BookingRole, Membership, Override, Project
from fornix.models.memberships import OverrideKind

PARTS = {"owner": "owner", "pi": "PI", "user": "user"}


class Standing(StrEnum):
    """How a person stands to a project."""

    ADMITTED = "admitted"
    WAITING = "waiting"  # Calpendo lists the person, who has no account here yet
    SUSPENDED = "suspended"  # Calpendo lists the person, who may not work there now
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class Ground:
    """One row that a right rests on: `manual`, `calpendo:<instance>`, `pin` or `block`, and why in words."""

    source: str
    role: str
    evidence: str
    since: datetime


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A person of a project, with the strongest role first among the grounds."""

    name: str
    username: str
    role: str
    standing: Standing
    grounds: tuple[Ground, ...]
    removal_is_held: bool = False  # Calpendo lists the person no more; an administrator has not decided yet


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """A project of one person, with the grounds of that."""

    code: str
    title: str
    role: str
    grounds: tuple[Ground, ...]


def person_name(person: BookingPerson) -> str:
    """How Calpendo names a person, or the least that is known."""
    return full_name(person.given_name, person.family_name) or person.login_name or person.external_id


def project_people(project_id: int, booking_project_id: int | None) -> tuple[PersonLine, ...]:
    """Everybody in a project; the caller has made sure that the actor may read it. By role, then name."""
    held = _held_accounts(booking_project_id)
    lines = [*_admitted(project_id, held), *(_listed(booking_project_id) if booking_project_id else ())]
    return tuple(sorted(lines, key=_rank))


def places(actor: Actor, window: Window) -> Listing[PlaceLine]:
    """The projects that the actor's own account is on by name, and why."""
    mine = Membership.objects.filter(account=actor.account)
    pins = Override.objects.filter(account=actor.account, kind=OverrideKind.PIN)
    listed = Q(pk__in=mine.values("project")) | Q(pk__in=pins.values("project"))
    projects = readable_projects(actor).filter(listed)
    page = cut(projects.select_related("booking_project"), F("label"), window)
    grounds: defaultdict[int, list[Ground]] = defaultdict(list)
    for row in mine.filter(project__in=page.rows):
        grounds[row.project_id].append(_membership(row))
    for pin in pins.filter(project__in=page.rows):
        grounds[pin.project_id].append(_override(pin))
    count = projects.count()
    return Listing(page.as_lines(lambda row: _place(row, grounds[row.pk])), count, count)


def _place(row: Project, grounds: list[Ground]) -> PlaceLine:
    return PlaceLine(
        code=row.label,
        title=(row.booking_project.name if row.booking_project else "") or row.name,
        role=_strongest(grounds),
        grounds=tuple(grounds),
    )


def _admitted(project_id: int, held: frozenset[int]) -> Iterable[PersonLine]:
    grounds: defaultdict[int, list[Ground]] = defaultdict(list)
    accounts: dict[int, Account] = {}
    blocked: set[int] = set()
    for override in Override.objects.filter(project_id=project_id).select_related("account"):
        accounts[override.account_id] = override.account
        grounds[override.account_id].append(_override(override))
        if override.kind == OverrideKind.BLOCK:
            blocked.add(override.account_id)
    for row in Membership.objects.filter(project_id=project_id).select_related("account"):
        accounts[row.account_id] = row.account
        grounds[row.account_id].append(_membership(row))
    for pk, account in accounts.items():
        standing = Standing.BLOCKED if pk in blocked else Standing.ADMITTED
        if not account.is_active:
            standing = Standing.SUSPENDED
        yield PersonLine(
            name=account.name or account.username,
            username=account.username,
            role=_strongest(grounds[pk]),
            standing=standing,
            grounds=tuple(grounds[pk]),
            removal_is_held=pk in held,
        )


def _held_accounts(booking_project_id: int | None) -> frozenset[int]:
    held = BookingRole.objects.filter(booking_project_id=booking_project_id)
    held = held.filter(Q(held_at__isnull=False) | Q(person__held_at__isnull=False))
    accounts = held.filter(person__account__isnull=False).values_list("person__account", flat=True)
    return frozenset(pk for pk in accounts if pk is not None)


def _listed(booking_project_id: int) -> Iterable[PersonLine]:
    """People that Calpendo lists and who have no right by that: not linked, or not active there."""
    rows = BookingRole.objects.filter(booking_project_id=booking_project_id).select_related("person")
    parts: defaultdict[int, list[BookingRole]] = defaultdict(list)
    for row in rows.order_by("pk"):
        if row.person.account_id is None or not row.person.is_active:
            parts[row.person_id].append(row)
    for held in parts.values():
        person = held[0].person
        grounds = tuple(
            Ground(
                f"calpendo:{person.instance}",
                row.part,
                f"{PARTS.get(row.part, row.part)} in Calpendo",
                row.since,
            )
            for row in held
        )
        standing = Standing.WAITING if person.is_active else Standing.SUSPENDED
        yield PersonLine(person_name(person), "", "", standing, grounds)


def _membership(row: Membership) -> Ground:
    return Ground(row.source, row.role, row.evidence, row.granted_at)


def _override(row: Override) -> Ground:
    return Ground(row.kind, row.role, row.reason, row.created_at)


def _strongest(grounds: Iterable[Ground]) -> str:
    held = {ground.role for ground in grounds}
    return next((role.value for role in ROLE_ORDER if role.value in held), "")


def _rank(line: PersonLine) -> tuple[int, int, str]:
    roles = [*(role.value for role in ROLE_ORDER), ""]
    return (list(Standing).index(line.standing), roles.index(line.role), line.name.casefold())
