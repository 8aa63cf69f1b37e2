"""Pure: what the mirror holds + what Calpendo answers -> what to change. Reads no row and writes none."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from fornix.booking.absence import Roll
from fornix.booking.answer import Answer
from fornix.booking.booked_times import BookedTime
from fornix.booking.config import CalpendoConfig
from fornix.booking.eligibility import modality_of
from fornix.booking.guards import Circumstances, Next, Waiting, guard
from fornix.booking.identity import changed_addresses
from fornix.booking.links import Links, new_links
from fornix.booking.logins import LoginChange, next_logins
from fornix.booking.mirror import Absence, ArchiveProject, BookedProject, BookedResource, Mirror, Part, Person
from fornix.booking.next_bookings import Calendar, next_bookings
from fornix.booking.next_people import next_people
from fornix.booking.next_projects import Surroundings, next_project
from fornix.booking.roles import roles_after
from fornix.booking.standing import ProjectStanding, is_known_person_status, is_known_project_status
from fornix.booking.wire import UNKNOWN
from fornix.dicom.labels import fold_code
from fornix.models.memberships import Role


@dataclass(frozen=True, slots=True)
class PersonChange:
    """A person before (None: new) and after. A link made now is in `after.account_id`."""

    before: Person | None
    after: Person


@dataclass(frozen=True, slots=True)
class ProjectChange:
    """A booked project before (None: new) and after."""

    before: BookedProject | None
    after: BookedProject


@dataclass(frozen=True, slots=True)
class GrantChange:
    """What one project of the archive gives by this Calpendo, before and after. `attaches`: it is new to the mirror.

    `begins`: the parts that count from now on, because of the project and not because of themselves.
    """

    archive: ArchiveProject
    booked_id: str
    before: Mapping[int, Role]
    after: Mapping[int, Role]
    attaches: bool
    begins: frozenset[Part] = frozenset()


@dataclass(frozen=True, slots=True)
class Plan:
    """All changes of one sweep. `waiting` are those that a person decides; `concerns` is for the operator to read.

    `opened` are Calpendo's ids of projects that are shown here although no data of them is here yet.
    """

    resources: tuple[BookedResource, ...]
    people: tuple[PersonChange, ...]
    projects: tuple[ProjectChange, ...]
    grants: tuple[GrantChange, ...]
    bookings: tuple[BookedTime, ...]
    opened: tuple[str, ...]
    waiting: tuple[Waiting, ...]
    concerns: tuple[str, ...]
    logins: tuple[LoginChange, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing is to be written."""
        return not (
            self.resources
            or self.people
            or self.projects
            or self.grants
            or self.bookings
            or self.opened
            or self.logins
        )


def make_plan(
    mirror: Mirror,
    answer: Answer,
    config: CalpendoConfig,
    at: datetime,
    *,
    is_first: bool = False,
    roll: Roll | None = None,
) -> Plan:
    """The changes that bring the mirror to a judged answer, within the guards.

    :param is_first: nothing was taken from this Calpendo before: whatever is added is no surprise.
    :param roll: who was asked for by id; without it, nothing that is missing counts as gone.
    """
    roll = roll or Roll(at, due_before=at)
    around = _surroundings(mirror, answer, config, at, roll)
    projects, concerns = _next_projects(mirror, answer, around, roll)
    # Who was good until yesterday is inactive today.
    today = at.astimezone(config.zone).date()
    is_term_end = any(today - timedelta(days=1) <= end <= today for end in config.term_ends)
    circumstances = Circumstances(config.guards, is_first=is_first, is_term_end=is_term_end)
    attaching = {*_attaching(mirror, projects).values()}
    opening = _opened(mirror, projects, attaching) if config.show_empty_projects else ()
    guarded, waiting = guard(mirror, Next(around.people, projects), circumstances, (*attaching, *opening))
    links = new_links(guarded.people.values(), mirror.accounts)
    linked = _with_links(guarded.people, links)
    grants = _grant_changes(mirror, guarded.projects, linked)
    calendar = Calendar(config.zone, around.resources, guarded.projects, at, linked)
    bookings = next_bookings(mirror.bookings, answer.bookings, calendar)
    return Plan(
        resources=tuple(each for each in around.resources.values() if mirror.resources.get(each.id) != each),
        people=_person_changes(mirror, linked),
        projects=_project_changes(mirror, guarded.projects),
        grants=grants,
        bookings=bookings.changes,
        opened=_opened(mirror, guarded.projects, attaching) if config.show_empty_projects else (),
        waiting=waiting,
        concerns=(
            *answer.notes,
            *concerns,
            *bookings.concerns,
            *_odd(linked, guarded.projects),
            *links.suggestions,
            *changed_addresses(mirror.people, linked, mirror.accounts),
        ),
        logins=next_logins(linked.values(), mirror.accounts, today, suspends=config.suspend_logins),
    )


def _surroundings(
    mirror: Mirror, answer: Answer, config: CalpendoConfig, at: datetime, roll: Roll
) -> Surroundings:
    """The people and resources after the answer, and what else projects refer to."""
    people = next_people(
        mirror.people,
        answer.people,
        at.astimezone(config.zone).date(),
        roll,
        dict(config.alias_domains),
        tells_expiry=answer.tells_expiry,
        unasked=answer.unasked,
    )
    resources = {
        row.id: BookedResource(row.id, row.name, modality_of(row.id, row.name, config.scanners))
        for row in answer.resources
    }
    return Surroundings(
        config=config,
        at=at,
        people=people,
        person_rows={row.id: row for row in answer.people},
        resources={**mirror.resources, **resources},
        refused=answer.refused,
        not_found=answer.not_found,
        settings_are_told=_settings_are_told(mirror, answer),
    )


def _person_changes(mirror: Mirror, people: Mapping[str, Person]) -> tuple[PersonChange, ...]:
    pairs = ((mirror.people.get(each.id), each) for each in people.values())
    return tuple(PersonChange(before, after) for before, after in pairs if before != after)


def _project_changes(mirror: Mirror, projects: Mapping[str, BookedProject]) -> tuple[ProjectChange, ...]:
    pairs = ((mirror.projects.get(each.id), each) for each in projects.values())
    return tuple(ProjectChange(before, after) for before, after in pairs if before != after)


def _settings_are_told(mirror: Mirror, answer: Answer) -> bool:
    return any(row.resources is not UNKNOWN for row in answer.projects) or any(
        project.resource_ids for project in mirror.projects.values()
    )


def _next_projects(
    mirror: Mirror, answer: Answer, around: Surroundings, roll: Roll
) -> tuple[dict[str, BookedProject], list[str]]:
    after: dict[str, BookedProject] = {}
    concerns: list[str] = []
    if not around.settings_are_told:
        concerns.append("Calpendo does not tell which resources a project may book: every project counts")
    elif unread := sum(row.resources is UNKNOWN for row in answer.projects):
        concerns.append(
            f"what {unread} projects may book cannot be read: it stays as it was, and new ones count"
        )
    if not any(row.email for row in answer.people if row.email is not UNKNOWN):
        concerns.append(
            "nobody in Calpendo has an e-mail that can be read: people can be linked by hand only"
        )
    for row in answer.projects:
        found = next_project(mirror.projects.get(row.id, BookedProject(row.id)), row, around)
        after[row.id] = found.project
        if found.project.is_eligible:
            concerns += found.concerns
    for project_id, project in mirror.projects.items():
        if project_id not in after:
            missing = replace(project, absence=roll.missed(project_id, project.absence))
            after[project_id] = missing
            if project.is_eligible:
                concerns.append(
                    f"{project.title}: {_absent(missing.absence)}; its people keep what they have"
                )
    return after, concerns


def _absent(absence: Absence) -> str:
    if absence.is_gone:
        return "it is gone from Calpendo"
    since = f" since {absence.since:%Y-%m-%d %H:%M} UTC" if absence.since else ""
    return f"Calpendo does not list it{since}"


def _odd(people: Mapping[str, Person], projects: Mapping[str, BookedProject]) -> Iterator[str]:
    """Statuses never seen before: what they mean is not known, so they change nothing."""
    of_projects = Counter(
        each.status
        for each in projects.values()
        if each.is_eligible and not is_known_project_status(each.status)
    )
    of_people = Counter(
        each.status for each in people.values() if each.status and not is_known_person_status(each.status)
    )
    for status, number in of_projects.items():
        yield f"the status {status or '(none)'} of {number} projects is not known: nobody is added or removed there"
    for status, number in of_people.items():
        yield f"the status {status} of {number} people is not known: they keep what they have, and get nothing new"


def _with_links(people: Mapping[str, Person], links: Links) -> dict[str, Person]:
    return {
        person_id: replace(person, account_id=links.made[person_id], linked_how=links.how(person_id))
        if person_id in links.made
        else person
        for person_id, person in people.items()
    }


def _grant_changes(
    mirror: Mirror, projects: Mapping[str, BookedProject], people: Mapping[str, Person]
) -> tuple[GrantChange, ...]:
    attaching = _attaching(mirror, projects)
    changes = []
    for archive in mirror.archive:
        booked_id = archive.booked_id or attaching.get(archive.id)
        if booked_id is None or booked_id not in projects:
            continue
        project, before = projects[booked_id], mirror.projects.get(booked_id)
        after = roles_after(project, people, archive.roles)
        attaches = archive.booked_id is None
        if attaches or after != archive.roles:
            was_mirrored = before is not None and before.standing is ProjectStanding.MIRRORED
            begins = project.counting if attaches or not was_mirrored else frozenset()
            changes.append(GrantChange(archive, booked_id, archive.roles, after, attaches, begins))
    return tuple(changes)


def _attaching(mirror: Mirror, projects: Mapping[str, BookedProject]) -> dict[int, str]:
    """Projects of the archive without one of Calpendo -> the only one there that has their label as its code."""
    taken = {archive.booked_id for archive in mirror.archive if archive.booked_id}
    found: defaultdict[str, list[str]] = defaultdict(list)
    for project in projects.values():
        if project.code and project.is_eligible and project.standing is ProjectStanding.MIRRORED:
            found[fold_code(project.code)].append(project.id)
    free = {code: ids[0] for code, ids in found.items() if len(ids) == 1 and ids[0] not in taken}
    return {
        archive.id: free[archive.folded_label]
        for archive in mirror.archive
        if archive.booked_id is None and archive.folded_label in free
    }


def _opened(
    mirror: Mirror, projects: Mapping[str, BookedProject], attaching: Collection[str]
) -> tuple[str, ...]:
    """Projects to be shown without data: mirrored ones with a code that nothing here is called by yet."""
    here = {*attaching, *(each.booked_id for each in mirror.archive)}
    return tuple(
        project.id
        for project in projects.values()
        if project.id not in here
        and project.code
        and project.is_eligible
        and project.standing is ProjectStanding.MIRRORED
    )
