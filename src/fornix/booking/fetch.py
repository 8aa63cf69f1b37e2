"""Asks Calpendo for all that one sweep needs, and gives it as typed rows."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime

from fornix.booking.answer import Answer, PersonRow, ProjectRow
from fornix.booking.client import PARALLEL, CalpendoClient
from fornix.booking.config import CalpendoConfig
from fornix.booking.fetch_bookings import fetch_bookings
from fornix.booking.fetch_lists import Row, fetch_lists, is_mirrored, with_sets
from fornix.booking.read_lists import read_lists, read_people
from fornix.booking.refusals import CalpendoUnusable, PasswordRefused
from fornix.booking.wire import UNKNOWN, References, detect_spelling, read_id

MOST_SINGLE_PEOPLE = 200
# Each failure was tried again for minutes: a Calpendo that cannot answer must not hold up the sweep for hours.
MOST_FAILED_PEOPLE = 10


def fetch_answer(
    client: CalpendoClient, config: CalpendoConfig, at: datetime, *, is_far: bool = False, turn: int = 0
) -> Answer:
    """Everything, as typed rows; bookings of the weeks around `at`, with `is_far` of the year before too.

    :param turn: counts sweeps: where more people are to be asked for than one sweep asks, others come in each.
    """
    lists = fetch_lists(client, config)
    lists = replace(lists, projects=with_sets(client, config, lists.projects))
    spelling = detect_spelling(lists.rows)
    bookings = fetch_bookings(client, config, spelling, at, is_far=is_far)
    answer = read_lists(lists, config, spelling)
    missing = _people_not_listed(answer.projects, answer.people)
    single = _fetch_single(client, config.types.person, in_turn(missing, turn))
    found = [
        row for row in read_people([*filter(None, single.values())], config, spelling) if row is not None
    ]
    return replace(
        answer,
        people=(*answer.people, *found),
        not_found=frozenset(person_id for person_id, row in single.items() if row is None),
        unasked=frozenset(missing) - single.keys(),
        bookings=bookings,
        notes=(*answer.notes, *bookings.notes),
    )


def in_turn(ids: Sequence[str], turn: int) -> Sequence[str]:
    """As many as one sweep asks for; in as many sweeps as it takes, each has its turn."""
    begin = turn * MOST_SINGLE_PEOPLE % len(ids) if len(ids) > MOST_SINGLE_PEOPLE else 0
    return [*ids[begin:], *ids[:begin]][:MOST_SINGLE_PEOPLE]


def _people_not_listed(projects: Sequence[ProjectRow], people: Sequence[PersonRow]) -> Sequence[str]:
    """Ids that mirrored projects refer to and that the list of people lacks, in the order of the projects."""
    listed = {row.id for row in people}
    referred = [
        found
        for row in projects
        if row.status is not UNKNOWN and is_mirrored(row.status)
        for found in _people_of(row)
    ]
    return [found for found in dict.fromkeys(referred) if found and found not in listed]


def _people_of(row: ProjectRow) -> Iterator[str]:
    if row.owner is not UNKNOWN:
        yield row.owner
    if isinstance(row.users, References):
        yield from row.users.ids
    for reading in row.pi:
        if reading.kind == "reference" and reading.value is not UNKNOWN:
            yield reading.value


def _fetch_single(client: CalpendoClient, type_name: str, ids: Sequence[str]) -> Mapping[str, Row | None]:
    """People by id, None for those whom Calpendo does not know; who could not be asked for is left out.

    A reference counts as unresolved only when asking for it leads nowhere (contract calpendo 4.4).
    """
    failed: list[str] = []
    is_over = threading.Event()

    def ask(person_id: str) -> tuple[str, Row | None] | None:
        if is_over.is_set():
            return None
        try:
            person = client.fetch_object(type_name, person_id)
        except PasswordRefused:
            is_over.set()
            raise
        except CalpendoUnusable:
            failed.append(person_id)
            if len(failed) >= MOST_FAILED_PEOPLE:
                is_over.set()
            return None
        if person is None:
            # A name where an id belongs is not found either, and says nothing about whom it names.
            return (person_id, None) if person_id.isascii() and person_id.isdigit() else None
        # The answer must be about whom we asked for.
        return (person_id, person) if read_id(person.get("id")) == person_id else None

    with ThreadPoolExecutor(PARALLEL) as pool:
        return dict(filter(None, pool.map(ask, ids)))
