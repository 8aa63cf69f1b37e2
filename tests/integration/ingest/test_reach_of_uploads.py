"""What a person uploads reaches only projects to which that person may add, at every step, and tells of no others."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.factories import AT, make_account, make_project, make_session, make_subject
from tests.integration.ingest.booked_world import (
    MOMENT,
    booked_project,
    booking,
    evidence,
    scanner,
    sender,
)

from fornix.ingest.reach import Reach
from fornix.ingest.routing import Case, Trace, trace
from fornix.ingest.rules import enabled_rules
from fornix.models import RoutingRule
from fornix.models.memberships import Role

MORNING = ("9:35", "10:20")


@pytest.fixture
def alice(db):
    """A member of MINE, and of no other project."""
    person = make_account("alice")
    make_project("MINE", people={person: Role.MEMBER})
    return person


def upload(account, *codes, at=None, values=None, **case) -> Trace:
    found = replace(evidence(*codes, at=at), values=values or {})
    return trace(Case(found, MOMENT, reach=Reach(account), rules=enabled_rules(), **case))


def is_silent(found: Trace, secret: str) -> bool:
    """Whether what is told to the sender, apart from their own words, is silent about the project."""
    said = [str(found.waits), *(guess.why + guess.project for guess in found.waits.guesses)]
    return not any(secret in text for text in said)


def test_a_foreign_project_that_is_named_is_as_good_as_none(alice):
    make_project("THEIRS")

    theirs, nobodys = (upload(alice, explicit=code).waits for code in ("THEIRS", "NONE"))

    assert str(theirs).replace("THEIRS", "NONE") == str(nobodys)
    assert "that the sender may add data to" in str(nobodys)


def test_a_code_of_several_foreign_projects_tells_nothing_of_them(alice):
    booked_project("SHARED", name="Secret one")
    booked_project("SHARED", name="Secret two", external_id="again")

    for found in (upload(alice, explicit="SHARED"), upload(alice, "SHARED")):
        assert is_silent(found, "Secret")
        assert found.waits.guesses == ()


def test_a_foreign_project_that_is_terminated_tells_nothing(alice):
    booked_project("ENDED", status="Denied", name="Secret")

    found = upload(alice, "ENDED")

    assert str(found.waits) == 'no known project is called "ENDED". Say the project, with --project'


def test_a_study_of_a_foreign_project_draws_no_upload_in(alice):
    theirs = make_project("THEIRS")
    make_session(make_subject(theirs), study_uid="1.2.3")

    assert upload(alice, "MINE").target.label == "MINE"
    assert is_silent(upload(alice), "THEIRS")


def test_a_rule_leads_nobody_into_a_foreign_project(alice):
    make_project("THEIRS")
    conditions = [{"tag": "ProtocolName", "pattern": "."}]
    RoutingRule.objects.create(
        position=1, name="all of it", conditions=conditions, project="THEIRS", changed_at=AT
    )

    assert upload(alice, values={"ProtocolName": ("x",)}).waits is not None
    assert upload(alice, "MINE", values={"ProtocolName": ("x",)}).target.label == "MINE"


def test_a_code_in_the_tags_leads_nobody_into_a_foreign_project(alice):
    make_project("THEIRS")

    assert upload(alice, "THEIRS").waits is not None
    assert upload(alice, "THEIRS", "MINE").target.label == "MINE"


def test_a_booking_leads_nobody_into_a_foreign_project_and_is_no_guess(alice):
    theirs = booked_project("2023_112")
    mri = scanner()
    sender(mri)
    booking(mri, "9:30", "10:30", theirs)

    found = upload(alice, at=MORNING)

    assert is_silent(found, "2023_112")
    assert found.waits.guesses == ()


def test_near_codes_of_foreign_projects_are_no_guesses(alice):
    booked_project("2023_112")
    booked_project("2023_114", people=(alice,))

    assert [guess.project for guess in upload(alice, "2023_113").waits.guesses] == ["2023_114"]


def test_a_booked_project_without_data_takes_the_upload_of_its_people(alice):
    booked_project("SONG", people=(alice,))

    assert upload(alice, "SONG").target.label == "SONG"
    assert upload(alice, explicit="SONG").target.label == "SONG"


def test_nobody_makes_a_project_by_naming_it_but_administrators(alice):
    root = make_account("root", is_administrator=True)

    assert upload(alice, explicit="NEW", may_create=True).waits is not None
    assert upload(root, explicit="NEW", may_create=True).target.label == "NEW"


@pytest.mark.parametrize("role", [Role.OWNER, Role.MEMBER])
def test_who_may_add_data_gets_it_filed(alice, role):
    make_project("OURS", people={alice: role})

    assert upload(alice, "OURS").target.label == "OURS"


def test_who_may_only_look_does_not(alice):
    make_project("OURS", people={alice: Role.COLLABORATOR})

    assert upload(alice, "OURS").waits is not None


def test_an_account_that_was_switched_off_reaches_nothing(alice):
    alice.is_active = False
    alice.save(update_fields=["is_active"])

    assert upload(alice, "MINE").waits is not None
    assert upload(alice, explicit="MINE").waits is not None


def test_nothing_but_a_persons_word_files_what_nobody_knows_the_sender_of(db):
    theirs = make_project("THEIRS")
    make_session(make_subject(theirs), study_uid="1.2.3")
    by_study, by_tags = replace(evidence(), study_uid="1.2.3"), evidence("THEIRS")

    for found in (by_study, by_tags):
        waits = trace(Case(found, MOMENT, reach=Reach(is_known=False))).waits
        assert str(waits) == "recovered: who sent it is not known. Say the project, with --project"
        assert [guess.project for guess in waits.guesses] == ["THEIRS"]
    named = trace(Case(by_tags, MOMENT, reach=Reach(is_known=False), explicit="THEIRS"))
    assert named.target.label == "THEIRS"
