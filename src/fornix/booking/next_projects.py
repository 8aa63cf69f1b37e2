"""Pure: a booked project of the mirror after an answer. What the answer does not tell stays as it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from fornix.booking.answer import PersonRow, ProjectRow
from fornix.booking.columns import fitted
from fornix.booking.config import CalpendoConfig
from fornix.booking.eligibility import counts
from fornix.booking.mirror import OWNER, PI, USER, BookedProject, BookedResource, Part, Person
from fornix.booking.next_people import keep
from fornix.booking.pi import ResolvedPi, resolve_pi
from fornix.booking.standing import ProjectStanding, project_status
from fornix.booking.wire import UNKNOWN, References
from fornix.models import BookingProject


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a project's row refers to."""

    config: CalpendoConfig
    people: Mapping[str, Person]
    person_rows: Mapping[str, PersonRow]
    resources: Mapping[str, BookedResource]
    settings_are_told: bool  # False where the site tells of no project which resources it may book


@dataclass(frozen=True, slots=True)
class NextProject:
    """The project after the answer, and what a person should look at, in words."""

    project: BookedProject
    concerns: tuple[str, ...]


def next_project(project: BookedProject, row: ProjectRow, around: Surroundings) -> NextProject:
    """The project as the answer tells it, its parts included, before any guard."""
    pi = _resolve_pi(row, around)
    after = replace(
        project,
        code=keep(row.code, project.code) or project.code,
        name=keep(row.name, project.name) or project.name,
        status=project.status if row.status is UNKNOWN else project_status(row.status),
        type=keep(row.type, project.type),
        groups=project.groups if row.groups is None else row.groups,
        pi_text=pi.text if pi.is_certain or pi.text else project.pi_text,
        pi_email=pi.email if pi.is_certain or pi.email else project.pi_email,
        resource_ids=_resources(row, project),
        created_text=keep(row.created, project.created_text),
        modified_text=keep(row.modified, project.modified_text),
        is_vanished=False,
    )
    after = fitted(after, BookingProject)
    resources = after.resource_ids if around.settings_are_told else tuple(around.resources)
    after = replace(
        after, is_eligible=counts(after.code, resources, around.resources, around.config.excluded)
    )
    if after.standing is ProjectStanding.FROZEN:
        return NextProject(after, ())
    parts, concerns = _parts(project, row, pi, around.people)
    return NextProject(
        replace(after, parts=parts, held=frozenset()), tuple(f"{after.title}: {each}" for each in concerns)
    )


def _resolve_pi(row: ProjectRow, around: Surroundings) -> ResolvedPi:
    owner = around.person_rows.get(row.owner) if row.owner is not UNKNOWN else None
    return resolve_pi(around.config.pi, row.pi, owner.leads if owner else {}, around.people)


def _resources(row: ProjectRow, project: BookedProject) -> tuple[str, ...]:
    if row.resources is UNKNOWN:
        return project.resource_ids
    told = row.resources.ids
    return tuple(sorted(set(told) if row.resources.is_whole else {*told, *project.resource_ids}))


def _parts(
    project: BookedProject, row: ProjectRow, pi: ResolvedPi, people: Mapping[str, Person]
) -> tuple[frozenset[Part], list[str]]:
    users, concerns = _user_parts(project, row, people)
    parts = users | _pi_parts(project, pi, concerns)
    if row.owner is not UNKNOWN and row.owner in people:
        parts |= {Part(row.owner, OWNER)}
    else:
        if row.owner is not UNKNOWN:
            concerns.append(
                "its owner is nobody that the service account can read; the last known one is kept"
            )
        parts |= _parts_of(project, OWNER)
    return parts, concerns


def _user_parts(
    project: BookedProject, row: ProjectRow, people: Mapping[str, Person]
) -> tuple[frozenset[Part], list[str]]:
    if not isinstance(row.users, References):
        return _parts_of(project, USER), ["its users cannot be read; the last known ones are kept"]
    told = frozenset(Part(found, USER) for found in row.users.ids if found in people)
    if row.users.is_whole and len(told) == len(row.users.ids):
        return told, []
    return told | _parts_of(project, USER), ["some of its users cannot be read; nobody was removed"]


def _pi_parts(project: BookedProject, pi: ResolvedPi, concerns: list[str]) -> frozenset[Part]:
    known = _parts_of(project, PI)
    if not pi.is_certain and known and known != {Part(pi.person_id or "", PI)}:
        concerns.append("its PI was cleared or can no longer be read; the last known one is kept")
        return known
    if pi.person_id is not None:
        return frozenset({Part(pi.person_id, PI)})
    if pi.text or pi.email:
        concerns.append("its PI is nobody that can be identified: being PI gives no access")
    return frozenset()


def _parts_of(project: BookedProject, part: str) -> frozenset[Part]:
    return frozenset(each for each in project.settled if each.part == part)
