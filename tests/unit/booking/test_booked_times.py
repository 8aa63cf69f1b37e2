"""Wall-clock times of bookings as instants, both odd hours of the year included."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from fornix.booking.booked_times import (
    BookingRow,
    Calendar,
    changed_bookings,
    instants,
    read_booking,
    window_expression,
)
from fornix.booking.wire import UNKNOWN, Spelling

LONDON = ZoneInfo("Europe/London")
CALENDAR = Calendar(LONDON, {"11"}, {"7"})


def utc(day: int, hour: int, minute: int = 0, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def row(start: str, end: str, **changes) -> BookingRow:
    return BookingRow(
        **{"id": "1", "status": "Approved", "start": start, "end": end, "resource": "11", "project": "7"}
        | changes
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("2026-03-04T09:30:00", {utc(4, 9, 30)}, id="winter"),
        pytest.param("2026-07-04 09:30:00.0", {utc(4, 8, 30, month=7)}, id="summer"),
        pytest.param("20260304T0930", {utc(4, 9, 30)}, id="compact"),
        pytest.param("2026-03-04T09:30:00Z", {utc(4, 9, 30)}, id="with a zone of its own"),
        pytest.param(
            "2026-10-25T01:30:00", {utc(25, 0, 30, 10), utc(25, 1, 30, 10)}, id="an hour that comes twice"
        ),
        pytest.param("2026-03-29T01:30:00", {utc(29, 0, 30), utc(29, 1, 30)}, id="an hour that never comes"),
        pytest.param("yesterday", set(), id="unreadable"),
        pytest.param("0001-01-01T00:00:00+14:00", set(), id="before all time"),
    ],
)
def test_a_wall_clock_means_one_instant_two_or_none(text, expected):
    assert instants(text, LONDON) == expected


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        pytest.param("2026-03-04T09:30:00", "2026-03-04T10:30:00", 1, id="usual"),
        pytest.param(
            "2026-10-25T01:15:00", "2026-10-25T01:45:00", 1.5, id="within the hour that comes twice"
        ),
        pytest.param("2026-03-29T00:30:00", "2026-03-29T01:30:00", 1, id="ends in the hour that never comes"),
        pytest.param("2026-03-29T01:30:00", "2026-03-29T02:30:00", 1, id="begins in it"),
    ],
)
def test_a_booking_covers_all_that_it_can_mean(start, end, hours):
    (found,) = changed_bookings({}, [row(start, end)], CALENDAR)

    assert (found.ends_at - found.starts_at).total_seconds() == hours * 3600
    assert (found.written_start, found.written_end, found.zone) == (start, end, "Europe/London")


@pytest.mark.parametrize(
    ("start", "end"), [("x", "2026-03-04T10:30:00"), ("2026-03-04T10:30:00", "2026-03-04T09:30:00")]
)
def test_times_that_are_none_are_left_out(start, end):
    assert changed_bookings({}, [row(start, end)], CALENDAR) == ()


def test_what_is_hidden_is_kept_and_what_is_unknown_here_is_nothing():
    times = ("2026-03-04T09:30:00", "2026-03-04T10:30:00")
    (known,) = changed_bookings({}, [row(*times)], CALENDAR)

    hidden = row(*times, status=UNKNOWN, resource=UNKNOWN, project=UNKNOWN)
    assert changed_bookings({"1": known}, [hidden], CALENDAR) == ()
    (moved,) = changed_bookings(
        {"1": known}, [row(*times, project="404"), row(*times, project="404")], CALENDAR
    )
    assert (moved.project_id, moved.resource_id) == ("", "11")


@pytest.mark.parametrize(
    "given",
    [
        {"dateRange": {"start": "a", "finish": "b"}},
        {"properties": {"dateRange": {"start": "a", "end": "b"}}},
        {"dateRange.start": "a", "dateRange.finish": "b"},
    ],
    ids=["nested", "under properties, end", "dotted"],
)
def test_both_names_of_the_end_are_read(given):
    found = read_booking({"id": 1, **given}, Spelling(null_means_empty=True))

    assert (found.start, found.end) == ("a", "b")


def test_the_window_is_asked_in_the_sites_wall_clock():
    asked = window_expression(datetime(2026, 4, 15, 12, 0, tzinfo=UTC), LONDON)

    assert asked == (
        "AND",
        "dateRange.start",
        "GE",
        "20260401T1300",
        "dateRange.start",
        "LT",
        "20260614T1300",
    )
