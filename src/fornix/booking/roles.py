"""Pure: from the parts that people have in a booked project to the roles of accounts (contract calpendo 4.2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from fornix.access.memberships import Grant
from fornix.access.policy import ROLE_ORDER
from fornix.booking.mirror import BookedProject, Part, Person
from fornix.booking.standing import ProjectStanding
from fornix.catalog.people import PARTS
from fornix.models.memberships import Role


def wanted_roles(
    parts: Iterable[Part], people: Mapping[str, Person], part_roles: Mapping[str, Role]
) -> dict[int, Role]:
    """Account id -> the strongest role by any of its people. Who is not active or not linked gives nothing."""
    roles: dict[int, Role] = {}
    for part in parts:
        person = people.get(part.person_id)
        if person is None or person.account_id is None or not person.is_active:
            continue
        role = part_roles[part.part]
        roles[person.account_id] = strongest([role, roles.get(person.account_id, role)])
    return roles


def roles_after(
    project: BookedProject, people: Mapping[str, Person], current: Mapping[int, Role]
) -> dict[int, Role]:
    """The roles that this Calpendo gives on the project: all of them anew while it is mirrored.

    One that is only asked for gives none. A frozen one adds nothing, and takes it from nobody but those who may no
    longer work in Calpendo, or have no part and no link any more.
    """
    if project.standing is ProjectStanding.KNOWN:
        return {}
    wanted = wanted_roles(project.counting, people, project.part_roles)
    if project.standing is ProjectStanding.MIRRORED:
        return wanted
    return {account_id: role for account_id, role in current.items() if account_id in wanted}


def as_grants(roles: Mapping[int, Role], part_roles: Mapping[str, Role]) -> list[Grant]:
    """The roles as `access` takes them."""
    return [
        Grant(account_id, role, _evidence_of(role, part_roles)) for account_id, role in sorted(roles.items())
    ]


def _evidence_of(role: Role, part_roles: Mapping[str, Role]) -> str:
    """`owner or PI in Calpendo`: one text per role, for a change from owner to PI changes no right."""
    parts = [PARTS[part] for part, given in part_roles.items() if given is role]
    return " ".join([" or ".join(parts), "in Calpendo"]).strip()


def strongest(roles: Iterable[Role]) -> Role:
    """The role that gives most."""
    return min(roles, key=ROLE_ORDER.index)
