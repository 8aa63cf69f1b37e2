"""Pure: which removals wait for a person (contract calpendo 4.5). What is added is never held back here.

A hold keeps the people who would go beside those who come; the next sweep asks again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
    """Looks at the state that an answer asks for, and holds what is too much to be believed at once.

    What is held stays held, whatever else happens, until the answer takes it back or a person decides.
    """
    people, holds = _hold_inactive(mirror, people)
    kept = dict(projects)
    for project_id, archive in _attached(mirror).items():
        found = _hold_parts(mirror.projects[project_id], projects[project_id], has_grants=bool(archive.roles))
        kept[project_id] = found.project
        if found.reason:
            holds.append(Hold(project_id, f"{found.project.title}: {found.reason}"))
    return _hold_everything(mirror, people, kept, holds)


def _attached(mirror: Mirror) -> dict[str, ArchiveProject]:
    return {each.booked_id: each for each in mirror.archive if each.booked_id is not None}


def _hold_inactive(mirror: Mirror, people: Mapping[str, Person]) -> tuple[Mapping[str, Person], list[Hold]]:
    leaving = newly_inactive(mirror.people, people)
    waiting = [person_id for person_id in leaving if mirror.people[person_id].is_held]
    new = [person_id for person_id in leaving if not mirror.people[person_id].is_held]
    active = sum(person.is_active for person in mirror.people.values())
    too_many = len(new) >= FEW and len(new) > MOST_INACTIVE_SHARE * active
    held = leaving if too_many or len(new) > MOST_INACTIVE else waiting
    if not held:
        return people, []
    reason = f"{len(held)} of {active} people became inactive at once; they keep their access until approved"
    return _still_active(people, held), [Hold("", reason)]


def _still_active(people: Mapping[str, Person], ids: Iterable[str]) -> Mapping[str, Person]:
    return {**people, **{each: replace(people[each], is_active=True, is_held=True) for each in ids}}


@dataclass(frozen=True, slots=True)
class _HeldProject:
    project: BookedProject
    reason: str


def _hold_parts(before: BookedProject, after: BookedProject, *, has_grants: bool) -> _HeldProject:
    if after.standing is ProjectStanding.FROZEN:
        return _HeldProject(after, "")
    if after.standing is ProjectStanding.KNOWN and has_grants:
        return _HeldProject(
            _keep_all(before, after), f"it is {after.status} now; everybody would lose access"
        )
    waiting = before.held - after.parts
    reason = _too_many(before.settled, after.parts)
    if reason:
        return _HeldProject(_keep_all(before, after), reason)
    kept = replace(after, parts=after.parts | waiting, held=waiting)
    return _HeldProject(kept, f"{len(_people(waiting))} people wait to be removed" if waiting else "")


def _keep_all(before: BookedProject, after: BookedProject) -> BookedProject:
    gone = before.parts - (after.parts - after.held)
    return replace(after, parts=after.parts | gone, held=gone)


def _too_many(before: frozenset[Part], after: frozenset[Part]) -> str:
    people, gone = _people(before), _people(before) - _people(after)
    if not gone:
        return ""
    if gone == people:
        return f"all of its {len(gone)} people would be removed"
    if len(gone) >= FEW and len(gone) > MOST_OF_A_PROJECT * len(people):
        return f"{len(gone)} of its {len(people)} people would be removed"
    if len(_users(before)) > 1 and not _users(after):
        return f"its list of users is empty, after {len(_users(before))} before"
    return ""


def _people(parts: Iterable[Part]) -> set[str]:
    return {part.person_id for part in parts}


def _users(parts: Iterable[Part]) -> set[str]:
    return {part.person_id for part in parts if part.part == USER}


def _hold_everything(
    mirror: Mirror,
    people: Mapping[str, Person],
    projects: Mapping[str, BookedProject],
    holds: list[Hold],
) -> Guarded:
    """The guard on the whole sweep: counts the accounts that would lose a project."""
    attached = _attached(mirror)
    before = sum(len(each.roles) for each in mirror.archive)
    removed = sum(
        len(each.roles.keys() - roles_after(projects[booked_id], people, each.roles).keys())
        for booked_id, each in attached.items()
    )
    if removed <= max(MOST_REMOVED, MOST_REMOVED_SHARE * before):
        return Guarded(people, projects, tuple(holds))
    kept = {
        booked_id: _keep_all(mirror.projects[booked_id], projects[booked_id])
        for booked_id in attached
        if projects[booked_id].standing is not ProjectStanding.FROZEN
    }
    hold = Hold("", f"{removed} of {before} rights would be removed at once; all removals wait")
    everybody = _still_active(people, newly_inactive(mirror.people, people))
    return Guarded(everybody, {**projects, **kept}, (*holds, hold))
