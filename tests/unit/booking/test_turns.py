"""People whom no list has: one sweep asks for so many, and in a few sweeps for all."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.unit.booking.answers import AT, CONFIG, NOTHING, answer_of, applied, person_row, project_row

from fornix.booking.comparison import Baseline
from fornix.booking.fetch import MOST_SINGLE_PEOPLE, in_turn
from fornix.booking.judge import judge
from fornix.booking.plan import make_plan


@pytest.mark.parametrize("number", [0, 1, 200, 201, 399, 400, 1000])
@pytest.mark.parametrize("first", [0, 7])
def test_everybody_is_asked_for_in_as_many_sweeps_as_it_takes(number, first):
    ids = [str(n) for n in range(number)]
    sweeps = -(-number // MOST_SINGLE_PEOPLE)

    asked = [in_turn(ids, turn) for turn in range(first, first + sweeps)]

    assert {each for some in asked for each in some} == set(ids)
    assert all(len(some) == len(set(some)) <= MOST_SINGLE_PEOPLE for some in asked)


def test_who_was_not_asked_for_is_neither_missing_nor_removed():
    projects = [project_row("1", owner="1", users=("2", "3", "4"))]
    known = applied(NOTHING, make_plan(NOTHING, answer_of(*projects), CONFIG, AT, is_first=True))
    left_out = {"2", "3", "4"}
    people = tuple(person_row(str(n)) for n in range(1, 7) if str(n) not in left_out)
    answer = replace(answer_of(*projects, people=people), unasked=frozenset(left_out))

    verdict = judge(answer, known, Baseline(unread={}, has_self=False), CONFIG)
    plan = make_plan(known, answer, CONFIG, AT)

    assert verdict.is_complete
    assert plan.is_empty
