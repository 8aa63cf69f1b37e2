"""Lists that leave out what only single objects tell: sets that are missing or null, in one list or the other."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from fornix.booking.client import CalpendoClient
from fornix.booking.config import CalpendoConfig
from fornix.booking.fetch_lists import fetch_projects, with_sets
from fornix.booking.wire import read_path, read_references

LISTED = {"id": "1", "name": "Hearing", "projectCode": "A1", "status": "Approved", "owner": {"id": "9"}}
SETS = {"users": [{"id": "9"}], "projectResourceSettings": [{"id": "8", "resource": {"id": "11"}}]}


@contextmanager
def serving(listed: dict, detail: dict) -> Iterator[tuple[CalpendoClient, CalpendoConfig, list[str]]]:
    """A server of one project: as lists give it, and by itself."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path.partition("?")[0])
            content = {"biskits": [listed]} if "/q/" in self.path else {"id": "1", "properties": detail}
            body = json.dumps(content).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    config = CalpendoConfig(f"http://127.0.0.1:{server.server_address[1]}", "archive", "archive")
    try:
        with CalpendoClient(config) as client:
            yield client, config, asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(
    "sets",
    [{}, {"users": None, "projectResourceSettings": None}, {"users": SETS["users"]}, {"users": None, **{
        key: value for key, value in SETS.items() if key != "users"}}],
    ids=["no sets", "null sets", "users only", "settings only"],
)  # fmt: skip
def test_projects_are_read_one_by_one_where_lists_lack_a_set(sets):
    with serving({**LISTED, **sets}, {**LISTED, **SETS}) as (client, config, asked):
        found = with_sets(client, config, fetch_projects(client, config))

    assert asked[-1] == "/webdav/b/Calpendo.Project/1"
    (row,) = found.rows
    assert read_references(row, "users").ids == ("9",)
    assert read_path(row, "projectResourceSettings") == SETS["projectResourceSettings"]
    assert "1 projects were read one by one" in found.notes[0]


@pytest.mark.parametrize(
    "sets", [SETS, {**SETS, "users": "<Hidden>"}, {**SETS, "users": []}], ids=["whole", "hidden", "empty"]
)
def test_what_lists_tell_is_not_asked_for_again(sets):
    with serving({**LISTED, **sets}, {}) as (client, config, asked):
        found = with_sets(client, config, fetch_projects(client, config))

    assert asked == ["/webdav/q/Calpendo.Project"]
    assert found.notes == ()


def test_what_a_list_says_outranks_the_single_object_that_was_read_later():
    with serving({**LISTED, "name": "Old"}, {**LISTED, **SETS, "name": "New"}) as (client, config, _):
        (row,) = with_sets(client, config, fetch_projects(client, config)).rows

    assert read_path(row, "name") == "Old"
