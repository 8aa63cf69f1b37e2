"""Which weeks a sweep asks for: the near ones always, a year in parts once a day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from fornix.booking.windows import LONGEST_PART, SLACK, Window, far_window, near_window, parts_before

LONDON, EDMONTON = ZoneInfo("Europe/London"), ZoneInfo("America/Edmonton")
AT = datetime(2026, 4, 15, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "spelling", "begin", "end"),
    [
        (LONDON, "%Y%m%dT%H%M", "20260401T1300", "20260614T1300"),
        (LONDON, "%Y%m%d-%H%M", "20260401-1300", "20260614-1300"),
        (EDMONTON, "%Y%m%dT%H%M", "20260401T0600", "20260614T0600"),
    ],
    ids=["London", "other dates", "Edmonton"],
)
def test_a_window_is_asked_in_the_sites_wall_clock(zone, spelling, begin, end):
    asked = near_window(AT).expression(zone, spelling)

    assert asked == ("AND", "dateRange.start", "GE", begin, "dateRange.start", "LT", end)


def test_no_part_is_longer_than_the_longest():
    parts = parts_before(near_window(AT), far_window(AT))

    assert max(part.ends_at - part.begins_at for part in parts) == LONGEST_PART


def test_the_parts_of_the_far_window_leave_no_gap():
    near, far = near_window(AT), far_window(AT)

    parts = parts_before(near, far)

    ends = [near.begins_at, *(part.begins_at for part in parts)]
    assert [part.ends_at for part in parts] == ends[:-1]
    assert ends[-1] == far.begins_at == AT - timedelta(days=400)


@pytest.mark.parametrize(
    ("starts_at", "expected"),
    [
        (AT, False),
        (AT + SLACK, True),
        (AT + timedelta(days=8, hours=23), True),
        (AT + timedelta(days=9), False),
    ],
)
def test_the_edges_of_a_window_prove_nothing(starts_at, expected):
    assert Window(AT, AT + timedelta(days=10)).surely_covers(starts_at) is expected
