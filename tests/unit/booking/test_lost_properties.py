"""Properties that an answer had before: lost for many, or said not to exist any more, is no news to act on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.booking.answers import AT, CONFIG, NOTHING, answer_of, applied, person_row, project_row

from fornix.booking.answer import Answer, PiReading
from fornix.booking.comparison import Baseline
from fornix.booking.config import PiSource
from fornix.booking.judge import judge
from fornix.booking.mirror import PI, Mirror, Part
from fornix.booking.plan import make_plan
from fornix.booking.wire import UNKNOWN, Day

DAY = date(2026, 12, 31)
NO_DATE = pytest.mark.parametrize("none", [None, UNKNOWN], ids=["empty", "hidden"])


def expiring(number: int, of: int = 60, *, none: Day = None) -> Answer:
    """The first people expire some day, of the others the answer tells `none`."""
    people = tuple(person_row(str(n), expires_on=DAY if n <= number else none) for n in range(1, of + 1))
    return answer_of(project_row("A", "2"), people=people)


def swept(*answers: Answer, config=CONFIG) -> Mirror:
    mirror = NOTHING
    for answer in answers:
        mirror = applied(mirror, make_plan(mirror, answer, config, AT))
    return mirror


def is_believed(answer: Answer, *before: Answer) -> bool:
    """Whether an answer is believed after sweeps that took these."""
    counts = judge(before[-1], NOTHING, None, CONFIG).counts
    return judge(answer, swept(*before), Baseline(counts.unread, counts.has_self), CONFIG).is_complete


@NO_DATE
@pytest.mark.parametrize(
    ("had", "left", "believed"),
    [(2, 0, True), (3, 0, False), (40, 30, False), (40, 37, True), (3, 3, True), (0, 0, True)],
)
def test_expiry_dates_that_are_gone_at_once_are_a_lost_right(had, left, believed, none):
    assert is_believed(expiring(left, none=none), expiring(had, none=none)) is believed


@NO_DATE
def test_many_new_people_without_an_expiry_date_are_no_loss(none):
    assert is_believed(expiring(30, of=90, none=none), expiring(30, of=30))


@NO_DATE
def test_expiry_dates_that_a_person_accepted_as_gone_are_not_missed_again(none):
    gone = expiring(0, none=none)

    assert is_believed(gone, expiring(40), gone)


def readable() -> Answer:
    """Everything that may name a PI does, and one person expires."""
    some = expiring(1)
    people = tuple(replace(row, leads={"groupLeader": "p3@x.test"}) for row in some.people)
    row = replace(some.projects[0], pi=(PiReading("email", "piEmail", "p3@x.test"),))
    return replace(some, people=people, projects=(row,))


@pytest.mark.parametrize(
    "refused", ["project piEmail", "person groupLeader", "person expiryDate", "person loginName"]
)
def test_what_was_read_and_is_refused_now_is_a_lost_right(refused):
    assert not is_believed(replace(readable(), refused=frozenset({refused})), readable())


def test_what_was_never_there_is_no_loss():
    answer = replace(expiring(0), refused=frozenset({"project piEmail", "person expiryDate"}))

    assert is_believed(answer, answer)


def test_who_leads_many_new_people_may_be_missing():
    known = readable()
    more = tuple(person_row(f"9{n}", leads={"groupLeader": ""}) for n in range(20))

    assert is_believed(replace(known, people=(*known.people, *more)), known)


@settings(max_examples=40)
@given(
    st.sets(
        st.sampled_from(
            ["project reference", "project email", "person reference", "person email", "person x"]
        )
    )
)
def test_the_place_of_one_type_is_there_whatever_the_other_type_lacks(refused):
    """Projects and users may have properties of the same names; only the refused one of the right type is left out."""
    config = replace(CONFIG, pi=(PiSource("reference", "reference"), PiSource("email", "email")))
    pi = tuple(
        PiReading(kind, kind, value)
        for kind, value in (("reference", "2"), ("email", "p3@x.test"))
        if f"project {kind}" not in refused
    )
    answer = replace(answer_of(project_row("A", pi="")), refused=frozenset(refused))
    answer = replace(answer, projects=(replace(answer.projects[0], pi=pi),))

    found = [part for part in swept(answer, config=config).projects["A"].parts if part.part == PI]

    assert found == [Part("2" if pi[0].kind == "reference" else "3", PI)] if pi else found == []
