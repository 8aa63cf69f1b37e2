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
from fornix.models.memberships import OverrideKind, Role

PARTS = {"owner": "owner", "pi": "PI", "user": "user"}
ROLES = {"owner": Role.OWNER, "pi": Role.OWNER, "user": Role.MEMBER}  # contract calpendo section 4.2


class Standing(StrEnum):
    """How a person stands to a project."""

    ADMITTED = "admitted"
    WAITING = "waiting"  # Calpendo lists the person, who has no account here yet
    SUSPENDED = "suspended"  # Calpendo lists the person, who may not work there now
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class Hold:
    """Calpendo has taken the ground back, and an administrator has not decided yet."""

    since: datetime
    is_inactive: bool  # the person may not work there any more; else the project no longer lists them


@dataclass(frozen=True, slots=True)
class Ground:
    """One row that a right rests on: `manual`, `calpendo:<instance>`, `pin` or `block`, and why in words."""

    source: str
    role: str
    evidence: str
    since: datetime
    held: Hold | None = None


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A person of a project, and the strongest role; of one who waits, the role that an account would get."""

    name: str
    username: str
    role: str
    standing: Standing
    grounds: tuple[Ground, ...]


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
    roles = BookingRole.objects.filter(booking_project_id=booking_project_id).select_related("person")
    parts = list(roles.order_by("pk")) if booking_project_id else []
    lines = [*_admitted(project_id, parts), *_listed(parts)]
    return tuple(sorted(lines, key=_rank))


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
    for role in roles.select_related("person").order_by("pk"):
        parts[role.booking_project_id].append(role)
    booked_as = {row.pk: row.booking_project_id for row in page.rows}
    grounds: defaultdict[int, list[Ground]] = defaultdict(list)
    for row in mine.filter(project__in=page.rows):
        grounds[row.project_id].append(_membership(row, parts[booked_as[row.project_id]]))
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


def _admitted(project_id: int, parts: Iterable[BookingRole]) -> Iterable[PersonLine]:
    booked: defaultdict[int | None, list[BookingRole]] = defaultdict(list)
    for part in parts:
        booked[part.person.account_id].append(part)
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
        grounds[row.account_id].append(_membership(row, booked[row.account_id]))
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
        )


def _listed(parts: Iterable[BookingRole]) -> Iterable[PersonLine]:
    """People that Calpendo lists and who have no right by that: not linked, or not active there."""
    without: defaultdict[int, list[BookingRole]] = defaultdict(list)
    for part in parts:
        if part.person.account_id is None or not part.person.is_active:
            without[part.person_id].append(part)
    for held in without.values():
        person = held[0].person
        grounds = tuple(
            Ground(
                source=f"calpendo:{person.instance}",
                role=ROLES[part.part].value,
                evidence=_evidence([part]),
                since=part.since,
                held=_hold([part]),
            )
            for part in held
        )
        standing = Standing.WAITING if person.is_active else Standing.SUSPENDED
        role = _strongest(grounds) if person.is_active else ""
        yield PersonLine(person_name(person), "", role, standing, grounds)


def _membership(row: Membership, parts: Iterable[BookingRole]) -> Ground:
    """A membership; one of Calpendo's with the parts that it was computed from, where they are still known."""
    own = [
        part
        for part in parts
        if row.source == f"calpendo:{part.person.instance}" and ROLES[part.part] == row.role
    ]
    evidence = _evidence(own) or row.evidence
    return Ground(row.source, row.role, evidence, row.granted_at, _hold(own))


def _evidence(parts: Iterable[BookingRole]) -> str:
    """`owner and PI in Calpendo`; "" without any part."""
    names = dict.fromkeys(PARTS[part.part] for part in parts)
    return f"{' and '.join(names)} in Calpendo" if names else ""


def _hold(parts: Iterable[BookingRole]) -> Hold | None:
    """The hold on a ground: set when each of its parts waits to be removed."""
    holds = [
        Hold(since, is_inactive=part.held_at is None) if since else None
        for part in parts
        for since in (part.held_at or part.person.held_at,)
    ]
    return holds[0] if holds and None not in holds else None


def _override(row: Override) -> Ground:
    return Ground(row.kind, row.role, row.reason, row.created_at)


def _strongest(grounds: Iterable[Ground]) -> str:
    held = {ground.role for ground in grounds}
    return next((role.value for role in ROLE_ORDER if role.value in held), "")


def _rank(line: PersonLine) -> tuple[int, int, str]:
    roles = [*(role.value for role in ROLE_ORDER), ""]
    return (list(Standing).index(line.standing), roles.index(line.role), line.name.casefold())
