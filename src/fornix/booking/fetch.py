"""Asks Calpendo for all that one sweep needs, and gives it as typed rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from fornix.booking.answer import Answer, PersonRow, ProjectRow
from fornix.booking.client import CalpendoClient
from fornix.booking.config import CalpendoConfig
from fornix.booking.fetch_bookings import fetch_bookings
from fornix.booking.fetch_lists import Row, fetch_lists, is_mirrored, with_sets
from fornix.booking.read_lists import read_lists, read_people
from fornix.booking.refusals import CalpendoUnusable, PasswordRefused
from fornix.booking.wire import UNKNOWN, References, detect_spelling, read_id

MOST_SINGLE_PEOPLE = 20


def fetch_answer(
    client: CalpendoClient, config: CalpendoConfig, at: datetime, *, is_far: bool = False
) -> Answer:
    """Everything, as typed rows; bookings of the weeks around `at`, with `is_far` of the year before too."""
    lists = fetch_lists(client, config)
    lists = replace(lists, projects=with_sets(client, config, lists.projects))
    spelling = detect_spelling(lists.rows)
    bookings = fetch_bookings(client, config, spelling, at, is_far=is_far)
    answer = read_lists(lists, config, spelling)
    missing = _people_not_listed(answer.projects, answer.people)
    single = read_people(_fetch_single(client, config.types.person, missing), config, spelling)
    return replace(
        answer,
        people=(*answer.people, *(row for row in single if row is not None)),
        bookings=bookings,
        notes=(*answer.notes, *bookings.notes),
    )


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
