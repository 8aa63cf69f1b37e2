"""Pure: how many people a sweep would let in at once, and holding them all back when they are too many (contract 4.5).

A runaway group, another site's people, a code that was changed to the name of a project here, everybody back from
expiry because a field went missing: whatever the way, it is counted by whom it lets in.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from fornix.booking.config import Thresholds
from fornix.booking.mirror import USER, BookedProject, Mirror, Part, Person
from fornix.booking.standing import ProjectStanding
from fornix.models.booking import Hold

_USER, _LEADER = 1, 2  # what a part gives: an owner and a PI more than a user


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
    joining = {
        project_id: _raised(before.get(project_id, frozenset()), parts) for project_id, parts in after.items()
    }
    number = sum(map(len, joining.values()))
    of = sum(len(_strongest(parts)) for parts in before.values())
    if number <= limits.added_most and (number < limits.added_few or number <= limits.added_share * of):
        return dict(projects), ""
    held = dict(projects)
    for project_id, person_ids in joining.items():
        new = after[project_id] - before.get(project_id, frozenset())
        back = {part: Hold.PENDING for part in new if part.person_id in person_ids}
        held[project_id] = replace(held[project_id], parts={**held[project_id].parts, **back})
    reason = (
        f"{number} people would get into projects with data at once, where {of} are now; all of them wait"
    )
    return held, reason


def _in_force(project: BookedProject, people: Mapping[str, Person]) -> frozenset[Part]:
    """The parts that give something: of a mirrored project, and of people who may work."""
    if project.standing is not ProjectStanding.MIRRORED:
        return frozenset()
    return frozenset(part for part in project.counting if _is_active(part, people))


def _is_active(part: Part, people: Mapping[str, Person]) -> bool:
    person = people.get(part.person_id)
    return person is not None and person.is_active


def _strongest(parts: Iterable[Part]) -> dict[str, int]:
    ranks: dict[str, int] = {}
    for part in parts:
        rank = _USER if part.part == USER else _LEADER
        ranks[part.person_id] = max(rank, ranks.get(part.person_id, 0))
    return ranks


def _raised(before: Iterable[Part], after: Iterable[Part]) -> set[str]:
    """Who gets in, or gets more than before."""
    known = _strongest(before)
    return {person_id for person_id, rank in _strongest(after).items() if rank > known.get(person_id, 0)}
