"""Pure: from the parts that people have in a booked project to the roles of accounts (contract calpendo 4.2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from fornix.access.memberships import Grant
from fornix.booking.mirror import OWNER, PI, Part, Person
from fornix.models.memberships import Role

# One text per role, so that a change from owner to PI, which changes no right, writes nothing.
EVIDENCE = {Role.OWNER: "owner or PI in Calpendo", Role.MEMBER: "user in Calpendo"}


def role_of(part: str) -> Role:
    """Owner and PI are owners here, users are members."""
    return Role.OWNER if part in (OWNER, PI) else Role.MEMBER


def wanted_roles(parts: Iterable[Part], people: Mapping[str, Person]) -> dict[int, Role]:
    """Account id -> the strongest role by any of its people. Who is not active or not linked gives nothing."""
    roles: dict[int, Role] = {}
    for part in parts:
        person = people.get(part.person_id)
        if person is None or person.account_id is None or not person.is_active:
            continue
        if roles.get(person.account_id) is not Role.OWNER:
            roles[person.account_id] = role_of(part.part)
    return roles


def as_grants(roles: Mapping[int, Role]) -> list[Grant]:
    """The roles as `access` takes them."""
    return [Grant(account_id, role, EVIDENCE[role]) for account_id, role in sorted(roles.items())]
