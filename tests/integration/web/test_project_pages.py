"""A project's record, people and subjects; a subject's sessions."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from tests import factories

from fornix.access.actors import OPERATOR
from fornix.access.memberships import set_override
from fornix.models import (
    Account,
    BookingCode,
    BookingPerson,
    BookingProject,
    BookingRole,
    Membership,
    Project,
)
from fornix.models.booking import Hold
from fornix.models.memberships import OverrideKind, Role

pytestmark = pytest.mark.django_db
AT = factories.AT


def make_booking_project(**fields) -> BookingProject:
    told = {
        "code": "P001",
        "name": "Hearing in noise",
        "status": "Approved",
        "type": "Human",
        "pi_text": "S. Ó Briain",
    }
    return BookingProject.objects.create(
        instance="main", external_id="7", first_seen_at=AT, last_seen_at=AT, **(told | fields)
    )


def make_person(booked: BookingProject, name: str, part: str = "user", **fields) -> BookingPerson:
    told = {"given_name": name, "is_active": True, "first_seen_at": AT, "last_seen_at": AT}
    person = BookingPerson.objects.create(instance="main", external_id=name, **(told | fields))
    BookingRole.objects.create(booking_project=booked, person=person, part=part, since=AT)
    return person


def text_of(client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_the_record_shows_what_calpendo_says(browser):
    alice, booked = factories.make_account("alice"), make_booking_project()
    make_person(booked, "Zoë", "owner")
    BookingCode.objects.create(
        booking_project=booked, code="OLD", folded_code="old", first_seen_at=AT, last_seen_at=AT
    )
    factories.make_project("P001", people={alice: Role.MEMBER}, booking_project=booked)

    page = text_of(browser(alice), "/projects/P001")

    assert all(
        words in page for words in ("Hearing in noise", "S. Ó Briain", "Zoë", "Approved", "Human", "OLD")
    )


def test_a_project_that_calpendo_does_not_know_says_so(browser):
    alice = factories.make_account("alice")
    factories.make_project("P001", people={alice: Role.MEMBER})

    assert "Made here, not in Calpendo" in text_of(browser(alice), "/projects/P001")


def test_a_project_that_vanished_from_calpendo_says_since_when(browser):
    alice, booked = factories.make_account("alice"), make_booking_project(vanished_at=AT)
    factories.make_project("P001", people={alice: Role.MEMBER}, booking_project=booked)

    page = text_of(browser(alice), "/projects/P001")

    assert "Gone from Calpendo since" in page
    assert "Hearing in noise" in page


def test_people_who_wait_or_are_suspended_are_listed_with_the_reason(browser):
    alice, booked = factories.make_account("alice"), make_booking_project()
    make_person(booked, "Waiting Wu", "pi")
    make_person(booked, "Suspended Sue", is_active=False)
    make_person(booked, "Linked Lee", account=alice)
    factories.make_project("P001", people={alice: Role.MEMBER}, booking_project=booked)

    page = text_of(browser(alice), "/projects/P001/people")

    wu = page.partition("Waiting Wu")[2].partition('class="person"')[0]
    assert all(words in wu for words in ("PI in Calpendo", "No account here yet", "Would be owner"))
    assert "not active in Calpendo" in page.partition("Suspended Sue")[2].partition('class="person"')[0]
    assert "Linked Lee" not in page


def make_mirrored(project: Project, account: Account, role: str) -> Membership:
    return Membership.objects.create(
        project=project, account=account, role=role, source="calpendo:main", granted_at=AT
    )


@pytest.fixture
def hers(browser):
    """alice's page of people, once she is in a mirrored project by these parts."""

    def read(*parts: str, **fields) -> str:
        alice, booked = factories.make_account("alice"), make_booking_project()
        person = make_person(booked, "Alice", parts[0], account=alice, **fields)
        for part in parts[1:]:
            BookingRole.objects.create(booking_project=booked, person=person, part=part, since=AT)
        BookingRole.objects.filter(part="pi").update(hold=Hold.WAITING, held_at=AT)
        project = factories.make_project("P001", booking_project=booked)
        make_mirrored(project, alice, "member" if parts == ("user",) else "owner")
        return text_of(browser(alice), "/projects/P001/people")

    return read


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        (("owner",), "Owner in Calpendo"),
        (("owner", "user"), "Owner in Calpendo"),
        (("user",), "User in Calpendo"),
    ],
    ids=["owner", "owner and user", "user"],
)
def test_a_part_in_calpendo_is_named_exactly(hers, parts, told):
    page = hers(*parts)

    assert f"{told}, since" in page
    assert "waits for an administrator" not in page


def test_a_removal_that_waits_for_a_decision_is_told_in_place_of_the_part(hers):
    page = hers("pi", "user")

    assert re.search("No longer listed in Calpendo since .*; the removal waits for an administrator", page)
    assert "PI in Calpendo" not in page


def test_a_person_who_may_not_work_there_any_more_and_waits_is_told(hers):
    page = hers("user", hold=Hold.WAITING, held_at=AT)

    assert "Not active in Calpendo any more since" in page
    assert "User in Calpendo" not in page


def test_of_two_parts_one_that_stays_keeps_the_right(hers):
    page = hers("pi", "owner")

    assert "PI and owner in Calpendo" in page
    assert "waits for an administrator" not in page


def test_a_long_list_of_people_has_pages(browser):
    alice, booked = factories.make_account("alice"), make_booking_project()
    for number in range(120):
        make_person(booked, f"Person {number:03}")
    factories.make_project("P001", people={alice: Role.MEMBER}, booking_project=booked)
    client = browser(alice)

    first, second = (text_of(client, f"/projects/P001/people{rest}") for rest in ("", "?after=100"))

    shown = re.findall(r"Person \d+", first + second)
    assert shown == [f"Person {number:03}" for number in range(120)]
    assert 'href="/projects/P001/people?after=100"' in first
    assert 'rel="next"' not in second


def test_who_is_blocked_is_told_to_owners_only(browser):
    alice, bob, carol = (factories.make_account(name) for name in ("alice", "bob", "carol"))
    project = factories.make_project("P001", people={alice: Role.OWNER, bob: Role.MEMBER, carol: Role.MEMBER})
    set_override(OPERATOR, project, carol, OverrideKind.BLOCK, at=AT)

    assert "carol" in text_of(browser(alice), "/projects/P001/people")
    assert "carol" not in text_of(browser(bob), "/projects/P001/people")
    assert browser(carol).get("/projects/P001").status_code == 404


def test_a_protected_project_shows_its_record_alone(browser):
    project = factories.make_project(
        "P001", accessibility="protected", booking_project=make_booking_project()
    )
    factories.make_session(factories.make_subject(project, "sub-secret"))
    client = browser(factories.make_account("bob"))

    page = text_of(client, "/projects/P001")

    assert "Hearing in noise" in page
    assert "sub-secret" not in page
    assert client.get("/projects/P001/people").status_code == 404


def test_subjects_are_listed_with_their_sessions_by_modality(browser):
    alice = factories.make_account("alice")
    subject = factories.make_subject(factories.make_project("P001", people={alice: Role.MEMBER}), "sub-014")
    for modality in ("MR", "MR", "MEG"):
        factories.make_session(subject, modality=modality)

    page = text_of(browser(alice), "/projects/P001")

    assert "sub-014</bdi>" in page
    assert '<span class="chip mr">MR 2</span>' in page
    assert '<span class="chip meg">MEG 1</span>' in page


def test_a_subject_whose_only_session_is_not_filed_yet_is_not_shown(browser):
    alice = factories.make_account("alice")
    subject = factories.make_subject(factories.make_project("P001", people={alice: Role.MEMBER}), "sub-014")
    session = factories.make_session(subject, is_visible=False)
    client = browser(alice)

    assert "No data yet" in text_of(client, "/projects/P001")
    assert client.get(f"/subjects/{subject.accession}").status_code == 404
    assert client.get(f"/sessions/{session.accession}").status_code == 404


def test_a_subject_shows_its_sessions_newest_first_and_explains_the_other_word(browser):
    alice = factories.make_account("alice")
    subject = factories.make_subject(factories.make_project("P001", people={alice: Role.MEMBER}))
    for days in (1, 3, 2):
        factories.make_session(subject, f"visit{days}", acquired_on=AT.date() + timedelta(days=days))

    page = text_of(browser(alice), f"/subjects/{subject.accession}")

    assert page.index("visit3</bdi>") < page.index("visit2</") < page.index("visit1</")
    assert "XNAT calls a session an" in page


def test_long_and_foreign_names_are_whole_in_titles_and_isolated(browser):
    alice = factories.make_account("alice")
    label = "x" * 170 + "🧊שפה"
    project = factories.make_project("P001", people={alice: Role.MEMBER}, name="שפה שנייה")
    subject = factories.make_subject(project, label)
    factories.make_session(subject)

    page = text_of(browser(alice), "/projects/P001")

    assert "<bdi>שפה שנייה</bdi>" in page
    assert f'title="{label}"' in page


def test_each_fact_is_told_with_its_source_and_age(browser):
    alice, booked = factories.make_account("alice"), make_booking_project(status_since=AT)
    make_person(booked, "Zoë", "owner")
    factories.make_project("P001", people={alice: Role.MEMBER}, booking_project=booked)

    page = text_of(browser(alice), "/projects/P001")

    facts = re.sub(
        r"<[^>]*>", " ", page.partition("Where each of these comes from")[2].partition("</details>")[0]
    )
    words = " ".join(facts.split())
    for told in ("Owner Zoë Calpendo 2 Mar", "Status Approved Calpendo 2 Mar", "Name here P001 Here 2 Mar"):
        assert told in words
    assert "PI S. Ó Briain Calpendo not recorded" in words


@pytest.mark.parametrize(
    ("hold", "told"),
    [
        (Hold.WAITING, "here it goes on as Approved until an administrator decides"),
        (Hold.KEPT, "here it goes on as Approved, by an administrator&#39;s decision"),
    ],
)
def test_a_status_that_is_not_followed_is_told(browser, hold, told):
    alice = factories.make_account("alice")
    booked = make_booking_project(hold=hold, held_status="Requested", held_at=AT)
    factories.make_project("P001", people={alice: Role.MEMBER}, booking_project=booked)

    page = text_of(browser(alice), "/projects/P001").replace("'", "&#39;")

    assert "Calpendo says Requested since" in page
    assert told in page


def test_a_project_that_calpendo_lacks_for_now_says_so(browser):
    alice, booked = factories.make_account("alice"), make_booking_project(missing_since=AT)
    factories.make_project("P001", people={alice: Role.MEMBER}, booking_project=booked)

    assert "Nobody loses access by it" in text_of(browser(alice), "/projects/P001")


def test_a_project_without_sessions_is_marked(browser):
    alice = factories.make_account("alice")
    project = factories.make_project("P001", people={alice: Role.MEMBER})
    before = text_of(browser(alice), "/projects/P001")
    factories.make_session(factories.make_subject(project))

    after = text_of(browser(alice), "/projects/P001")

    mark = '<use href="#i-clock"/></svg> No data yet</span>'
    assert mark in before
    assert mark not in after


def test_the_people_can_be_had_as_a_table(browser):
    alice, booked = factories.make_account("alice"), make_booking_project()
    for name in ("Đặng Minh Anh", "=1+1"):
        make_person(booked, name)
    factories.make_project("a/b", people={alice: Role.MEMBER}, booking_project=booked)

    answer = browser(alice).get("/projects/a~2Fb/people.csv")

    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["Content-Disposition"]
    table = answer.content.decode("utf-8-sig")
    assert "Đặng Minh Anh,,member,waiting,calpendo:main" in table
    assert "'=1+1," in table


def test_who_is_blocked_is_in_the_table_of_owners_only(browser):
    alice, bob, eve = (factories.make_account(name) for name in ("alice", "bob", "eve"))
    project = factories.make_project("P001", people={alice: Role.MEMBER, bob: Role.OWNER})
    set_override(OPERATOR, project, eve, OverrideKind.BLOCK, at=AT)

    tables = [browser(one).get("/projects/P001/people.csv").content for one in (alice, bob)]

    assert [b"eve" in table for table in tables] == [False, True]


def test_people_of_a_project_are_found_by_name(browser):
    alice, booked = factories.make_account("alice"), make_booking_project()
    for name in ("Đặng Minh Anh", "Zoë Ångström"):
        make_person(booked, name)
    factories.make_project("P001", people={alice: Role.MEMBER}, booking_project=booked)

    page = text_of(browser(alice), "/projects/P001/people?q=angstrom")

    assert "Zoë Ångström" in page
    assert "Đặng" not in page
    assert "1 of 3" in page
