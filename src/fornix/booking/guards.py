"""Pure: which removals wait for a person (contract calpendo 4.5). What is added is never held back here.

A hold keeps the people who would go beside those who come; the next sweep asks again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from fornix.booking.mirror import USER, ArchiveProject, BookedProject, Mirror, Part, Person
from fornix.booking.next_people import newly_inactive
from fornix.booking.roles import roles_after
from fornix.booking.standing import ProjectStanding

MOST_REMOVED_SHARE = 0.05
MOST_REMOVED = 50
MOST_OF_A_PROJECT = 0.5
FEW = 4  # below this, shares of a project's or a small site's people mean little
MOST_INACTIVE_SHARE = 0.05
MOST_INACTIVE = 30


@dataclass(frozen=True, slots=True)
class Hold:
    """Removals that wait, and why. `project_id` is Calpendo's, "" for one that concerns the whole site."""

    project_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Guarded:
    """The state after all holds, and the holds."""

    people: Mapping[str, Person]
    projects: Mapping[str, BookedProject]
    holds: tuple[Hold, ...]


def guard(mirror: Mirror, people: Mapping[str, Person], projects: Mapping[str, BookedProject]) -> Guarded:
    """Looks at the state that an answer asks for, and holds what is too much to be believed at once."""
    people, holds = _hold_inactive(mirror, people)
    attached = _attached(mirror)
    kept = dict(projects)
    for project_id, archive in attached.items():
        before, after = mirror.projects[project_id], projects[project_id]
        reason = _why_hold(before, after, has_grants=bool(archive.roles))
        if reason:
            kept[project_id] = replace(after, parts=before.parts | after.parts)
            holds.append(Hold(project_id, f"{after.title}: {reason}"))
    return _hold_everything(mirror, people, kept, holds)


def _attached(mirror: Mirror) -> dict[str, ArchiveProject]:
    return {each.booked_id: each for each in mirror.archive if each.booked_id is not None}


def _hold_inactive(mirror: Mirror, people: Mapping[str, Person]) -> tuple[Mapping[str, Person], list[Hold]]:
    leaving = newly_inactive(mirror.people, people)
    active = sum(person.is_active for person in mirror.people.values())
    if len(leaving) <= MOST_INACTIVE and not (
        len(leaving) >= FEW and len(leaving) > MOST_INACTIVE_SHARE * active
    ):
        return people, []
    kept = {person_id: replace(people[person_id], is_active=True) for person_id in leaving}
    reason = (
        f"{len(leaving)} of {active} people became inactive at once; they keep their access until approved"
    )
    return {**people, **kept}, [Hold("", reason)]


def _why_hold(before: BookedProject, after: BookedProject, *, has_grants: bool) -> str:
    if after.standing is ProjectStanding.KNOWN and has_grants:
        return f"it is {after.status} now, so everybody would lose access"
    gone = before.people - after.people
    if not gone:
        return ""
    if gone == before.people:
        return f"all of its {len(gone)} people would be removed"
    if len(gone) >= FEW and len(gone) > MOST_OF_A_PROJECT * len(before.people):
        return f"{len(gone)} of its {len(before.people)} people would be removed"
    if len(_users(before.parts)) > 1 and not _users(after.parts):
        return f"its list of users is empty, after {len(_users(before.parts))} before"
    return ""


def _users(parts: frozenset[Part]) -> set[str]:
    return {part.person_id for part in parts if part.part == USER}


def _hold_everything(
    mirror: Mirror,
    people: Mapping[str, Person],
    projects: Mapping[str, BookedProject],
    holds: list[Hold],
) -> Guarded:
    """The guard on the whole sweep: counts the accounts that would lose a role or a project."""
    before = sum(len(each.roles) for each in mirror.archive)
    removed = sum(
        len(each.roles.keys() - roles_after(projects[booked_id], people, each.roles).keys())
        for booked_id, each in _attached(mirror).items()
    )
    if removed <= max(MOST_REMOVED, MOST_REMOVED_SHARE * before):
        return Guarded(people, projects, tuple(holds))
    kept_people = {
        person_id: replace(people[person_id], is_active=True)
        for person_id in newly_inactive(mirror.people, people)
    }
    kept_projects = {
        project_id: replace(after, parts=after.parts | mirror.projects[project_id].parts)
        for project_id, after in projects.items()
        if project_id in mirror.projects
    }
    hold = Hold("", f"{removed} of {before} rights would be removed at once; all removals wait")
    return Guarded({**people, **kept_people}, {**projects, **kept_projects}, (*holds, hold))
