"""Who is in a project, by which source and since when; who waits, and what is held otherwise than Calpendo says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fornix.access.policy import ROLE_ORDER
from fornix.catalog.person_names import full_name
from fornix.catalog.typed_text import is_found, typed_words
from fornix.models import Account, BookingPerson, BookingRole, Membership, Override
from fornix.models.booking import Hold
from fornix.models.memberships import OverrideKind, Role

PARTS = {"owner": "owner", "pi": "PI", "user": "user"}
WITHOUT_EFFECT = (Hold.PENDING, Hold.REFUSED)


class Standing(StrEnum):
    """How a person stands to a project."""

    ADMITTED = "admitted"
    WAITING = "waiting"  # Calpendo lists the person, who has no account here yet
    PENDING = "pending"  # Calpendo lists the person, and an administrator has not agreed yet
    LISTED = "listed"  # Calpendo lists the person, and the project gives nothing as it is now
    SUSPENDED = "suspended"  # Calpendo lists the person, who may not work there now
    REFUSED = "refused"  # Calpendo lists the person, and an administrator decided against it
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class GroundHold:
    """A ground is held otherwise than Calpendo says; `of_person`: because of the person, not of the project's list."""

    kind: Hold
    since: datetime | None
    of_person: bool


@dataclass(frozen=True, slots=True)
class Ground:
    """One row that a right rests on: `manual`, `calpendo:<instance>`, `pin` or `block`, and why in words."""

    source: str
    role: str
    evidence: str
    since: datetime
    hold: GroundHold | None = None

    @property
    def has_effect(self) -> bool:
        """Whether it gives something, as far as its hold is concerned."""
        return self.hold is None or self.hold.kind not in WITHOUT_EFFECT


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A person of a project, and the strongest role; of one who has none yet, the role that it would be.

    `why_name` is what the access page finds the person by.
    """

    name: str
    username: str
    role: str
    standing: Standing
    grounds: tuple[Ground, ...]
    why_name: str


def person_name(person: BookingPerson) -> str:
    """How Calpendo names a person, or the least that is known."""
    return full_name(person.given_name, person.family_name) or person.login_name or person.external_id


def project_people(project_id: int, booking_project_id: int | None) -> tuple[PersonLine, ...]:
    """Everybody in a project; the caller has made sure that the actor may read it. By standing, role, then name."""
    roles = BookingRole.objects.filter(booking_project_id=booking_project_id)
    parts = (
        list(roles.select_related("person__account", "booking_project").order_by("pk"))
        if booking_project_id
        else []
    )
    admitted = _admitted(project_id, parts)
    listed = _listed(part for part in parts if not _has_line(part, admitted))
    return tuple(sorted([*admitted.values(), *listed], key=_rank))


def people_called(people: Sequence[PersonLine], typed: str) -> tuple[PersonLine, ...]:
    """Those whose name or user name has all words that were typed, whatever accents and case."""
    words = typed_words(typed)
    return tuple(person for person in people if is_found(words, person.name, person.username))


def role_of(part: BookingRole) -> Role:
    """The role that a part gives, as the site had chosen when the mirror last wrote its project."""
    return Role(part.booking_project.part_roles[part.part])


def evidence_of(parts: Iterable[BookingRole]) -> str:
    """`owner and PI in Calpendo`; "" without any part."""
    names = dict.fromkeys(PARTS[part.part] for part in parts)
    return f"{' and '.join(names)} in Calpendo" if names else ""


def hold_of(parts: Iterable[BookingRole]) -> GroundHold | None:
    """The hold on a ground: set when each of its parts is held."""
    holds = [_hold(part) for part in parts]
    return holds[0] if holds and None not in holds else None


def ground_of(row: Membership, parts: Iterable[BookingRole]) -> Ground:
    """A membership; one of Calpendo's with the parts that it was computed from, where they are still known."""
    own = [
        part
        for part in parts
        if row.source == f"calpendo:{part.person.instance}"
        and role_of(part) == row.role
        and part.hold not in WITHOUT_EFFECT
    ]
    return Ground(row.source, row.role, evidence_of(own) or row.evidence, row.granted_at, hold_of(own))


def ground_of_override(row: Override) -> Ground:
    """A pin or a block."""
    return Ground(row.kind, row.role, row.reason, row.created_at)


def strongest(grounds: Iterable[Ground]) -> str:
    """The strongest role among them; "" without any."""
    held = {ground.role for ground in grounds}
    return next((role.value for role in ROLE_ORDER if role.value in held), "")


def _admitted(project_id: int, parts: Iterable[BookingRole]) -> dict[int, PersonLine]:
    """Account id -> the person, of all that have a membership or an override."""
    booked: defaultdict[int | None, list[BookingRole]] = defaultdict(list)
    for part in parts:
        booked[part.person.account_id].append(part)
    grounds: defaultdict[int, list[Ground]] = defaultdict(list)
    accounts: dict[int, Account] = {}
    blocked: set[int] = set()
    for override in Override.objects.filter(project_id=project_id).select_related("account"):
        accounts[override.account_id] = override.account
        grounds[override.account_id].append(ground_of_override(override))
        if override.kind == OverrideKind.BLOCK:
            blocked.add(override.account_id)
    for row in Membership.objects.filter(project_id=project_id).select_related("account"):
        accounts[row.account_id] = row.account
        grounds[row.account_id].append(ground_of(row, booked[row.account_id]))
    for pk in accounts:
        # What Calpendo wants besides, and has no effect, stands with what has.
        grounds[pk] += [_ground_of_part(part) for part in booked[pk] if part.hold in WITHOUT_EFFECT]
    return {
        pk: PersonLine(
            name=account.name or account.username,
            username=account.username,
            role=strongest(ground for ground in grounds[pk] if ground.has_effect),
            standing=_standing_of(account, is_blocked=pk in blocked),
            grounds=tuple(grounds[pk]),
            why_name=account.username,
        )
        for pk, account in accounts.items()
    }


def _standing_of(account: Account, *, is_blocked: bool) -> Standing:
    if not account.is_active:
        return Standing.SUSPENDED
    return Standing.BLOCKED if is_blocked else Standing.ADMITTED


def _has_line(part: BookingRole, admitted: Mapping[int, PersonLine]) -> bool:
    """Whether the person's account is on the project by any source: that line tells what Calpendo adds."""
    return part.person.is_active and part.person.account_id in admitted


def _listed(parts: Iterable[BookingRole]) -> Iterable[PersonLine]:
    """People that Calpendo lists and who have no right by that."""
    without: defaultdict[int, list[BookingRole]] = defaultdict(list)
    for part in parts:
        without[part.person_id].append(part)
    for held in without.values():
        person = held[0].person
        grounds = tuple(map(_ground_of_part, held))
        account = person.account
        yield PersonLine(
            name=person_name(person),
            username=account.username if account else "",
            role=strongest(grounds) if person.is_active else "",
            standing=_standing_of_listed(person, held),
            grounds=grounds,
            why_name=account.username
            if account
            else person.login_name or person.email or person_name(person),
        )


def _standing_of_listed(person: BookingPerson, parts: Sequence[BookingRole]) -> Standing:
    if person.hold == Hold.REFUSED or all(part.hold == Hold.REFUSED for part in parts):
        return Standing.REFUSED
    if not person.is_active:
        return Standing.SUSPENDED
    if all(part.hold in WITHOUT_EFFECT for part in parts):
        return Standing.PENDING
    return Standing.WAITING if person.account_id is None else Standing.LISTED


def _ground_of_part(part: BookingRole) -> Ground:
    return Ground(
        source=f"calpendo:{part.person.instance}",
        role=role_of(part).value,
        evidence=evidence_of([part]),
        since=part.since,
        hold=_hold(part),
    )


def _hold(part: BookingRole) -> GroundHold | None:
    if part.hold:
        return GroundHold(Hold(part.hold), part.held_at, of_person=False)
    person = part.person
    return GroundHold(Hold(person.hold), person.held_at, of_person=True) if person.hold else None


def _rank(line: PersonLine) -> tuple[int, int, str]:
    roles = [*(role.value for role in ROLE_ORDER), ""]
    return (list(Standing).index(line.standing), roles.index(line.role), line.name.casefold())
