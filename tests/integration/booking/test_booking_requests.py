"""How bookings are asked for where a Calpendo refuses or ignores what is asked first."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from fornix.booking.booked_times import ReadBookings
from fornix.booking.client import CalpendoClient, Patience
from fornix.booking.config import CalpendoConfig
from fornix.booking.fetch_bookings import fetch_bookings
from fornix.booking.refusals import PasswordRefused
from fornix.booking.windows import far_window, near_window, parts_before
from fornix.booking.wire import Spelling

AT = datetime(2026, 4, 15, 12, tzinfo=UTC)
CONFIG = CalpendoConfig("https://calpendo.test", "archive", "secret")
FAR_PARTS = len(parts_before(near_window(AT), far_window(AT)))
SHOWN = "[2026-04-20 09:30:00.0, 2026-04-20 10:30:00.0]"
PLAIN = {
    "id": 1, "status": "Approved", "resource.id": 11, "project.id": 7,
    "dateRange.start": "2026-04-20T09:30:00", "dateRange.finish": "2026-04-20T10:30:00",
    "dateRange.end": "2026-04-20T10:30:00",
    "resource": {"id": 11}, "project": {"id": 7}, "dateRange": SHOWN, "cancelled": False,
    "owner": {"id": 21}, "booker": {"id": 22}, "owner.id": 21, "booker.id": 22, "title": "HIN_017 Anna Example",
}  # fmt: skip


Answer = Callable[[list[str], str], "list[Any] | int"]  # paths and the expression -> rows, or a status


@contextmanager
def served(answer: Answer) -> Iterator[tuple[CalpendoClient, list[str]]]:
    """A client of a small server that answers lists so, and what it was asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            target = urlsplit(self.path)
            told = answer(parse_qs(target.query)["paths"][0].split(","), target.path)
            body = b"" if isinstance(told, int) else json.dumps({"biskits": told}).encode()
            self.send_response(told if isinstance(told, int) else 200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    config = replace(CONFIG, url=f"http://127.0.0.1:{server.server_port}")
    try:
        with CalpendoClient(config, Patience(retries=0)) as client:
            yield client, asked
    finally:
        server.shutdown()
        server.server_close()


def wire(*has: str, refuses: bool = True, dates: str = "T") -> Answer:
    """One booking, told by the paths that this Calpendo has; others are refused or left out."""

    def answer(paths: list[str], expression: str) -> list[Any] | int:
        told = {path: PLAIN[path] for path in paths if path in has}
        asks_for_no_time = "/GE/" not in expression
        is_refused = (refuses and len(told) < len(paths)) or not (
            asks_for_no_time or dates in expression.split("/GE/")[1]
        )
        return 400 if is_refused else [told]

    return answer


def read(client: CalpendoClient, **changes) -> ReadBookings:
    config = replace(CONFIG, **changes)
    return fetch_bookings(client, config, Spelling(null_means_empty=True), AT, is_far=True)


ALWAYS = ("id", "status")
BY_ID = (*ALWAYS, "resource.id", "project.id", "dateRange.start")
WHOLE = (*ALWAYS, "resource", "project", "dateRange")
PEOPLE = ("owner.id", "booker.id")
WIRES = {
    "all": (wire(*BY_ID, *PEOPLE, "dateRange.finish", "cancelled"), 1),
    "no people": (wire(*BY_ID, "dateRange.finish", "cancelled"), 7),
    "plain, finish": (wire(*BY_ID, "dateRange.finish"), 7),
    "plain, end": (wire(*BY_ID, "dateRange.end"), 8),
    "only whole": (wire(*WHOLE), 9),
    "other dates": (wire(*BY_ID, *PEOPLE, "dateRange.finish", "cancelled", dates="-"), 8),
    "leaves out what it has not": (wire(*BY_ID, "dateRange.end", refuses=False), 8),
    "tells no ids by themselves": (wire(*WHOLE, "dateRange.start", "dateRange.end", refuses=False), 12),
}


@pytest.mark.parametrize(("answer", "requests"), WIRES.values(), ids=WIRES.keys())
def test_the_way_that_tells_enough_is_found_and_kept(answer, requests):
    with served(answer) as (client, asked):
        found = read(client)

    first = found.rows[0]
    assert (first.id, first.resource, first.project) == ("1", "11", "7")
    assert first.start.startswith("2026-04-20")
    assert found.window == far_window(AT)
    assert len(asked) == requests + FAR_PARTS


@pytest.mark.parametrize(
    ("answer", "people"),
    [
        (wire(*BY_ID, *PEOPLE, "dateRange.end"), ("21", "22")),
        (wire(*WHOLE, "owner", "booker"), ("21", "22")),
        (wire(*BY_ID, "dateRange.finish", "booker.id"), ("", "22")),
    ],
    ids=["by id", "as references", "booker alone"],
)
def test_owner_and_booker_are_read_where_a_calpendo_has_them(answer, people):
    with served(answer) as (client, _):
        found = read(client)

    assert (found.rows[0].owner, found.rows[0].booker) == people


def test_titles_are_asked_for_only_where_a_pattern_wants_a_subject():
    told = wire(*BY_ID, *PEOPLE, "dateRange.finish", "cancelled", "title")
    with served(told) as (client, asked):
        without, with_pattern = read(client), read(client, booking_subject_pattern="^(?P<subject>HIN_[0-9]+)")

    assert [row.subject for row in (without.rows[0], with_pattern.rows[0])] == ["", "HIN_017"]
    assert not [path for path in asked[: 1 + FAR_PARTS] if "title" in path]
    assert "Anna" not in repr(with_pattern)


def test_bookings_without_titles_keep_their_subjects_and_it_is_told():
    with served(wire(*BY_ID, *PEOPLE, "dateRange.finish", "cancelled")) as (client, _):
        found = read(client, booking_subject_pattern="(?P<subject>HIN_[0-9]+)")

    assert "neither title nor description" in found.notes[0]


def test_weeks_without_a_booking_do_not_settle_how_to_ask():
    told = wire(*BY_ID, "dateRange.end", refuses=False)
    empty = iter([True])
    with served(lambda *asked: [] if next(empty, False) else told(*asked)) as (client, _):
        found = read(client)

    assert len(found.rows) == FAR_PARTS
    assert all(row.end for row in found.rows)


def first_then(number: int, rows: list[Any], status: int) -> Answer:
    """So many good answers, and then this status."""
    left = iter(range(number))
    return lambda _paths, _expression: status if next(left, None) is None else rows


def test_a_year_that_breaks_off_leaves_what_was_read_whole():
    with served(first_then(2, [PLAIN], 500)) as (client, _):
        found = read(client)

    assert (found.window.ends_at, found.asked_from) == (near_window(AT).ends_at, far_window(AT).begins_at)
    assert far_window(AT).begins_at < found.window.begins_at < near_window(AT).begins_at
    assert "bookings were not read from 2025" in found.notes[0]


@pytest.mark.parametrize("status", [400, 403, 404, 500])
def test_bookings_that_cannot_be_read_at_all_cover_nothing(status):
    with served(first_then(0, [], status)) as (client, _):
        found = read(client)

    assert (found.rows, found.window, len(found.notes)) == ((), None, 1)


@pytest.mark.parametrize("lost", [{"status": "Approved"}, "text", None], ids=["no id", "a text", "null"])
def test_a_list_with_things_that_are_no_bookings_covers_nothing(lost):
    with served(lambda _paths, _expression: [PLAIN, lost]) as (client, _):
        found = read(client)

    assert ([row.id for row in found.rows], found.window) == (["1"], None)
    assert "1 of the bookings" in found.notes[0]


def test_bookings_that_tell_no_time_are_not_read():
    with served(lambda _paths, _expression: [{"id": 1, "resource.id": 11}]) as (client, _):
        found = read(client)

    assert (found.rows, found.window) == ((), None)
    assert "tells of no booking when it is" in found.notes[0]


def test_a_refused_password_ends_the_sweep():
    with served(first_then(1, [PLAIN], 401)) as (client, _), pytest.raises(PasswordRefused):
        read(client)
