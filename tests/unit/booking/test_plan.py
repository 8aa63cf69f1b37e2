"""The planner: properties that hold for every answer, and the rules one by one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
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

from fornix.booking.answer import Answer
from fornix.booking.mirror import Mirror
from fornix.booking.plan import make_plan
from fornix.booking.wire import UNKNOWN, References
from fornix.models.booking import Hold
from fornix.models.memberships import Role

PEOPLE = [str(number) for number in range(1, 7)]
STATUSES = ["Approved", "Restricted", "Terminated", "Requested", "Draft", "Denied", "Unbookable", "New one"]
START = with_archive(replace(NOTHING, accounts=accounts(1, 2, 3, 4, 5, 6)), "A", "B")


@st.composite
def answers(draw) -> Answer:
    members = st.lists(st.sampled_from([*PEOPLE, "404"]), unique=True).map(tuple)
    users = st.builds(References, members, st.booleans()) | st.just(UNKNOWN)
    rows = tuple(
        project_row(
            project_id,
            owner=draw(st.sampled_from([*PEOPLE, "404", UNKNOWN])),
            pi=draw(st.sampled_from([*PEOPLE, "", UNKNOWN])),
            users=draw(users),
            status=draw(st.sampled_from([*STATUSES, UNKNOWN])),
        )
        for project_id in ("A", "B", "C")
    )
    statuses = st.sampled_from(["Normal", "Expired", "Requested", "What", UNKNOWN])
    days = st.sampled_from([None, date(2026, 3, 3), date(2026, 3, 4), UNKNOWN])
    people = tuple(person_row(each, status=draw(statuses), expires_on=draw(days)) for each in PEOPLE)
    return answer_of(*rows[: draw(st.integers(1, 3))], people=people)


HOUR = timedelta(hours=1)


def plan(mirror: Mirror, answer: Answer, at=AT):
    return make_plan(mirror, answer, CONFIG, at, is_first=not mirror.projects)


def after(mirror: Mirror, *answers: Answer, at=AT) -> Mirror:
    """The mirror after sweeps with these answers, one each hour, the last one at `at`."""
    for ago, answer in zip(range(len(answers) - 1, -1, -1), answers, strict=True):
        mirror = applied(mirror, plan(mirror, answer, at - ago * HOUR))
    return mirror


def held_as(mirror: Mirror, hold: Hold, project_id: str = "A") -> set[str]:
    return {part.person_id for part, each in mirror.projects[project_id].parts.items() if each is hold}


def rights(mirror: Mirror, label: str = "CODEA") -> dict[int, Role]:
    return dict(next(each for each in mirror.archive if each.label == label).roles)


@settings(max_examples=40)
@given(answers(), answers())
def test_a_plan_that_was_applied_leaves_nothing_to_do(first, second):
    mirror = after(START, first, second)

    assert plan(mirror, second).is_empty


@settings(max_examples=40)
@given(answers(), answers(), st.randoms())
def test_the_order_of_rows_means_nothing(first, second, chance):
    mirror = after(START, first)
    projects, people = list(second.projects), list(second.people)
    chance.shuffle(projects)
    chance.shuffle(people)
    shuffled = replace(second, projects=tuple(projects), people=tuple(people))

    assert applied(mirror, plan(mirror, shuffled)) == applied(mirror, plan(mirror, second))


@settings(max_examples=40)
@given(answers(), answers(), st.randoms())
def test_the_order_of_users_within_a_row_means_nothing(first, second, chance):
    mirror = after(START, first)

    def stirred(row):
        ids = list(row.users.ids)
        chance.shuffle(ids)
        return replace(row, users=replace(row.users, ids=tuple(ids)))

    rows = tuple(row if row.users is UNKNOWN else stirred(row) for row in second.projects)
    shuffled = replace(second, projects=rows)

    assert applied(mirror, plan(mirror, shuffled)) == applied(mirror, plan(mirror, second))


# Of these rights most answers would take so many that they wait.
FULL = answer_of(*(project_row(project_id, *PEOPLE, pi="2") for project_id in "ABC"))
DECIDED = {Hold.WAITING: Hold.KEPT, Hold.PENDING: Hold.REFUSED}


def rejected(mirror: Mirror) -> Mirror:
    """The mirror after somebody rejected all that waits."""

    def decided(each):
        return replace(each, hold=DECIDED.get(each.hold, each.hold))

    projects = {
        key: replace(
            decided(each), parts={part: DECIDED.get(hold, hold) for part, hold in each.parts.items()}
        )
        for key, each in mirror.projects.items()
    }
    return replace(mirror, projects=projects, people={key: decided(p) for key, p in mirror.people.items()})


@settings(max_examples=40)
@given(answers(), st.booleans(), st.integers(1, 4))
def test_what_waits_or_was_rejected_survives_any_number_of_equal_answers(second, is_decided, times):
    mirror = after(START, FULL, second, second, at=AT - HOUR)  # a former owner goes with the second
    mirror = rejected(mirror) if is_decided else mirror

    assert after(mirror, *[second] * times) == mirror


@settings(max_examples=40)
@given(answers(), answers())
def test_hidden_people_of_a_project_never_lose_it(first, second):
    mirror = after(START, first)
    hidden = tuple(
        replace(
            row,
            users=UNKNOWN,
            owner=UNKNOWN,
            pi=tuple(replace(p, value=UNKNOWN) for p in row.pi),
            status=UNKNOWN,
        )
        for row in second.projects
    )
    quiet = tuple(replace(row, status=UNKNOWN, expires_on=UNKNOWN) for row in second.people)
    result = after(mirror, replace(second, projects=hidden, people=quiet))

    for before in mirror.archive:
        assert rights(result, before.label).keys() >= before.roles.keys()


@settings(max_examples=40)
@given(answers(), answers())
def test_rows_that_are_gone_take_nothing_along(first, second):
    mirror = after(START, first)
    gone = replace(second, projects=second.projects[:0], people=second.people[:0])

    result = after(mirror, gone)

    assert [each.roles for each in result.archive] == [each.roles for each in mirror.archive]
    assert all(project.absence.since == AT for project in result.projects.values())


def test_owner_and_pi_become_owners_and_users_members():
    result = after(START, answer_of(project_row("A", "3", "1", owner="1", pi="2")))

    assert rights(result) == {1: Role.OWNER, 2: Role.OWNER, 3: Role.MEMBER}


@pytest.mark.parametrize(
    ("status", "gives"),
    [(status, status in {"Approved", "Restricted", "Terminated"}) for status in STATUSES],
)
def test_only_some_statuses_give_rights(status, gives):
    result = after(START, answer_of(project_row("A", "2", status=status)))

    assert bool(rights(result)) is gives


def test_a_removed_user_loses_the_project_at_once():
    result = after(START, answer_of(project_row("A", "2", "3")), answer_of(project_row("A", "2")))

    assert rights(result) == {1: Role.OWNER, 2: Role.MEMBER}


def test_a_user_whose_row_vanished_keeps_what_he_has():
    row = project_row("A", "2", "3")
    fewer = tuple(person_row(each) for each in PEOPLE if each != "3")

    result = after(START, answer_of(row), answer_of(row, people=fewer))

    assert rights(result) == {1: Role.OWNER, 2: Role.MEMBER, 3: Role.MEMBER}


@pytest.mark.parametrize(
    ("before", "now", "words"),
    [
        pytest.param(("2", "3", "4", "5", "6"), ("6",), "would be removed", id="most of many"),
        pytest.param(("2", "3"), (), "2 of 3 people", id="an emptied list"),
        pytest.param(("2", "3", "4"), ("2", "3"), None, id="one of four"),
        pytest.param(("2", "3", "4", "5"), ("2",), None, id="three of five"),
        pytest.param(("2",), (), None, id="the only user beside the owner"),
    ],
)
def test_removals_within_a_project_wait_when_they_are_too_many(before, now, words):
    mirror = after(START, answer_of(project_row("A", *before)))

    found = plan(mirror, answer_of(project_row("A", *now)))

    assert [words in each.reason for each in found.waiting] == ([True] if words else [])
    kept = rights(applied(mirror, found))
    assert kept.keys() == {1, *(int(each) for each in (before if words else now))}


def test_all_people_exchanged_at_once_wait_beside_the_new_ones():
    mirror = after(START, answer_of(project_row("A", "1", owner="1")))

    found = plan(mirror, answer_of(project_row("A", "2", owner="2")))

    assert "1 of 2 people would be removed" in found.waiting[0].reason
    assert rights(applied(mirror, found)).keys() == {1, 2}


def test_a_hold_outlasts_the_next_sweeps_until_the_answer_takes_it_back():
    full, other = answer_of(project_row("A", "2", owner="1")), answer_of(project_row("A", "4", owner="3"))
    held = after(START, full, other, other, other)
    assert rights(held).keys() == {1, 2, 3, 4}
    assert plan(held, other).waiting

    back = after(held, answer_of(project_row("A", "2", "4", owner="3")))

    assert rights(back).keys() == {1, 2, 3, 4}
    assert held_as(back, Hold.WAITING) == {"1"}


def test_people_held_as_active_stay_so_when_some_of_them_come_back():
    row = project_row("A", *PEOPLE)
    gone = tuple(person_row(each, status="Expired") for each in PEOPLE)
    some = tuple(person_row(each, status="Normal" if each in "123" else "Expired") for each in PEOPLE)

    result = after(START, answer_of(row), answer_of(row, people=gone), answer_of(row, people=some))

    assert len(rights(result)) == 6
    assert {person.id for person in result.people.values() if person.hold is Hold.WAITING} == {"4", "5", "6"}


def test_more_than_fifty_rights_lost_at_once_all_wait():
    numbers = range(1, 101)
    start = with_archive(replace(NOTHING, accounts=accounts(*numbers)), *(f"P{n}" for n in range(30)))
    full = [project_row(f"P{n}", *(str(n + k) for k in range(2, 8))) for n in range(30)]
    fewer = [replace(row, users=References(row.users.ids[:4])) for row in full]
    mirror = after(start, answer_of(*full, people=100))

    found = plan(mirror, answer_of(*fewer, people=100))

    assert "60 of 210 rights" in found.waiting[-1].reason
    assert found.grants == ()


@pytest.mark.parametrize(("leaving", "held"), [(3, False), (4, True)])
def test_a_few_may_leave_at_once(leaving, held):
    row = project_row("A", *PEOPLE)
    mirror = after(START, answer_of(row))
    expired = tuple(
        person_row(each, status="Expired" if int(each) <= leaving else "Normal") for each in PEOPLE
    )

    found = plan(mirror, answer_of(row, people=expired))

    assert bool(found.waiting) is held
    assert len(rights(applied(mirror, found))) == (6 if held else 6 - leaving)


def test_who_is_unknown_in_a_list_means_that_nobody_was_removed():
    mirror = after(START, answer_of(project_row("A", "2", "3")))

    found = plan(mirror, answer_of(project_row("A", "4", "Zoë Ångström")))

    assert rights(applied(mirror, found)).keys() == {1, 2, 3, 4}
    assert any("cannot be read" in concern for concern in found.concerns)


def test_two_projects_of_one_code_are_tied_to_nothing():
    twins = answer_of(project_row("A", "2"), project_row("B", "3", code="code-a"))
    start = with_archive(START, "A")
    same = replace(start, archive=tuple(replace(each, folded_label="code_a") for each in start.archive))

    result = after(
        same, replace(twins, projects=tuple(replace(row, code="CODE A") for row in twins.projects))
    )

    assert rights(result) == {}


def test_a_project_without_a_scanner_is_tied_to_nothing():
    result = after(START, answer_of(project_row("A", "2", resources=References(("15",)))))

    assert rights(result) == {}
    assert not result.projects["A"].is_eligible


def test_where_nobody_tells_of_resources_every_project_counts():
    result = after(START, answer_of(project_row("A", "2", resources=UNKNOWN)))

    assert rights(result) == {1: Role.OWNER, 2: Role.MEMBER}
