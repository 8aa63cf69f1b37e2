"""People whom Calpendo lists and nobody here is known to be: why, and who it might be. Names only suggest."""

from __future__ import annotations

import pytest
from tests import factories
from tests.integration.web.mirror_rows import booked_person, booked_project, place

from fornix.access.actors import OPERATOR
from fornix.booking.identity import Linking
from fornix.booking.unresolved import Lack, Unresolved, unresolved
from fornix.errors import NotAllowed

pytestmark = pytest.mark.django_db


def listed(name: str = "Carol", **fields) -> Unresolved:
    """The one line about a person who is on a project."""
    place(booked_project(), booked_person(name, **fields))
    (line,) = unresolved(OPERATOR).lines
    return line


def test_who_has_no_account_is_told_with_their_projects():
    person = booked_person("Carol", email="carol@example.test")
    for code in ("P002", "P001"):
        place(booked_project(code), person)

    (line,) = unresolved(OPERATOR).lines

    assert (line.lack, line.projects, line.suggestions) == (Lack.ACCOUNT, ("P001", "P002"), ())


@pytest.mark.parametrize(
    ("fields", "lack"),
    [
        ({}, Lack.EMAIL),
        ({"email": "root@example.test"}, Lack.ADMINISTRATOR),
        ({"email": "alice@example.test"}, Lack.SWEEP),
        ({"email": "alice@example.test", "unlinked_at": factories.AT}, Lack.UNDONE),
    ],
    ids=["no e-mail", "administrator", "next sweep", "undone"],
)
def test_what_is_missing_is_said(fields, lack):
    factories.make_account("root", email="root@example.test", is_administrator=True)
    factories.make_account("alice", email="alice@example.test")

    assert listed(**fields).lack is lack


def test_an_email_that_several_people_share_links_nobody():
    booked_person("Dan", email="lab@example.test")

    line = listed(email="Lab@example.test")

    assert (line.lack, line.shared_by) == (Lack.SHARED, 2)


@pytest.mark.parametrize(
    ("account", "person", "why"),
    [
        ({"email": "c@example.test"}, {"email": "c@example.test"}, "same e-mail"),
        ({}, {"login_name": "alice"}, "same user name"),
        ({"name": "Ó Briain, Seán"}, {"name": "Sean O'Briain"}, "same name"),
        ({"name": "Seán Ó Briain"}, {"name": "Sean O Briain"}, "same name"),
        ({"name": "Seán Ó Briain"}, {"name": "Prof. Ó Briain"}, "similar name"),
        ({"name": "Dr. Đặng Minh Anh"}, {"name": "Minh Anh Dang"}, "same name"),
    ],
)
def test_accounts_that_may_be_meant_are_suggested(account, person, why):
    factories.make_account("alice", **account)

    line = listed(**person)

    assert [each.why for each in line.suggestions] == [why]


def test_a_pi_who_is_a_text_is_listed_and_can_be_nobody():
    factories.make_account("sean", name="Seán Ó Briain")
    booked_project("P001", pi_text="Prof. Ó Briain")
    place(booked_project("P002", pi_text="Known"), booked_person(email="c@example.test"), "pi")

    text = next(line for line in unresolved(OPERATOR).lines if line.lack is Lack.TEXT)

    assert (text.person_id, text.name, text.projects) == (None, "Prof. Ó Briain", ("P001",))
    assert text.suggestions[0].why == "similar name"


@pytest.mark.parametrize(
    ("project", "person"),
    [
        ({"is_eligible": False}, {}),
        ({}, {"is_active": False}),
        ({}, {"vanished_at": factories.AT}),
    ],
    ids=["project does not count", "not active", "gone"],
)
def test_who_would_get_nothing_anyway_is_not_listed(project, person):
    place(booked_project(**project), booked_person(**person))

    assert unresolved(OPERATOR).lines == ()


def test_those_for_whom_somebody_can_do_something_come_first():
    booked = booked_project()
    for name, email in (("Aaron", "a@example.test"), ("Zoë", "")):
        place(booked, booked_person(name, email=email))

    assert [line.name for line in unresolved(OPERATOR).lines] == ["Zoë", "Aaron"]


def test_an_account_of_an_alias_domain_is_the_persons_own():
    factories.make_account("alice", email="alice@win.ox.ac.uk")
    place(booked_project(), booked_person("Alice", email="alice@ndcn.ox.ac.uk"))

    (line,) = unresolved(OPERATOR, linking=Linking({"win.ox.ac.uk": "ndcn.ox.ac.uk"})).lines

    assert (line.lack, line.suggestions[0].why) == (Lack.SWEEP, "same e-mail")


def test_a_page_is_a_part_of_all_in_their_order():
    booked = booked_project()
    for number in range(5):
        place(booked, booked_person(f"Person {number}"))

    first, last = unresolved(OPERATOR, limit=3), unresolved(OPERATOR, start=3, limit=3)

    assert [line.name for line in (*first.lines, *last.lines)] == [f"Person {each}" for each in range(5)]
    assert (first.total, first.next, last.next) == (5, 3, None)


def test_people_are_found_by_a_project_of_theirs():
    person = booked_person("Carol", email="carol@example.test")
    place(booked_project("P001"), person)
    place(booked_project("P002"), booked_person("Dan"))

    page = unresolved(OPERATOR, words=("p001",))

    assert [(line.name, line.projects) for line in page.lines] == [("Carol", ("P001",))]
    assert (page.matching, page.total) == (1, 2)


def test_it_is_for_administrators():
    with pytest.raises(NotAllowed):
        unresolved(factories.actor_of(factories.make_account("alice")))
