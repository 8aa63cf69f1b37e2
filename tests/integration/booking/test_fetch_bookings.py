"""How a Calpendo wants to be asked for bookings is found out with few questions, also where it wants none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from urllib.parse import unquote, urlsplit

import pytest
from tests.integration.booking.small_calpendo import calpendo_of

from fornix.booking.booked_times import ReadBookings
from fornix.booking.client import CalpendoClient
from fornix.booking.config import CalpendoConfig
from fornix.booking.fetch_bookings import fetch_bookings
from fornix.booking.wire import Spelling

AT = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
MOST, MOST_IN_VAIN = 9, 6
PLAIN = frozenset({"id", "status"})
SPANS = PLAIN | {"resource.id", "project.id", "dateRange.start"}
PEOPLE = {"owner.id", "booker.id"}
BOOKING = {
    "id": "5",
    "status": "Approved",
    "resource.id": "11",
    "project.id": "7",
    "resource": {"id": "11"},
    "project": {"id": "7"},
    "dateRange": {"start": "2026-03-04T10:00:00", "finish": "2026-03-04T11:00:00"},
    "dateRange.start": "2026-03-04T10:00:00",
    "dateRange.finish": "2026-03-04T11:00:00",
    "dateRange.end": "2026-03-04T11:00:00",
    "cancelled": False,
    "owner.id": "21",
    "booker.id": "22",
}


@contextmanager
def serving(separator: str, properties: frozenset[str]) -> Iterator[tuple[str, list[str]]]:
    """A Calpendo that takes times with this between day and hour, and knows these properties; 400 for any other."""

    def answer(path: str) -> tuple[int, object]:
        where, paths = unquote(urlsplit(path).path), set(path.partition("=")[2].split(","))
        is_understood = "dateRange" not in where or f"20260218{separator}" in where
        if not is_understood or not paths <= properties:
            return 400, {}
        return 200, {"biskits": [{name: BOOKING[name] for name in paths}]}

    with calpendo_of(answer) as (url, asked):
        yield url, asked


def read(url: str, *, is_far: bool = False) -> ReadBookings:
    config = CalpendoConfig(url, "archive", "archive")
    with CalpendoClient(config) as client:
        return fetch_bookings(client, config, Spelling(null_means_empty=True), AT, is_far=is_far)


@pytest.mark.parametrize("separator", ["T", "-"])
@pytest.mark.parametrize(
    "properties",
    [
        pytest.param(SPANS | PEOPLE | {"dateRange.finish", "cancelled"}, id="usual"),
        pytest.param(SPANS | PEOPLE | {"dateRange.finish"}, id="no mark of what was cancelled"),
        pytest.param(SPANS | {"dateRange.end", "cancelled"}, id="end, nobody"),
    ],
)
def test_bookings_are_read_as_calpendo_wants_to_be_asked(separator, properties):
    with serving(separator, properties) as (url, asked):
        found = read(url)

    (row,) = found.rows
    assert (row.id, row.start, row.resource) == ("5", "2026-03-04T10:00:00", "11")
    assert len(asked) <= MOST


@pytest.mark.parametrize("is_far", [False, True])
@pytest.mark.parametrize(
    ("separator", "properties"),
    [
        pytest.param(" ", SPANS, id="no spelling of times is understood"),
        pytest.param("T", frozenset(), id="the type is not known"),
        pytest.param("T", PLAIN, id="nothing is known of them"),
    ],
)
def test_a_calpendo_that_tells_of_no_bookings_is_not_asked_over_and_over(separator, properties, is_far):
    with serving(separator, properties) as (url, asked):
        found = read(url, is_far=is_far)

    assert (found.rows, found.window) == ((), None)
    assert "bookings were not read" in found.notes[0]
    assert len(asked) <= MOST_IN_VAIN
