"""Each kind of person asks for each route, and gets the answer of the matrix."""

from __future__ import annotations

import json

import pytest
from tests.permissions.matrix import PEOPLE, Row, rows
from tests.permissions.url_map import routes
from tests.permissions.world import client_of, make_world

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
ROUTES = {route.name: route for route in routes()}
QUESTIONS = [
    pytest.param(row, person, id=f"{row.method} {row.route} as {person}")
    for row in rows()
    for person in PEOPLE
]
ONE_ROW_EACH = [pytest.param(row, id=row.route) for row in {row.route: row for row in rows()}.values()]

pytestmark = pytest.mark.django_db


def ask(person: str, method: str, address: str, form: dict[str, object] | None = None):
    """The answer's status, its whole body read: a stream that breaks is no answer."""
    client = client_of(person)
    if address.startswith("/api/"):
        body = json.dumps(form) if form else ""
        response = client.generic(method, address, body, content_type="application/json")
    else:
        response = client.post(address, form) if method == "POST" else client.generic(method, address)
    if response.streaming:
        b"".join(response)
    return response.status_code


@pytest.mark.parametrize(("row", "person"), QUESTIONS)
def test_each_person_gets_the_answer_of_the_matrix(row: Row, person: str):
    address = make_world().address(ROUTES[row.route], row.on)

    assert ask(person, row.method, address, row.form) == row.status_for(person)


@pytest.mark.parametrize("row", ONE_ROW_EACH)
def test_a_method_without_a_row_is_not_allowed(row: Row):
    address = make_world().address(ROUTES[row.route], row.on)
    told = {other.method for other in rows() if other.route == row.route}

    answers = {method: ask("administrator", method, address) for method in METHODS if method not in told}

    assert answers == dict.fromkeys(answers, 405)
