"""A list costs the same number of queries with 3 and with 30 rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests import factories
from tests.permissions.matrix import rows
from tests.permissions.url_map import routes
from tests.permissions.world import World, client_of, make_world
from tests.rules.tree import report

from fornix.models import Account, ImagingSession, Project, Resource, Scan, Subject
from fornix.models.memberships import Role

FEW, MANY = 3, 30


@dataclass(frozen=True, slots=True)
class Listed:
    """A list page: what its address is about, and what makes it one row longer."""

    on: str
    add_row: Callable[[], object]


def add_project() -> Project:
    member = Account.objects.get(username="member")
    project = factories.make_project(f"P{Project.objects.count():04d}", people={member: Role.MEMBER})
    factories.make_session(factories.make_subject(project))
    return project


def add_filing() -> object:
    return factories.make_filing(add_session(), scans=1, files=1)


def add_subject() -> Subject:
    subject = factories.make_subject(Project.objects.get(label="P001"))
    factories.make_session(subject)
    return subject


def add_session() -> ImagingSession:
    return factories.make_session(Subject.objects.earliest("pk"))


def add_scan() -> Scan:
    scan = factories.make_scan(ImagingSession.objects.earliest("pk"))
    factories.make_file(factories.make_resource(scan))
    return scan


def add_file() -> object:
    return factories.make_file(Resource.objects.earliest("pk"))


def add_token() -> object:
    return factories.make_token(Account.objects.get(username="member"))


# Every page that lists, by (route, what is listed): a page with two lists has two rows.
LISTS: dict[tuple[str, str], Listed] = {}

# What is asked for with GET and lists nothing.
SINGLES: set[str] = set()


def queries_of(world: World, route: str, on: str) -> tuple[int, int]:
    """How many queries the page takes, and how long it is."""
    address = world.address({each.name: each for each in routes()}[route], on)
    client = client_of("member")
    client.get(address)  # what is read once per process, and the session's own row
    with CaptureQueriesContext(
        connection,
    ) as captured:
        response = client.get(address)
    assert response.status_code == 200
    return len(captured), len(response.content)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("route", "listed"), [pytest.param(key[0], listed, id=" ".join(key)) for key, listed in LISTS.items()]
)
def test_a_list_takes_as_many_queries_for_thirty_rows_as_for_three(route: str, listed: Listed):
    world = make_world()
    for _ in range(FEW):
        listed.add_row()
    few, short = queries_of(world, route, listed.on)
    for _ in range(MANY - FEW):
        listed.add_row()

    many, long = queries_of(world, route, listed.on)

    assert long > short, "the page does not list what this row adds"
    assert many == few


def test_every_page_is_known_to_list_or_not_to():
    pages = {row.route for row in rows() if row.method == "GET"}
    unknown = sorted(pages - {route for route, _ in LISTS} - SINGLES)

    assert not unknown, report(
        "Say in tests/rules/test_queries.py what it lists, or that it is single:", unknown
    )
