"""What an answer does not tell takes nothing away and lets nobody in; what it does tell takes effect."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from tests.unit.booking.answers import (
    AT,
    CONFIG,
    NOTHING,
    accounts,
    answer_of,
    applied,
    person_row,
    project_row,
    with_archive,
)

from fornix.booking.answer import Answer, PiReading
from fornix.booking.comparison import Baseline
from fornix.booking.config import PiSource
from fornix.booking.judge import judge
from fornix.booking.mirror import Mirror
from fornix.booking.plan import make_plan
from fornix.booking.wire import UNKNOWN, References
from fornix.models.memberships import Role

START = with_archive(replace(NOTHING, accounts=accounts(1, 2, 3, 4, 5, 6)), "A")
BY_EMAIL = replace(CONFIG, pi=(PiSource("reference", "principalInvestigator"), PiSource("email", "piEmail")))
BY_OWNER = replace(CONFIG, pi=(PiSource("person", "groupLeader"),))


def swept(*answers: Answer, config=CONFIG) -> Mirror:
    mirror = START
    for number, answer in enumerate(answers):
        plan = make_plan(mirror, answer, config, AT + number * timedelta(hours=1), is_first=not number)
        mirror = applied(mirror, plan)
    return mirror


def owners(mirror: Mirror) -> set[int]:
    return {account for account, role in mirror.archive[0].roles.items() if role is Role.OWNER}


def led_by(email: str) -> Answer:
    """The PI is told by e-mail; the reference is a property that this Calpendo does not have."""
    row = project_row("A", "2", pi="")
    pi = (PiReading("email", "piEmail", email),)
    return replace(answer_of(replace(row, pi=pi)), refused=frozenset({"project principalInvestigator"}))


def test_a_new_pi_counts_where_another_place_for_the_pi_does_not_exist():
    result = swept(*(led_by(email) for email in ("p3@x.test", "p4@x.test", "p4@x.test")), config=BY_EMAIL)

    assert owners(result) == {1, 4}


@pytest.mark.parametrize("owner", [UNKNOWN, "404"], ids=["hidden", "unknown"])
def test_the_pi_that_an_owner_names_stays_while_the_owner_cannot_be_read(owner):
    people = tuple(person_row(str(n), leads={"groupLeader": "p3@x.test"}) for n in range(1, 7))
    known = answer_of(project_row("A", "2", owner="1"), people=people)
    unread = answer_of(project_row("A", "2", owner=owner), people=people)

    assert owners(swept(known, unread, unread, unread, config=BY_OWNER)) == {1, 3}


@pytest.mark.parametrize(
    ("not_found", "left"),
    [
        pytest.param({"404"}, {1, 2}, id="Calpendo does not know it: the list is whole"),
        pytest.param(set(), {1, 2, 3}, id="it could not be asked for: nobody was removed"),
    ],
)
def test_a_user_who_is_nobody_does_not_keep_the_others_in(not_found, left):
    before = answer_of(project_row("A", "2", "3", "404"))
    after = answer_of(project_row("A", "2", "404"))

    result = swept(*(replace(each, not_found=frozenset(not_found)) for each in (before, after)))

    assert result.archive[0].roles.keys() == left


def expiring(number: int, *, dates: bool) -> Answer:
    day = date(2026, 1, 31)
    people = tuple(
        person_row(str(n), expires_on=day if dates and n <= number else None) for n in range(1, 61)
    )
    return answer_of(project_row("A", "2"), people=people)


@pytest.mark.parametrize(("number", "is_believed"), [(2, True), (12, False)])
def test_expiry_dates_that_are_gone_at_once_are_a_lost_right(number, is_believed):
    mirror = swept(expiring(number, dates=True))
    baseline = Baseline(unread={}, has_self=True)

    assert judge(expiring(number, dates=False), mirror, baseline, CONFIG).is_complete is is_believed


@pytest.mark.parametrize(("share", "is_believed"), [(0.2, False), (1.0, True)], ids=["once read", "never"])
def test_a_property_that_is_refused_now_and_could_be_read_before_is_a_lost_right(share, is_believed):
    answer = replace(expiring(0, dates=False), refused=frozenset({"project piEmail"}))
    baseline = Baseline(unread={"project piEmail is hidden or empty": share}, has_self=True)

    assert judge(answer, swept(answer), baseline, CONFIG).is_complete is is_believed


def test_expiry_dates_stay_where_nobody_has_one_any_more():
    expired = date(2026, 1, 31)
    people = tuple(person_row(str(n), expires_on=expired if n == 2 else None) for n in range(1, 7))
    row = project_row("A", "2", "3")

    result = swept(answer_of(row, people=people), answer_of(row))

    assert result.archive[0].roles.keys() == {1, 3}


def test_an_expiry_date_that_was_taken_away_among_others_lets_its_person_in():
    expired, later = date(2026, 1, 31), date(2027, 1, 31)
    row = project_row("A", "2", "3")
    before = tuple(person_row(str(n), expires_on=expired if n == 2 else later) for n in range(1, 7))
    after = tuple(person_row(str(n), expires_on=None if n == 2 else later) for n in range(1, 7))

    result = swept(answer_of(row, people=before), answer_of(row, people=after))

    assert result.archive[0].roles.keys() == {1, 2, 3}


def test_a_new_project_counts_while_nobody_can_tell_what_it_books():
    told, untold = project_row("A", "2"), project_row("B", "2", resources=UNKNOWN)

    result = swept(answer_of(told, untold))

    assert [project.is_eligible for project in result.projects.values()] == [True, True]


def test_projects_that_book_no_scanner_any_more_all_at_once_are_not_believed():
    rows = [project_row(str(n), "2") for n in range(12)]
    mocked = [replace(row, resources=References(("14",))) for row in rows]
    baseline = Baseline(unread={}, has_self=True)

    found = judge(answer_of(*mocked), swept(answer_of(*rows)), baseline, CONFIG)

    assert "12 of 12 projects would no longer book any scanner" in found.reasons


@pytest.mark.parametrize("field", ["code", "owner"])
def test_what_every_project_has_and_none_tells_has_another_name(field):
    rows = [project_row(str(n), "2", **{field: UNKNOWN}) for n in range(6)]

    (reason,) = judge(answer_of(*rows), NOTHING, None, CONFIG).reasons

    assert f"calpendo.fields.{field}" in reason
