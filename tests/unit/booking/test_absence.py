"""Missing is not gone: for how long, and what Calpendo says when asked (contract calpendo 4.5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.unit.booking.answers import AT, CONFIG, NOTHING, answer_of, applied, project_row

from fornix.booking.absence import Roll, call_roll
from fornix.booking.mirror import Absence
from fornix.booking.plan import make_plan

HOUR = timedelta(hours=1)
BOTH = answer_of(project_row("A", "2"), project_row("B", "2"))
ONE = answer_of(project_row("A", "2"))
MIRROR = applied(NOTHING, make_plan(NOTHING, BOTH, CONFIG, AT))


class Calpendo:
    """Answers questions about single objects; remembers them."""

    def __init__(self, *known: str) -> None:
        self.known, self.asked = known, []

    def fetch_object(self, type_name, object_id):
        self.asked.append((type_name, object_id))
        return {"id": object_id} if object_id in self.known else None


def called(calpendo, *, hours: int, sweeps: int) -> Roll:
    """The roll call `hours` after project B was first missing, with `sweeps` complete ones since then."""
    missing = replace(MIRROR.projects["B"], absence=Absence(AT))
    mirror = replace(MIRROR, projects={**MIRROR.projects, "B": missing})
    earlier = [AT + n * HOUR for n in reversed(range(sweeps))] + [AT - HOUR, AT - 2 * HOUR]
    return call_roll(calpendo, mirror, ONE, CONFIG, AT + hours * HOUR, earlier)


@pytest.mark.parametrize(
    ("hours", "sweeps", "is_asked"),
    [
        pytest.param(24, 24, True, id="a day of sweeps"),
        pytest.param(23, 23, False, id="less than a day"),
        pytest.param(48, 1, False, id="two sweeps in two days"),
        pytest.param(48, 2, True, id="three sweeps in two days"),
    ],
)
def test_what_is_missing_for_three_sweeps_and_a_day_is_asked_for(hours, sweeps, is_asked):
    calpendo = Calpendo()

    roll = called(calpendo, hours=hours, sweeps=sweeps)

    assert calpendo.asked == ([("Calpendo.Project", "B")] if is_asked else [])
    assert roll.missed("B", Absence(AT)).is_gone is is_asked


def test_what_can_still_be_read_is_not_gone():
    roll = called(Calpendo("B"), hours=48, sweeps=48)

    assert roll.missed("B", Absence(AT)) == Absence(AT)


def test_who_comes_back_was_never_gone():
    missing = applied(MIRROR, make_plan(MIRROR, ONE, CONFIG, AT))
    back = applied(missing, make_plan(missing, BOTH, CONFIG, AT + HOUR))

    assert missing.projects["B"].absence == Absence(AT)
    assert back.projects["B"].absence == Absence()


def test_sweeps_from_before_the_clock_was_put_back_count_for_nothing():
    calpendo = Calpendo()
    mirror = replace(
        MIRROR, projects={**MIRROR.projects, "B": replace(MIRROR.projects["B"], absence=Absence(AT))}
    )
    earlier = [AT, AT + 48 * HOUR]  # first missing when the clock was two days behind

    call_roll(calpendo, mirror, ONE, CONFIG, AT + 49 * HOUR, earlier)

    assert calpendo.asked == []
