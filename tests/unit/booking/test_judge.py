"""Which answers are believed: what looks like change and is a lost right, a proxy or another site."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.unit.booking.answers import AT, CONFIG, NOTHING, answer_of, applied, person_row, project_row

from fornix.booking.answer import Answer
from fornix.booking.comparison import Baseline
from fornix.booking.judge import judge
from fornix.booking.plan import make_plan
from fornix.booking.wire import UNKNOWN, References

FULL = answer_of(*(project_row(str(n), "2", "3", pi="1") for n in range(40)), people=60)
MIRROR = applied(NOTHING, make_plan(NOTHING, FULL, CONFIG, AT))
COUNTS = judge(FULL, NOTHING, None, CONFIG).counts
BASELINE = Baseline(COUNTS.unread, COUNTS.has_self)


def reasons(answer: Answer, baseline: Baseline | None = BASELINE) -> tuple[str, ...]:
    return judge(answer, MIRROR, baseline, CONFIG).reasons


def some_projects(number: int, **changes) -> Answer:
    rows = [replace(row, **changes) if n < number else row for n, row in enumerate(FULL.projects)]
    return replace(FULL, projects=tuple(rows))


def some_people(number: int, **changes) -> Answer:
    rows = [replace(row, **changes) if n < number else row for n, row in enumerate(FULL.people)]
    return replace(FULL, people=tuple(rows))


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(FULL, id="the same"),
        pytest.param(replace(FULL, projects=FULL.projects[4:]), id="one in ten projects gone"),
        pytest.param(some_projects(2, users=UNKNOWN), id="two member lists hidden"),
        pytest.param(some_projects(8, code="NEW"), id="a fifth with a new code"),
        pytest.param(some_people(12, status="Expired"), id="a fifth of the people expired"),
        pytest.param(some_projects(20, status="Terminated"), id="half of the projects ended"),
        pytest.param(some_projects(40, modified="2026-02-01T00:00Z"), id="newer stamps"),
        pytest.param(
            replace(FULL, people=(*FULL.people, *(person_row(f"9{n}") for n in range(50)))),
            id="many new people",
        ),
    ],
)
def test_what_can_happen_at_a_centre_is_believed(answer):
    assert reasons(answer) == ()


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        pytest.param(replace(FULL, projects=()), "list of projects is empty", id="no projects"),
        pytest.param(replace(FULL, people=()), "list of users is empty", id="no people"),
        pytest.param(replace(FULL, resources=()), "list of resources is empty", id="no resources"),
        pytest.param(some_projects(40, users=References(())), "no project has any user", id="no members"),
        pytest.param(
            replace(FULL, projects=FULL.projects[5:]), "5 of 40 projects are missing", id="projects gone"
        ),
        pytest.param(replace(FULL, people=FULL.people[7:]), "7 of 60 users are missing", id="people gone"),
        pytest.param(
            replace(FULL, resources=(replace(FULL.resources[0], id="99"),)),
            "scanner MRI 3T",
            id="scanner gone",
        ),
        pytest.param(
            replace(FULL, projects=(*FULL.projects, FULL.projects[0])), "project is listed twice", id="twice"
        ),
        pytest.param(
            some_projects(3, users=References(())), "project users is hidden or empty", id="members lost"
        ),
        pytest.param(some_projects(3, owner=UNKNOWN), "project owner is hidden or empty", id="owners hidden"),
        pytest.param(some_people(4, email=UNKNOWN), "person email is hidden or empty", id="e-mails hidden"),
        pytest.param(some_projects(3, status="On hold"), "status never seen before", id="odd statuses"),
        pytest.param(some_projects(9, code="NEW"), "another one now", id="codes of another site"),
        pytest.param(some_people(13, login_name="x"), "another one now", id="logins of another site"),
        pytest.param(some_people(1, login_name="renamed"), "finds itself", id="the account is not there"),
        pytest.param(
            some_projects(1, modified="2025-12-31T23:59Z"), "older than what is known", id="old answer"
        ),
        pytest.param(replace(FULL, flaws=("a project has no id",)), "no id", id="flaw"),
    ],
)
def test_what_looks_like_a_lost_right_is_not(answer, words):
    assert any(words in reason for reason in reasons(answer)), reasons(answer)


@pytest.mark.parametrize(
    ("answer", "believed"),
    [
        pytest.param(some_people(13, login_name="x"), True, id="nothing to compare with"),
        pytest.param(replace(FULL, projects=()), False, id="an empty list"),
        pytest.param(some_projects(40, users=UNKNOWN), False, id="no members"),
    ],
)
def test_the_first_answer_is_judged_by_itself(answer, believed):
    assert (reasons(answer, baseline=None) == ()) is believed


def test_rows_that_were_marked_as_gone_are_not_missed_again():
    fewer = replace(FULL, projects=FULL.projects[4:])
    mirror = applied(MIRROR, make_plan(MIRROR, fewer, CONFIG, AT))

    assert judge(fewer, mirror, BASELINE, CONFIG).is_complete


def test_counts_are_kept_per_status():
    counts = judge(some_projects(3, status="TERMINATED"), NOTHING, None, CONFIG).counts

    assert counts.statuses == {"person Normal": 60, "project Approved": 37, "project Terminated": 3}
    assert counts.rows == {"projects": 40, "people": 60, "resources": 1, "bookings": 0}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"sentinel_projects": ("404",)}, "the project 404 is missing"),
        ({"sentinel_people": ("404",)}, "the person 404 is missing"),
        ({"sentinel_projects": ("3",), "sentinel_people": ("1", "2")}, None),
    ],
)
def test_what_the_site_says_is_always_there_must_be_there(changes, words):
    found = judge(FULL, NOTHING, None, replace(CONFIG, **changes)).reasons

    assert [words in reason for reason in found] == ([True] if words else [])


def test_rows_that_were_missing_before_are_not_counted_again():
    fewer = replace(FULL, projects=FULL.projects[4:])
    still_fewer = replace(FULL, projects=FULL.projects[8:])
    mirror = applied(MIRROR, make_plan(MIRROR, fewer, CONFIG, AT))

    assert judge(fewer, mirror, BASELINE, CONFIG).is_complete
    assert not judge(still_fewer, MIRROR, BASELINE, CONFIG).is_complete


@pytest.mark.parametrize("spells_hidden", [True, False])
def test_what_the_account_cannot_read_is_counted(spells_hidden):
    answer = replace(some_projects(7, users=UNKNOWN, code=UNKNOWN), spells_hidden=spells_hidden)
    answer = replace(answer, people=some_people(2, email=UNKNOWN).people)

    hidden = judge(answer, NOTHING, None, CONFIG).counts.hidden

    optional = {"project code": 7, "person email": 2} if spells_hidden else {}
    assert hidden == {"project users": 7} | optional
