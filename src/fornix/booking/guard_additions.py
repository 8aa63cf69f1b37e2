"""Pure: how many people a sweep would let in at once, and holding them all back when they are too many (contract 4.5).

A runaway group, another site's people, a code that was changed to the name of a project here, everybody back from
expiry because a field went missing: whatever the way, it is counted by whom it lets in.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from fornix.access.policy import ROLE_ORDER
from fornix.booking.config import Thresholds
from fornix.booking.mirror import BookedProject, Mirror, Part, Person, RolesHeld
from fornix.booking.roles import strongest
from fornix.booking.standing import ProjectStanding
from fornix.models.booking import Hold
from fornix.models.memberships import Role


def hold_additions(
    mirror: Mirror,
    people: Mapping[str, Person],
    projects: Mapping[str, BookedProject],
    with_data: Collection[str],
    limits: Thresholds,
) -> tuple[dict[str, BookedProject], str]:
    """The projects within the guard, and why something was held; "" when nothing was.

    Who has no account yet counts too: the right would only wait for the first login.

    :param with_data: Calpendo's ids of the projects that give somebody something, those found just now included.
    """
    attached = {each.booked_id for each in mirror.archive}
    before = {
        project_id: _in_force(mirror.projects[project_id], mirror.people)
        for project_id in with_data
        if project_id in attached
    }
    after = {project_id: _in_force(projects[project_id], people) for project_id in with_data}
    known = {
        project_id: _given(parts, mirror.projects[project_id].part_roles)
        for project_id, parts in before.items()
    }
    joining = {
        project_id: _raised(known.get(project_id, {}), _given(parts, projects[project_id].part_roles))
        for project_id, parts in after.items()
    }
    number = sum(map(len, joining.values()))
    of = sum(map(len, known.values()))
    if number <= limits.added_most and (number < limits.added_few or number <= limits.added_share * of):
        return dict(projects), ""
    held = dict(projects)
    for project_id, person_ids in joining.items():
        new = after[project_id] - before.get(project_id, frozenset())
        back = {part: Hold.PENDING for part in new if part.person_id in person_ids}
        held[project_id] = _held_back(held[project_id], back, mirror.projects.get(project_id))
    return held, _reason(number, of, is_by_roles=_roles_differ(mirror, projects, before))


def _held_back(
    project: BookedProject, back: Mapping[Part, Hold], before: BookedProject | None
) -> BookedProject:
    """Without the parts that wait, and with the roles that parts gave before."""
    project = replace(project, parts={**project.parts, **back})
    if before is None or before.part_roles == project.part_roles:
        return project
    held = RolesHeld(project.part_roles, Hold.PENDING)
    return replace(project, part_roles=before.part_roles, roles_held=held)


def _roles_differ(mirror: Mirror, projects: Mapping[str, BookedProject], attached: Iterable[str]) -> bool:
    return any(mirror.projects[each].part_roles != projects[each].part_roles for each in attached)


def _reason(number: int, of: int, *, is_by_roles: bool) -> str:
    if is_by_roles:
        return (
            f"{number} people would get in, or get more by calpendo.roles, at once, where {of} are now; all of them "
            "wait, and the roles stay as they were until somebody approves them"
        )
    return f"{number} people would get into projects at once, where {of} are now; all of them wait"


def _in_force(project: BookedProject, people: Mapping[str, Person]) -> frozenset[Part]:
    """The parts that give something: of a mirrored project, and of people who may work."""
    if project.standing is not ProjectStanding.MIRRORED:
        return frozenset()
    return frozenset(part for part in project.counting if _is_active(part, people))


def _is_active(part: Part, people: Mapping[str, Person]) -> bool:
    person = people.get(part.person_id)
    return person is not None and person.is_active


def _given(parts: Iterable[Part], part_roles: Mapping[str, Role]) -> dict[str, Role]:
    """Person -> the strongest role of their parts."""
    given: dict[str, Role] = {}
    for part in parts:
        role = part_roles[part.part]
        given[part.person_id] = strongest([role, given.get(part.person_id, role)])
    return given


def _raised(before: Mapping[str, Role], after: Mapping[str, Role]) -> set[str]:
    """Who gets in, or gets more than before."""
    return {
        person_id
        for person_id, role in after.items()
        if person_id not in before or ROLE_ORDER.index(role) < ROLE_ORDER.index(before[person_id])
    }
