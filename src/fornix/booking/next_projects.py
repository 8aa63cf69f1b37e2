"""Pure: a booked project of the mirror after an answer. What the answer does not tell stays as it was."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from fornix.booking.answer import PersonRow, ProjectRow
from fornix.booking.columns import fitted
from fornix.booking.config import CalpendoConfig, PiSource
from fornix.booking.eligibility import counts
from fornix.booking.mirror import (
    OWNER,
    PI,
    PRESENT,
    USER,
    BookedProject,
    BookedResource,
    Part,
    Person,
    as_roles,
)
from fornix.booking.next_parts import next_parts
from fornix.booking.next_people import keep
from fornix.booking.pi import ResolvedPi, resolve_pi
from fornix.booking.standing import ProjectStanding, project_standing, project_status
from fornix.booking.wire import UNKNOWN, References, Text
from fornix.models import BookingProject
from fornix.models.booking import Hold
from fornix.models.memberships import Role


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a project's row refers to."""

    config: CalpendoConfig
    at: datetime
    people: Mapping[str, Person]
    person_rows: Mapping[str, PersonRow]
    resources: Mapping[str, BookedResource]
    refused: Collection[str]  # properties that this Calpendo does not have, as `project piName`
    not_found: Collection[str]  # people whom it does not know
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
        code=keep(row.code, project.code),  # one that was given up is free for another project
        name=keep(row.name, project.name) or project.name,
        type=keep(row.type, project.type),
        groups=project.groups if row.groups is None else row.groups,
        pi_text=pi.text if pi.is_certain or pi.text else project.pi_text,
        pi_email=pi.email if pi.is_certain or pi.email else project.pi_email,
        resource_ids=_resources(row, project),
        created_text=keep(row.created, project.created_text),
        modified_text=keep(row.modified, project.modified_text),
        absence=PRESENT,
    )
    after = fitted(_with_status(after, row, around.at), BookingProject)
    # Unknown is not empty: a new project of which nobody can tell what it books counts.
    is_told = around.settings_are_told and (row.resources is not UNKNOWN or bool(project.resource_ids))
    resources = after.resource_ids if is_told else tuple(around.resources)
    after = replace(
        after, is_eligible=counts(after.code, resources, around.resources, around.config.excluded)
    )
    if after.standing is ProjectStanding.FROZEN:
        return NextProject(after, ())
    told = _told(project, row, pi, around)
    after = _with_roles(after, as_roles(dict(around.config.roles)))
    after = next_parts(after, told.parts, told.unread, around.at)
    return NextProject(after, tuple(f"{after.title}: {each}" for each in told.concerns))


def _with_roles(project: BookedProject, chosen: Mapping[str, Role]) -> BookedProject:
    """The roles as the site chose them; those that are held stay so until it chooses others."""
    held = project.roles_held
    if held is not None and held.roles == chosen and chosen != project.part_roles:
        return project
    return replace(project, part_roles=chosen, roles_held=None)


def _with_status(project: BookedProject, row: ProjectRow, at: datetime) -> BookedProject:
    """The status as told; one that a hold keeps stays while Calpendo means the same by it."""
    if row.status is UNKNOWN:
        return project
    told = project_status(row.status)
    if told == project.status:
        since = project.status_since or _stamp(project.modified_text) or at
        return replace(project, status_since=since, hold=Hold.NONE, held_status="")
    if project.hold is not Hold.NONE and project_standing(told) is project_standing(project.held_status):
        return replace(project, held_status=told)
    # What was ended before we first looked ended when Calpendo last touched it.
    is_new = not project.status
    since = (_stamp(project.modified_text) if is_new else None) or at
    return replace(project, status=told, status_since=since, hold=Hold.NONE, held_status="")


def _stamp(text: str) -> datetime | None:
    """Calpendo's own stamp, `2026-02-20T16:03Z`; None for what is no instant."""
    try:
        stamp = datetime.fromisoformat(text)
    except ValueError:
        return None
    return stamp if stamp.tzinfo is not None else None


def _resolve_pi(row: ProjectRow, around: Surroundings) -> ResolvedPi:
    """A property that this Calpendo does not have says nothing; one of an owner who cannot be read is not known."""
    sources = tuple(source for source in around.config.pi if _place(source) not in around.refused)
    owner = around.person_rows.get(row.owner) if row.owner is not UNKNOWN else None
    unread: dict[str, Text] = {source.property: UNKNOWN for source in sources if source.kind == "person"}
    leads = owner.leads if owner else unread
    return resolve_pi(sources, row.pi, leads, around.people, dict(around.config.alias_domains))


def _place(source: PiSource) -> str:
    return f"{'person' if source.kind == 'person' else 'project'} {source.property}"


def _resources(row: ProjectRow, project: BookedProject) -> tuple[str, ...]:
    if row.resources is UNKNOWN:
        return project.resource_ids
    told = row.resources.ids
    return tuple(sorted(set(told) if row.resources.is_whole else {*told, *project.resource_ids}))


@dataclass(frozen=True, slots=True)
class _Told:
    """The parts that an answer tells of, and the kinds of parts that it does not tell whole."""

    parts: frozenset[Part]
    unread: frozenset[str]
    concerns: tuple[str, ...]


def _told(project: BookedProject, row: ProjectRow, pi: ResolvedPi, around: Surroundings) -> _Told:
    each = (_told_users(row, around), _told_pi(project, pi), _told_owner(row, around.people))
    return _Told(
        frozenset().union(*(told.parts for told in each)),
        frozenset().union(*(told.unread for told in each)),
        tuple(concern for told in each for concern in told.concerns),
    )


def _told_users(row: ProjectRow, around: Surroundings) -> _Told:
    if not isinstance(row.users, References):
        return _unread(USER, "its users cannot be read; the last known ones are kept")
    told = frozenset(Part(found, USER) for found in row.users.ids if found in around.people)
    strangers = {found for found in row.users.ids if found not in around.people}
    if not row.users.is_whole or not strangers <= set(around.not_found):
        return _Told(told, frozenset({USER}), ("some of its users cannot be read; nobody was removed",))
    if strangers:
        return _Told(told, frozenset(), (f"{len(strangers)} of its users are nobody whom Calpendo knows",))
    return _Told(told, frozenset(), ())


def _told_pi(project: BookedProject, pi: ResolvedPi) -> _Told:
    told = frozenset({Part(pi.person_id, PI)}) if pi.person_id is not None else frozenset[Part]()
    known = {part for part in project.told if part.part == PI}
    if not pi.is_certain and known and known != told:
        return _unread(PI, "its PI was cleared or can no longer be read; the last known one is kept")
    if not told and (pi.text or pi.email):
        return _Told(
            told, frozenset(), ("its PI is nobody that can be identified: being PI gives no access",)
        )
    return _Told(told, frozenset(), ())


def _told_owner(row: ProjectRow, people: Mapping[str, Person]) -> _Told:
    if row.owner is UNKNOWN:
        return _unread(OWNER, "its owner was cleared or cannot be read; the last known one is kept")
    if row.owner not in people:
        concern = "its owner is nobody that the service account can read; the last known one is kept"
        return _unread(OWNER, concern)
    return _Told(frozenset({Part(row.owner, OWNER)}), frozenset(), ())


def _unread(part: str, concern: str) -> _Told:
    return _Told(frozenset(), frozenset({part}), (concern,))
