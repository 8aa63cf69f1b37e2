"""The least pace of a message: slow lines are fast enough, and a byte now and then is not."""

from __future__ import annotations

import pytest

from fornix.receiver.ends import TimedOut
from fornix.receiver.pace import LEAST_BYTES_PER_S, Pace


def begun():
    pace = Pace(10.0)
    pace.begin(is_here=False)
    pace.came(1, 0.0)
    return pace


def test_a_byte_now_and_then_is_too_slow():
    pace = begun()
    for _ in range(5):
        pace.came(1, 2.0)

    with pytest.raises(TimedOut, match="too slow: within a message it sent 7 bytes in 12 s"):
        pace.came(1, 2.0)


def test_a_slow_line_is_fast_enough_for_ever():
    pace = begun()
    for _ in range(1000):
        pace.came(2 * LEAST_BYTES_PER_S, 1.5)


def test_a_pause_within_a_message_is_made_good_by_what_follows():
    pace = begun()
    for _ in range(50):
        pace.came(1, 9.0)
        pace.came(10 * LEAST_BYTES_PER_S, 0.5)


def test_waiting_for_a_message_to_begin_says_nothing():
    pace = begun()
    for _ in range(50):
        pace.begin(is_here=False)
        pace.came(100, 9.9)
        pace.came(100, 0.2)


def test_a_message_that_was_here_when_it_began_has_to_go_on():
    pace = Pace(10.0)
    pace.begin(is_here=True)

    with pytest.raises(TimedOut):
        pace.came(1, 10.1)
