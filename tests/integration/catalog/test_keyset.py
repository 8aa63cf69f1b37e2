"""Lists are cut by key: every row once, forwards and backwards, whatever the sort."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests import factories

from fornix.access.actors import OPERATOR
from fornix.catalog.keyset import Window
from fornix.catalog.overview import SORTS, project_lines
from fornix.models import Event, Project

pytestmark = pytest.mark.django_db


def make_projects(count: int = 7) -> None:
    """Some of which are alike in all that one sorts by."""
    for number in range(count):
        factories.make_project(
            f"P{number}", session_count=number // 3, changed_at=factories.AT + timedelta(days=number // 2)
        )


def walk(sort: str, *, descending: bool) -> list[list[str]]:
    pages, after = [], None
    while True:
        page = project_lines(OPERATOR, Window(sort, descending, after=after, size=3)).page
        pages.append([row.code for row in page.rows])
        if page.next is None:
            return pages
        after = page.next


@pytest.mark.parametrize("descending", [False, True], ids=["up", "down"])
@pytest.mark.parametrize("sort", SORTS)
def test_pages_hold_every_row_once(sort, descending):
    make_projects()

    pages = walk(sort, descending=descending)

    assert [len(page) for page in pages] == [3, 3, 1]
    assert sorted(code for page in pages for code in page) == [f"P{number}" for number in range(7)]


@pytest.mark.parametrize("descending", [False, True], ids=["up", "down"])
def test_going_back_shows_the_page_that_one_came_from(descending):
    make_projects()
    first = project_lines(OPERATOR, Window("sessions", descending, size=3)).page
    second = project_lines(OPERATOR, Window("sessions", descending, after=first.next, size=3)).page

    back = project_lines(OPERATOR, Window("sessions", descending, before=second.previous, size=3)).page

    assert back.rows == first.rows
    assert (back.previous, back.next) == (None, first.next)


def test_a_page_that_begins_at_a_row_that_is_gone_is_the_first_page():
    make_projects()
    first = project_lines(OPERATOR, Window("code", size=3)).page
    Event.objects.filter(project=first.next).delete()
    Project.objects.filter(pk=first.next).delete()

    page = project_lines(OPERATOR, Window("code", after=first.next, size=3)).page

    assert [row.code for row in page.rows] == ["P0", "P1", "P3"]
    assert page.previous is None


def test_the_filter_counts_what_matches_and_what_there_is():
    make_projects()
    Project.objects.filter(label="P4").update(name="Sleep spindles")

    listing = project_lines(OPERATOR, Window("code", text="SPINDLE"))

    assert [row.code for row in listing.page.rows] == ["P4"]
    assert (listing.matching, listing.total) == (1, 7)
