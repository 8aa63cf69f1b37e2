"""What becomes of a part in a project: every hold against listed, not listed and not readable."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.unit.booking.answers import AT

from fornix.booking.mirror import OWNER, PI, USER, BookedProject, Part
from fornix.booking.next_parts import next_parts
from fornix.models.booking import Hold

HOUR = timedelta(hours=1)
GONE = "gone"


def after(part: str, hold: Hold | None, *, listed: bool, unread: bool = False, ending_since=None) -> str:
    """How the part is held after an answer; `gone` when there is none any more."""
    one = Part("1", part)
    parts = {} if hold is None else {one: hold}
    project = BookedProject("A", parts=parts, ending_since=ending_since)
    told = {one} if listed else set()
    result = next_parts(project, told, {part} if unread else set(), AT)
    return result.parts.get(one, GONE)


@pytest.mark.parametrize(
    ("hold", "listed", "not_listed", "unread"),
    [
        (None, Hold.NONE, GONE, GONE),
        (Hold.NONE, Hold.NONE, GONE, Hold.NONE),
        (Hold.WAITING, Hold.NONE, Hold.WAITING, Hold.WAITING),
        (Hold.KEPT, Hold.NONE, Hold.KEPT, Hold.KEPT),
        (Hold.PENDING, Hold.PENDING, GONE, Hold.PENDING),
        (Hold.REFUSED, Hold.REFUSED, GONE, Hold.REFUSED),
    ],
)
def test_a_user_follows_calpendo_unless_a_person_decided_otherwise(hold, listed, not_listed, unread):
    assert after(USER, hold, listed=True) == listed
    assert after(USER, hold, listed=False) == not_listed
    assert after(USER, hold, listed=False, unread=True) == unread


@pytest.mark.parametrize("part", [OWNER, PI])
def test_an_owner_or_pi_ends_with_the_second_sweep_that_does_not_list_them(part):
    assert after(part, Hold.NONE, listed=False) == Hold.ENDING
    assert after(part, Hold.ENDING, listed=False, ending_since=AT) == Hold.ENDING
    assert after(part, Hold.ENDING, listed=False, ending_since=AT - HOUR) == GONE
    assert after(part, Hold.ENDING, listed=True, ending_since=AT - HOUR) == Hold.NONE


def test_an_owner_who_cannot_be_read_does_not_end():
    assert after(OWNER, Hold.ENDING, listed=False, unread=True, ending_since=AT - HOUR) == Hold.ENDING


def test_since_when_parts_end_is_known_as_long_as_some_do():
    project = BookedProject("A", parts={Part("1", OWNER): Hold.NONE})

    ending = next_parts(project, {Part("2", OWNER)}, (), AT)
    ended = next_parts(ending, {Part("2", OWNER)}, (), AT + HOUR)

    assert (ending.ending_since, ended.ending_since) == (AT, None)
    assert ended.counting == {Part("2", OWNER)}
