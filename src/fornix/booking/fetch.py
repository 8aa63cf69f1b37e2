"""Asks Calpendo for all that one sweep needs, and gives it as typed rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from fornix.booking.answer import Answer, PersonRow, ProjectRow, read_person, read_project, read_resource
from fornix.booking.client import CalpendoClient
from fornix.booking.config import CalpendoConfig
from fornix.booking.fetch_bookings import fetch_bookings
from fornix.booking.fetch_lists import Lists, Row, fetch_lists, is_mirrored, with_sets
from fornix.booking.refusals import CalpendoUnusable, PasswordRefused
from fornix.booking.wire import UNKNOWN, References, Spelling, detect_spelling, read_id

MOST_SINGLE_PEOPLE = 20

_Typed = TypeVar("_Typed")


def fetch_answer(client: CalpendoClient, config: CalpendoConfig, at: datetime) -> Answer:
    """Everything, as typed rows; bookings of the weeks around `at`."""
    lists = fetch_lists(client, config)
    lists = replace(lists, projects=with_sets(client, config, lists.projects))
    spelling = detect_spelling(lists.rows)
    bookings = fetch_bookings(client, config.zone, spelling, at)
    answer = read_lists(lists, config, spelling)
    missing = _people_not_listed(answer.projects, answer.people)
    single = read_people(_fetch_single(client, config.types.person, missing), config, spelling)
    return replace(
        answer,
        people=(*answer.people, *(row for row in single if row is not None)),
        bookings=bookings.rows,
        notes=(*answer.notes, *bookings.notes),
    )


def read_lists(lists: Lists, config: CalpendoConfig, spelling: Spelling) -> Answer:
    """The lists as typed rows."""
    projects = lists.projects
    sources = tuple(source for source in config.pi if source.property not in projects.refused)
    scanners, lost_scanners = _typed(lists.resources.rows, read_resource, "resource")
    project_rows, lost_projects = _typed(
        projects.rows, lambda row: read_project(row, spelling, sources, scanners, config.fields), "project"
    )
    people, lost_people = _kept(read_people(lists.people.rows, config, spelling), "user")
    raw = (lists.resources, lists.projects, lists.people)
    return Answer(
        projects=project_rows,
        people=people,
        resources=scanners,
        flaws=(
            *(flaw for each in raw for flaw in each.flaws), *lost_scanners, *lost_projects, *lost_people
        ),
        notes=tuple(note for each in raw for note in each.notes),
        spells_hidden=spelling.null_means_empty,
    )  # fmt: skip


def read_people(
    rows: Sequence[Row], config: CalpendoConfig, spelling: Spelling
) -> Sequence[PersonRow | None]:
    """Users as typed rows; None for what has no id."""
    leads = tuple(source.property for source in config.pi if source.kind == "person")
    return [read_person(row, spelling, leads, config.fields) for row in rows]


def _people_not_listed(projects: Sequence[ProjectRow], people: Sequence[PersonRow]) -> Sequence[str]:
    """Ids that mirrored projects refer to and that the list of people lacks, in the order of the projects."""
    listed = {row.id for row in people}
    referred = [
        found
        for row in projects
        if row.status is not UNKNOWN and is_mirrored(row.status)
        for found in (
            *((row.owner,) if row.owner is not UNKNOWN else ()),
            *(row.users.ids if isinstance(row.users, References) else ()),
        )
    ]
    return [found for found in dict.fromkeys(referred) if found not in listed]


def _fetch_single(client: CalpendoClient, type_name: str, ids: Sequence[str]) -> Sequence[Row]:
    """People by id: a reference counts as unresolved only when asking for it leads nowhere (contract calpendo 4.4)."""
    found: list[Row] = []
    for person_id in ids[:MOST_SINGLE_PEOPLE]:
        try:
            person = client.fetch_object(type_name, person_id)
        except PasswordRefused:
            raise
        except CalpendoUnusable:
            break
        # The answer must be about whom we asked for.
        if person is not None and read_id(person.get("id")) == person_id:
            found.append(person)
    return found


def _typed(
    rows: Sequence[Row], read: Callable[[Row], _Typed | None], what: str
) -> tuple[tuple[_Typed, ...], tuple[str, ...]]:
    return _kept([read(row) for row in rows], what)


def _kept(found: Sequence[_Typed | None], what: str) -> tuple[tuple[_Typed, ...], tuple[str, ...]]:
    kept = tuple(row for row in found if row is not None)
    return kept, (() if len(kept) == len(found) else (f"a {what} has no id",))
