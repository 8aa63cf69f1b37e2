"""Which changes wait for a person, and what the planner does once one has decided (contract calpendo 4.5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

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

from fornix.booking.answer import Answer
from fornix.booking.mirror import Mirror, Part
from fornix.booking.plan import make_plan
from fornix.booking.wire import References
from fornix.models.booking import Hold
from fornix.models.memberships import Role

HOUR = timedelta(hours=1)
MANY = 300


def project_with(users: int, **changes):
    return project_row("A", *(str(n) for n in range(1, users + 1)), **changes)


def start(*labels: str) -> Mirror:
    everybody = accounts(*range(1, MANY + 1))
    return with_archive(replace(NOTHING, accounts=everybody), *(labels or ("A",)))


def swept(mirror: Mirror, *answers: Answer, config=CONFIG, is_first=False) -> Mirror:
    for number, answer in enumerate(answers):
        plan = make_plan(mirror, answer, config, AT + number * HOUR, is_first=is_first)
        mirror = applied(mirror, plan)
    return mirror


def rights(mirror: Mirror) -> dict[int, Role]:
    return dict(mirror.archive[0].roles)


def held_as(mirror: Mirror, hold: Hold) -> set[str]:
    return {part.person_id for part, each in mirror.projects["A"].parts.items() if each is hold}


def decided(mirror: Mirror, was: Hold, now: Hold) -> Mirror:
    """The mirror after a person rejected what waited in project A."""
    project = mirror.projects["A"]
    parts = {part: now if hold is was else hold for part, hold in project.parts.items()}
    return replace(mirror, projects={**mirror.projects, "A": replace(project, parts=parts)})


@pytest.mark.parametrize(
    ("before", "after", "is_held"),
    [
        pytest.param(2, 20, False, id="a young archive grows by eighteen"),
        pytest.param(2, 40, True, id="thirty-eight are more than a tenth, and not few"),
        pytest.param(250, 270, False, id="twenty are less than a tenth"),
        pytest.param(20, 250, True, id="more than two hundred"),
    ],
)
def test_additions_wait_when_they_are_too_many(before, after, is_held):
    mirror = swept(start(), answer_of(project_with(before), people=MANY), is_first=True)

    plan = make_plan(mirror, answer_of(project_with(after), people=MANY), CONFIG, AT + HOUR)

    assert len(rights(applied(mirror, plan))) == (before if is_held else after)
    assert any("would be added" in each.reason for each in plan.waiting) is is_held


def test_an_accepted_first_sweep_adds_everybody():
    mirror = swept(start(), answer_of(project_with(2), people=MANY), is_first=True)

    plan = make_plan(mirror, answer_of(project_with(290), people=MANY), CONFIG, AT, is_first=True)

    assert plan.waiting == ()
    assert len(rights(applied(mirror, plan))) == 290


def test_held_additions_count_people_without_an_account_too():
    mirror = replace(start(), accounts=accounts(1, 2))
    mirror = swept(mirror, answer_of(project_with(2), people=MANY), is_first=True)

    result = swept(mirror, answer_of(project_with(290), people=MANY))

    assert len(held_as(result, Hold.PENDING)) == 288


@pytest.mark.parametrize("hold", [Hold.PENDING, Hold.REFUSED])
def test_what_was_not_added_stays_so_until_calpendo_drops_it(hold):
    few, many = (answer_of(project_with(n), people=MANY) for n in (2, 290))
    mirror = swept(start(), few, is_first=True)
    waiting = decided(swept(mirror, many), Hold.PENDING, hold)

    assert len(rights(swept(waiting, many, many))) == 2
    assert held_as(swept(waiting, few), hold) == set()
    one_more = answer_of(project_with(3), people=MANY)
    assert len(rights(swept(waiting, few, one_more))) == 3


def test_a_rejected_removal_stays_rejected_until_calpendo_lists_them_again():
    full, other = answer_of(project_with(6)), answer_of(project_with(1))
    mirror = decided(swept(start(), full, other), Hold.WAITING, Hold.KEPT)

    later = swept(mirror, other, other)

    assert len(rights(later)) == 6
    assert make_plan(later, other, CONFIG, AT).waiting == ()
    assert held_as(swept(later, full), Hold.KEPT) == set()
    assert len(rights(swept(later, full, answer_of(project_with(5))))) == 5


def test_the_former_owner_keeps_the_project_for_one_more_sweep():
    old = answer_of(project_row("A", "3", owner="1"))
    new = answer_of(project_row("A", "3", owner="2"))
    mirror = swept(start(), old, is_first=True)

    once, twice = swept(mirror, new), swept(mirror, new, new)

    assert rights(once) == {1: Role.OWNER, 2: Role.OWNER, 3: Role.MEMBER}
    assert rights(twice) == {2: Role.OWNER, 3: Role.MEMBER}


@pytest.mark.parametrize(
    ("status", "is_held", "keeps"),
    [
        ("Draft", True, True),
        ("Requested", True, True),
        ("Terminated", False, True),
        ("Denied", False, True),
        ("Never seen", False, True),
    ],
)
def test_a_status_that_would_take_rights_waits(status, is_held, keeps):
    mirror = swept(start(), answer_of(project_with(3)))

    result = swept(mirror, answer_of(project_with(3, status=status)))

    assert (result.projects["A"].hold is Hold.WAITING) is is_held
    assert bool(rights(result)) is keeps
    assert result.projects["A"].status == ("Approved" if is_held else status)


def test_a_held_status_is_let_go_when_calpendo_takes_it_back():
    mirror = swept(start(), answer_of(project_with(3)), answer_of(project_with(3, status="Draft")))

    result = swept(mirror, answer_of(project_with(3, status="Restricted")))

    project = result.projects["A"]
    assert (project.hold, project.held_status, project.status) == (Hold.NONE, "", "Restricted")


@pytest.mark.parametrize(("ending", "is_held"), [(3, False), (4, True)])
def test_many_projects_that_end_being_mirrored_wait(ending, is_held):
    rows = [project_row(str(n), "2") for n in range(40)]
    denied = [replace(row, status="Denied") if n < ending else row for n, row in enumerate(rows)]
    mirror = swept(start("none of them"), answer_of(*rows))

    result = swept(mirror, answer_of(*denied))

    held = [each for each in result.projects.values() if each.hold is Hold.WAITING]
    assert len(held) == (ending if is_held else 0)


def test_an_announced_end_of_term_is_no_surprise():
    config = replace(CONFIG, term_ends=(AT.date(),))
    mirror = swept(start(), answer_of(project_with(6)))
    expired = tuple(person_row(str(n), status="Expired" if n > 1 else "Normal") for n in range(1, 7))

    result = swept(mirror, answer_of(project_with(6), people=expired), config=config)

    assert rights(result).keys() == {1}


def test_a_person_taken_back_by_a_decision_stays_out_while_calpendo_says_the_same():
    answer = answer_of(project_with(3))
    mirror = swept(start(), answer)
    refused = replace(mirror.people["3"], is_active=False, hold=Hold.REFUSED)
    mirror = replace(mirror, people={**mirror.people, "3": refused})
    blocked = tuple(person_row(str(n), status="Blocked" if n == 3 else "Normal") for n in range(1, 7))

    assert 3 not in rights(swept(mirror, answer, answer))
    assert 3 in rights(swept(mirror, answer_of(project_with(3), people=blocked), answer))


def test_each_part_of_a_person_ends_by_itself():
    mirror = swept(start(), answer_of(project_row("A", "2", owner="1", pi="1")))

    assert mirror.projects["A"].counting == {Part("1", "owner"), Part("1", "pi"), Part("2", "user")}
    without_pi = answer_of(project_row("A", "2", owner="1", users=References(("2",))))
    assert rights(swept(mirror, without_pi, without_pi)) == {1: Role.OWNER, 2: Role.MEMBER}


@pytest.mark.parametrize("between", ["Denied", "Aproved"], ids=["frozen by Calpendo", "a status never seen"])
def test_a_frozen_project_that_goes_back_to_draft_waits_too(between):
    rows = [project_with(3, status=status) for status in ("Approved", between, "Draft")]

    result = swept(start(), *map(answer_of, rows))

    assert len(rights(result)) == 3
    assert (result.projects["A"].hold, result.projects["A"].status) == (Hold.WAITING, between)


def test_a_project_that_books_no_scanner_any_more_waits_like_any_other():
    unbooked = {"resources": References(("15",))}
    rows = [project_with(3), project_with(3, **unbooked), project_with(3, status="Draft", **unbooked)]

    result = swept(start(), *map(answer_of, rows))

    assert len(rights(result)) == 3
    assert result.projects["A"].hold is Hold.WAITING


def test_many_who_may_work_again_at_once_wait():
    row = project_with(290)
    expired = tuple(person_row(str(n), status="Expired" if n > 1 else "Normal") for n in range(1, MANY))
    mirror = swept(start(), answer_of(row, people=expired), is_first=True)

    result = swept(mirror, answer_of(row, people=MANY))

    assert rights(result).keys() == {1}
    assert len(held_as(result, Hold.PENDING)) == 289


def test_a_code_changed_to_the_name_of_a_project_here_lets_nobody_in_unasked():
    away = answer_of(project_row("X", *(str(n) for n in range(1, 290)), code="ELSEWHERE"), people=MANY)
    here = answer_of(project_row("X", *(str(n) for n in range(1, 290)), code="CODEA"), people=MANY)
    mirror = swept(start(), away, is_first=True)

    plan = make_plan(mirror, here, CONFIG, AT + HOUR)

    assert rights(applied(mirror, plan)) == {}
    assert "would get into projects at once" in plan.waiting[-1].reason


def test_projects_shown_before_they_hold_data_let_nobody_in_unasked():
    site = answer_of(project_row("X", *(str(n) for n in range(1, 290)), code="NODATA"), people=MANY)
    mirror = swept(start(), site, is_first=True)

    plan = make_plan(mirror, site, replace(CONFIG, show_empty_projects=True), AT + HOUR)

    held = [change.after for change in plan.projects if change.after.id == "X"]
    assert plan.opened == ("X",)
    assert set(held[0].parts.values()) == {Hold.PENDING}
    assert "would get into projects at once" in plan.waiting[-1].reason


def test_many_users_who_become_pi_at_once_wait():
    rows = [project_row(f"P{n}", "2", "3", owner="1") for n in range(30)]
    promoted = [replace(row, pi=tuple(replace(each, value="3") for each in row.pi)) for row in rows]
    labels = with_archive(replace(NOTHING, accounts=accounts(1, 2, 3)), *(f"P{n}" for n in range(30)))
    mirror = swept(labels, answer_of(*rows), is_first=True)

    result = swept(mirror, answer_of(*promoted))

    assert {each.roles[3] for each in result.archive} == {Role.MEMBER}


def test_at_an_announced_end_of_term_nobody_is_asked_however_many_leave():
    config = replace(CONFIG, term_ends=(AT.date(),))
    row = project_with(200)
    mirror = swept(start(), answer_of(row, people=MANY), is_first=True)
    expired = tuple(person_row(str(n), status="Expired" if n > 100 else "Normal") for n in range(1, MANY))

    plan = make_plan(mirror, answer_of(row, people=expired), config, AT + HOUR)

    assert plan.waiting == ()
    assert len(rights(applied(mirror, plan))) == 100


def test_when_the_guard_on_removals_trips_nobody_loses_anything():
    rows = [project_row(f"P{n}", "2", "3", owner="1") for n in range(30)]
    changed = [
        replace(row, status="Draft") if n % 3 == 0 else replace(row, users=References(()))
        for n, row in enumerate(rows)
    ]
    labels = with_archive(replace(NOTHING, accounts=accounts(1, 2, 3)), *(f"P{n}" for n in range(30)))
    mirror = swept(labels, answer_of(*rows), is_first=True)

    result = swept(mirror, answer_of(*changed))

    assert [each.roles for each in result.archive] == [each.roles for each in mirror.archive]
