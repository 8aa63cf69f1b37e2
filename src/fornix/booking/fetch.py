"""Asks Calpendo for all that one sweep needs: three lists, and single objects only where lists say too little."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from fornix.booking.answer import (
    RESOURCE_SETTINGS,
    SETTINGS_RESOURCE,
    Answer,
    PersonRow,
    ProjectRow,
    read_person,
    read_project,
    read_resource,
)
from fornix.booking.client import PARALLEL, CalpendoClient
from fornix.booking.config import CalpendoConfig
from fornix.booking.fetch_bookings import fetch_bookings
from fornix.booking.refusals import CalpendoUnusable, PasswordRefused, QueryRefused
from fornix.booking.standing import ProjectStanding, project_standing
from fornix.booking.wire import (
    ABSENT,
    UNKNOWN,
    References,
    detect_spelling,
    read_id,
    read_path,
    read_required_text,
)

PROJECT, PERSON, RESOURCE = "Calpendo.Project", "Calpendo.CalpendoUser", "Calpendo.Resource"
PROJECT_NEEDED = ("id", "name", "projectCode", "status", "owner", "users")
PROJECT_WANTED = ("type", "groups", RESOURCE_SETTINGS, SETTINGS_RESOURCE, "created", "modified")
PERSON_NEEDED = ("id", "status", "email")
PERSON_WANTED = ("givenName", "familyName", "loginName", "loginIdentifier", "expiryDate", "modified")
MOST_LOST_SHARE = 0.01
MOST_SINGLE_PEOPLE = 20

Row = Mapping[str, Any]
_Typed = TypeVar("_Typed")


@dataclass(frozen=True, slots=True)
class _Raw:
    """A list as it came; `refused` are wanted properties that this Calpendo does not have."""

    rows: Sequence[Row]
    refused: tuple[str, ...]
    flaws: tuple[str, ...]


def fetch_answer(client: CalpendoClient, config: CalpendoConfig, at: datetime) -> Answer:
    """Everything, as typed rows; bookings of the weeks around `at`.

    Projects and people are read one right after the other (contract calpendo 4.4), projects first: whoever joins
    one in between is then among the people already.
    """
    resources = _fetch(client, RESOURCE, ("id", "name"), ())
    pi = tuple(source.property for source in config.pi if source.kind != "person")
    leads = tuple(source.property for source in config.pi if source.kind == "person")
    projects = _fetch(client, PROJECT, PROJECT_NEEDED, (*PROJECT_WANTED, *pi))
    people = _fetch(client, PERSON, PERSON_NEEDED, (*PERSON_WANTED, *leads))
    projects, notes = _with_sets(client, projects)
    spelling = detect_spelling([*resources.rows, *projects.rows, *people.rows])
    bookings = fetch_bookings(client, config.zone, spelling, at)
    sources = tuple(source for source in config.pi if source.property not in projects.refused)
    scanners, lost_scanners = _typed(resources.rows, read_resource, "resource")
    project_rows, lost_projects = _typed(
        projects.rows, lambda row: read_project(row, spelling, sources, scanners), "project"
    )
    person_rows, lost_people = _typed(people.rows, lambda row: read_person(row, spelling, leads), "user")
    missing = _people_not_listed(project_rows, person_rows)
    single = [read_person(row, spelling, leads) for row in _fetch_single(client, missing)]
    return Answer(
        projects=project_rows,
        people=(*person_rows, *(row for row in single if row is not None)),
        resources=scanners,
        flaws=(
            *resources.flaws, *projects.flaws, *people.flaws, *lost_scanners, *lost_projects, *lost_people
        ),
        bookings=bookings.rows,
        notes=(*notes, *bookings.notes),
        spells_hidden=spelling.null_means_empty,
    )  # fmt: skip


def _people_not_listed(projects: Sequence[ProjectRow], people: Sequence[PersonRow]) -> Sequence[str]:
    """Ids that mirrored projects refer to and that the list of people lacks, in the order of the projects."""
    listed = {row.id for row in people}
    referred = [
        found
        for row in projects
        if row.status is not UNKNOWN and _is_mirrored(row.status)
        for found in (
            *((row.owner,) if row.owner is not UNKNOWN else ()),
            *(row.users.ids if isinstance(row.users, References) else ()),
        )
    ]
    return [found for found in dict.fromkeys(referred) if found not in listed]


def _fetch_single(client: CalpendoClient, ids: Sequence[str]) -> Sequence[Row]:
    """People by id: a reference counts as unresolved only when asking for it leads nowhere (contract calpendo 4.4)."""
    found: list[Row] = []
    for person_id in ids[:MOST_SINGLE_PEOPLE]:
        try:
            person = client.fetch_object(PERSON, person_id)
        except PasswordRefused:
            raise
        except CalpendoUnusable:
            break
        # The answer must be about whom we asked for.
        if person is not None and read_id(person.get("id")) == person_id:
            found.append(person)
    return found


def _fetch(client: CalpendoClient, type_name: str, needed: Sequence[str], wanted: Sequence[str]) -> _Raw:
    """A list with all properties, or without those of the wanted ones that this Calpendo does not know (400)."""
    refused: tuple[str, ...] = ()
    try:
        rows = client.fetch_list(type_name, (*needed, *wanted))
    except QueryRefused:
        refused = tuple(path for path in wanted if not client.knows(type_name, path))
        rows = client.fetch_list(type_name, (*needed, *(path for path in wanted if path not in refused)))
    objects = [row for row in rows if isinstance(row, dict)]
    flaws = (
        () if len(objects) == len(rows) else (f"the list of {type_name} holds things that are no objects",)
    )
    return _Raw(objects, refused, flaws)


def _typed(
    rows: Sequence[Row], read: Callable[[Row], _Typed | None], what: str
) -> tuple[tuple[_Typed, ...], tuple[str, ...]]:
    found = [read(row) for row in rows]
    kept = tuple(row for row in found if row is not None)
    return kept, (() if len(kept) == len(found) else (f"a {what} has no id",))


def _with_sets(client: CalpendoClient, projects: _Raw) -> tuple[_Raw, tuple[str, ...]]:
    """The projects with their sets. Where no list row carries any, the mirrored projects are read one by one."""
    if not projects.rows or any(read_path(row, "users") is not ABSENT for row in projects.rows):
        return projects, ()
    ids = [
        found for row in projects.rows if _is_worth_reading(row) and (found := read_id(read_path(row, "id")))
    ]
    with ThreadPoolExecutor(PARALLEL) as pool:
        details = dict(
            zip(ids, pool.map(lambda found: client.fetch_object(PROJECT, found), ids), strict=True)
        )
    lost = sum(detail is None for detail in details.values())
    flaws = projects.flaws
    if lost > MOST_LOST_SHARE * len(ids):
        flaws = (*flaws, f"{lost} of {len(ids)} projects are listed and cannot be read one by one")
    rows = [_merged(row, details.get(read_id(read_path(row, "id")) or "")) for row in projects.rows]
    note = f"Calpendo's lists do not tell who is on a project: {len(ids)} projects were read one by one"
    return _Raw(rows, projects.refused, flaws), (note,)


def _is_worth_reading(row: Row) -> bool:
    """Mirrored projects with a code; and all of them where the list does not even tell the status."""
    if read_path(row, "status") is ABSENT:
        return True
    status = read_required_text(row, "status")
    code = read_required_text(row, "projectCode")
    return status is not UNKNOWN and code is not UNKNOWN and _is_mirrored(status)


def _is_mirrored(status: str) -> bool:
    return project_standing(status) is ProjectStanding.MIRRORED


def _merged(row: Row, detail: Row | None) -> Row:
    properties = detail.get("properties") if detail else None
    if not isinstance(properties, dict):
        return row
    # What the list said stays: it was judged as one answer, and is of one moment.
    return {**row, "properties": properties}
