"""Pure: which changes are too much to be believed at once, and wait for a person (contract calpendo 4.5).

What waits is a hold on a row (models.booking.Hold), so that it outlasts sweeps and people can decide on it.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Mapping
from dataclasses import dataclass, replace

from fornix.booking.config import Thresholds
from fornix.booking.guard_additions import hold_additions
from fornix.booking.mirror import USER, ArchiveProject, BookedProject, Mirror, Part, Person
from fornix.booking.next_people import newly_inactive
from fornix.booking.roles import roles_after
from fornix.booking.standing import ProjectStanding
from fornix.models.booking import Hold


@dataclass(frozen=True, slots=True)
class Waiting:
    """Changes that wait, and why. `project_id` is Calpendo's, "" for what concerns the whole site."""

    project_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Next:
    """The people and projects that an answer asks for: before the guards, and after them."""

    people: Mapping[str, Person]
    projects: Mapping[str, BookedProject]


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the guards make allowance for.

    `is_first`: an accepted first sweep adds everybody. `is_term_end`: people leave in numbers, as announced.
    """

    thresholds: Thresholds
    is_first: bool = False
    is_term_end: bool = False


def guard(
    mirror: Mirror, wanted: Next, around: Circumstances, attaching: Collection[str] = ()
) -> tuple[Next, tuple[Waiting, ...]]:
    """The state within the guards, and all that waits in it: what was held now, and what waited before.

    :param attaching: Calpendo's ids of the projects that this sweep finds to be projects here.
    """
    limits, attached = around.thresholds, _attached(mirror)
    people = wanted.people if around.is_term_end else _hold_leaving(mirror, wanted.people, limits)
    projects = _hold_statuses(mirror, attached, wanted.projects, people, limits)
    for project_id in attached:
        projects[project_id] = _hold_project(mirror.projects[project_id], projects[project_id], limits)
    added = ""
    if not around.is_first:
        projects, added = hold_additions(mirror, people, projects, {*attached, *attaching}, limits)
    # Who leaves at an announced end of term is no surprise, neither by themselves nor by what they lose.
    judged = _still_active(people, newly_inactive(mirror.people, people)) if around.is_term_end else people
    state, removed = _hold_removals(mirror, attached, Next(judged, projects), limits)
    state = Next(people if around.is_term_end else state.people, state.projects)
    told = (Waiting("", reason) for reason in (added, removed) if reason)
    return state, (*_waiting(state, attached), *told)


def _attached(mirror: Mirror) -> dict[str, ArchiveProject]:
    """The projects that hold data, by Calpendo's id: only these give anybody anything."""
    return {
        each.booked_id: each
        for each in mirror.archive
        if each.booked_id is not None and each.booked_id in mirror.projects
    }


def _hold_leaving(mirror: Mirror, people: Mapping[str, Person], limits: Thresholds) -> Mapping[str, Person]:
    leaving = newly_inactive(mirror.people, people)
    active = sum(person.is_active for person in mirror.people.values())
    is_many = len(leaving) >= limits.few and len(leaving) > limits.inactive_share * active
    if not is_many and len(leaving) <= limits.inactive_most:
        return people
    return _still_active(people, leaving)


def _still_active(people: Mapping[str, Person], ids: Iterable[str]) -> Mapping[str, Person]:
    return {**people, **{each: replace(people[each], is_active=True, hold=Hold.WAITING) for each in ids}}


def _hold_statuses(
    mirror: Mirror,
    attached: Mapping[str, ArchiveProject],
    projects: Mapping[str, BookedProject],
    people: Mapping[str, Person],
    limits: Thresholds,
) -> dict[str, BookedProject]:
    """Projects that are no longer to be mirrored, many at once; and any by whose status somebody would lose rights."""
    mirrored = [each for each in mirror.projects.values() if _is_mirrored(each) and each.is_eligible]
    ending = {
        each.id
        for each in mirrored
        if not _is_mirrored(projects[each.id]) and not projects[each.id].absence.is_gone
    }
    are_many = len(ending) > limits.unmirrored_most or (
        len(ending) >= limits.few and len(ending) > limits.unmirrored_share * len(mirrored)
    )
    taking = {
        project_id
        for project_id, archive in attached.items()
        if _takes_rights(archive, projects[project_id], people)
    }
    held = taking | (ending if are_many else set())
    return {
        project_id: _with_status_of(mirror.projects[project_id], project) if project_id in held else project
        for project_id, project in projects.items()
    }


def _is_mirrored(project: BookedProject) -> bool:
    return project.standing is ProjectStanding.MIRRORED


def _takes_rights(archive: ArchiveProject, project: BookedProject, people: Mapping[str, Person]) -> bool:
    if project.standing is not ProjectStanding.KNOWN:
        return False
    return bool(archive.roles.keys() - roles_after(project, people, archive.roles).keys())


def _with_status_of(before: BookedProject, after: BookedProject) -> BookedProject:
    return replace(
        after,
        status=before.status,
        status_since=before.status_since,
        hold=Hold.WAITING,
        held_status=after.status,
    )


def _hold_project(before: BookedProject, after: BookedProject, limits: Thresholds) -> BookedProject:
    """Holds the removals of one project when they are most of its people, or all of its users."""
    # Who is held already does not count: neither as somebody to lose, nor as somebody who is left.
    settled, staying = _settled(before), _settled(after)
    people, gone = _people(settled), _people(settled) - _people(staying)
    is_too_many = (
        (bool(gone) and gone == people)
        or (len(gone) >= limits.few and len(gone) > limits.of_project_share * len(people))
        or (len(_users(settled)) > 1 and not _users(staying))
    )
    return _keep(after, settled - staying) if is_too_many else after


def _settled(project: BookedProject) -> frozenset[Part]:
    return frozenset(part for part, hold in project.parts.items() if hold is Hold.NONE)


def _keep(project: BookedProject, gone: Iterable[Part]) -> BookedProject:
    parts = {**project.parts, **dict.fromkeys(gone, Hold.WAITING)}
    return replace(
        project, parts=parts, ending_since=project.ending_since if Hold.ENDING in parts.values() else None
    )


def _people(parts: Iterable[Part]) -> set[str]:
    return {part.person_id for part in parts}


def _users(parts: Iterable[Part]) -> set[str]:
    return {part.person_id for part in parts if part.part == USER}


def _hold_removals(
    mirror: Mirror, attached: Mapping[str, ArchiveProject], wanted: Next, limits: Thresholds
) -> tuple[Next, str]:
    """The guard on the whole sweep: counts the accounts that would lose a project."""
    before = sum(len(each.roles) for each in attached.values())
    removed = sum(
        len(each.roles.keys() - roles_after(wanted.projects[booked_id], wanted.people, each.roles).keys())
        for booked_id, each in attached.items()
    )
    if removed <= max(limits.removed_most, limits.removed_share * before):
        return wanted, ""
    kept = {
        booked_id: _keep(
            wanted.projects[booked_id],
            mirror.projects[booked_id].counting - wanted.projects[booked_id].counting,
        )
        for booked_id in attached
    }
    everybody = _still_active(wanted.people, newly_inactive(mirror.people, wanted.people))
    reason = f"{removed} of {before} rights would be removed at once; all removals wait"
    return Next(everybody, {**wanted.projects, **kept}), reason


def _waiting(state: Next, attached: Container[str]) -> Iterable[Waiting]:
    """What waits for a decision in this state, in words."""
    leaving = sum(person.hold is Hold.WAITING for person in state.people.values())
    if leaving:
        active = sum(person.is_active for person in state.people.values())
        reason = (
            f"{leaving} of {active} people became inactive in Calpendo; they keep their access until approved"
        )
        yield Waiting("", reason)
    for project in state.projects.values():
        if project.hold is Hold.WAITING:
            effect = (
                "everybody would lose access" if project.id in attached else "it would no longer be mirrored"
            )
            yield Waiting(project.id, f"{project.title}: it is {project.held_status} now; {effect}")
        if project.id in attached:
            yield from _waiting_parts(project)


def _waiting_parts(project: BookedProject) -> Iterable[Waiting]:
    leaving = {part for part, hold in project.parts.items() if hold is Hold.WAITING}
    joining = {part for part, hold in project.parts.items() if hold is Hold.PENDING}
    if leaving:
        of = len(_people(project.counting))
        yield Waiting(project.id, f"{project.title}: {len(_people(leaving))} of {of} people would be removed")
    if joining:
        yield Waiting(project.id, f"{project.title}: {len(_people(joining))} people would be added")
    if project.roles_held is not None and project.roles_held.hold is Hold.PENDING:
        yield Waiting(project.id, f"{project.title}: its people would get other roles by calpendo.roles")
