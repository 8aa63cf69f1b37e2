"""The access page: who and what is meant, and the same answer as `fornix why`."""

from __future__ import annotations

import re

import pytest
from tests import factories
from tests.integration.web.mirror_rows import booked_person, booked_project, held_removal, place, sweep

from fornix.booking.why import explain
from fornix.dicom.labels import fold_code
from fornix.models import BookingCode, BookingProject
from fornix.models.memberships import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def root(browser):
    return browser(factories.make_account("root", is_administrator=True))


def carry(booked: BookingProject, code: str) -> None:
    seen = {"first_seen_at": factories.AT, "last_seen_at": factories.AT}
    BookingCode.objects.create(booking_project=booked, code=code, folded_code=fold_code(code), **seen)


def asked(client, **words: str) -> str:
    response = client.get("/access", words)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_it_answers_as_the_command_does(root):
    held_removal()
    sweep("held")

    page = asked(root, person="carol", project="P001")

    assert "Carol</bdi> (carol) may see" in page
    assert 'href="/mirror/sweeps/' in page
    told = re.sub("</?(code|a)[^>]*>", "", page)
    reasons = explain("carol", "P001").reasons
    assert len(reasons) > 2
    for reason in reasons:
        assert reason[1:].replace("`", "") in told


def test_who_may_not_is_told_so(root):
    factories.make_account("alice")
    factories.make_project("P001")

    assert "may not see" in asked(root, person="alice", project="p001")


@pytest.mark.parametrize("typed", ["dang", "ĐẶNG MINH", "Minh Anh Đặng"])
def test_a_person_is_found_however_the_name_is_typed(root, typed):
    factories.make_account("minh", name="Đặng Minh Anh")
    factories.make_project("P001")

    assert "(minh) may not see" in asked(root, person=typed, project="P001")


def test_several_who_may_be_meant_are_to_be_chosen_from(root):
    for username in ("anna", "annika"):
        factories.make_account(username)
    factories.make_project("P001")

    page = asked(root, person="ann", project="P001")

    assert "Which person?" in page
    assert 'href="/access?person=annika&amp;project=P001"' in page
    assert "may not see" in asked(root, person="anna", project="P001")


def test_people_of_calpendo_without_an_account_are_found_too(root):
    booked = booked_project("P009")
    carry(booked, "P009")
    place(booked, booked_person("Zoë Ångström", login_name="zang"))

    page = asked(root, person="angstrom", project="P009")

    assert "Zoë Ångström</bdi> (zang) may not see" in page
    assert "Has no account here" in page


def test_an_account_is_found_by_what_calpendo_calls_its_person(root):
    alice = factories.make_account("alice", name="A. Smith")
    booked_person("Zoë Ångström", account=alice, linked_how="by hand", linked_at=factories.AT)
    factories.make_project("P001")

    assert "(alice) may not see" in asked(root, person="angstrom", project="P001")


def test_people_who_share_the_one_thing_they_are_called_by_are_answered_together(root):
    booked = booked_project("P009")
    carry(booked, "P009")
    for _ in range(2):
        place(booked, booked_person("Anna Lab", email="lab@example.test"))

    page = asked(root, person="lab@example.test", project="P009")

    assert "may not see" in page
    assert "Which person?" not in page


def test_a_project_is_found_by_its_title_and_by_an_earlier_code(root):
    alice = factories.make_account("alice")
    booked = booked_project("NEW", name="Hearing in noise")
    carry(booked, "OLD_1")
    factories.make_project("NEW", people={alice: Role.MEMBER}, booking_project=booked)

    for typed in ("noise", "OLD_1", "new"):
        assert "may see" in asked(root, person="alice", project=typed)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ({}, "Choose a person and a project"),
        ({"person": "nobody"}, "Nobody here or in Calpendo is called"),
        ({"project": "nothing"}, "No project here or in Calpendo is called"),
        ({"person": "root"}, "Now choose a project"),
    ],
    ids=["nothing asked", "nobody", "no project", "half"],
)
def test_what_is_lacking_is_said(root, words, told):
    assert told in asked(root, **words)


@pytest.mark.parametrize("person", ["x" * 401, "a\0b"])
def test_what_is_no_name_is_refused(root, person):
    assert root.get("/access", {"person": person}).status_code == 400


def test_members_lists_of_administrators_lead_there(root, browser):
    alice = factories.make_account("alice")
    factories.make_project("P001", people={alice: Role.MEMBER})
    link = '/access?person=alice&amp;project=P001"'

    assert link in root.get("/projects/P001/people").content.decode()
    assert link not in browser(alice).get("/projects/P001/people").content.decode()
