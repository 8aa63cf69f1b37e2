"""Times as Calpendo writes them, and the instants that they mean, both odd hours of the year included."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from fornix.booking.wall_clock import instants, span_of, written_range

LONDON, EDMONTON = ZoneInfo("Europe/London"), ZoneInfo("America/Edmonton")


def utc(month: int, day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, second, tzinfo=UTC)


SPELLINGS = {
    "T": ("2026-03-04T09:30:00", utc(3, 4, 9, 30)),
    "minutes": ("2026-03-04T09:30", utc(3, 4, 9, 30)),
    "space and fraction": ("2026-07-04 09:30:00.0", utc(7, 4, 8, 30)),
    "long fraction": ("2026-07-04T09:30:15.123456789", utc(7, 4, 8, 30, 15)),
    "of the query interface": ("20260304T0930", utc(3, 4, 9, 30)),
    "with a dash": ("20260304-0930", utc(3, 4, 9, 30)),
    "with a dot": ("20260304.0930", utc(3, 4, 9, 30)),
    "with a dot and seconds": ("20260304.093015", utc(3, 4, 9, 30, 15)),
    "a day alone": ("20260704", utc(7, 3, 23)),
    "Z": ("2026-07-04T09:30Z", utc(7, 4, 9, 30)),
    "offset": ("2026-07-04T09:30:00+02:00", utc(7, 4, 7, 30)),
    "offset without colon": ("2026-07-04T09:30:00.000+0200", utc(7, 4, 7, 30)),
}


@pytest.mark.parametrize(("text", "expected"), SPELLINGS.values(), ids=SPELLINGS.keys())
def test_every_spelling_of_a_time_is_read(text, expected):
    assert instants(f" {text} ", LONDON) == {expected}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2026-02-30T09:30",
        "2026-03-04T25:00",
        "04/03/2026",
        "0001-01-01T00:00:00+14:00",
        "9" * 40,
    ],
)
def test_what_is_no_time_means_none(text):
    assert instants(text, LONDON) == set()


TWICE = {
    "London, twice": (LONDON, "2026-10-25T01:30:00", {utc(10, 25, 0, 30), utc(10, 25, 1, 30)}),
    "London, never": (LONDON, "2026-03-29T01:30:00", {utc(3, 29, 0, 30), utc(3, 29, 1, 30)}),
    "Edmonton, twice": (EDMONTON, "2026-11-01T01:30:00", {utc(11, 1, 7, 30), utc(11, 1, 8, 30)}),
    "Edmonton, never": (EDMONTON, "2026-03-08T02:30:00", {utc(3, 8, 8, 30), utc(3, 8, 9, 30)}),
    "Edmonton, a moment before": (EDMONTON, "2026-03-08T01:59:59", {utc(3, 8, 8, 59, 59)}),
    "Edmonton, a moment after": (EDMONTON, "2026-03-08T03:00:00", {utc(3, 8, 9)}),
}


@pytest.mark.parametrize(("zone", "text", "expected"), TWICE.values(), ids=TWICE.keys())
def test_an_hour_that_comes_twice_or_never_means_two_instants(zone, text, expected):
    assert instants(text, zone) == expected


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        pytest.param("2026-03-04T09:30:00", "2026-03-04T10:30:00", 1, id="usual"),
        pytest.param("2026-10-25T00:30:00", "2026-10-25T02:30:00", 3, id="around the hour that comes twice"),
        pytest.param("2026-10-25T01:15:00", "2026-10-25T01:45:00", 1.5, id="within it"),
        pytest.param(
            "2026-10-25T01:45:00", "2026-10-25T01:15:00", 0.5, id="from its first to its second time"
        ),
        pytest.param("2026-03-29T00:30:00", "2026-03-29T01:30:00", 1, id="ends in the hour that never comes"),
        pytest.param("2026-03-29T01:30:00", "2026-03-29T02:30:00", 1, id="begins in it"),
        pytest.param("2026-03-29T00:30:00", "2026-03-29T02:30:00", 1, id="around it"),
    ],
)
def test_a_span_is_the_longest_that_both_texts_can_mean(start, end, hours):
    begin, finish = span_of(start, end, LONDON)

    assert (finish - begin).total_seconds() == hours * 3600


@pytest.mark.parametrize(
    ("start", "end"),
    [("x", "2026-03-04T10:30"), ("2026-03-04T10:30", "2026-03-04T09:30"), ("2026-03-04", "2026-03-04")],
)
def test_a_span_without_length_is_none(start, end):
    assert span_of(start, end, LONDON) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "[2025-02-12 10:00:00.0, 2025-02-12 11:00:00.0]",
            ("2025-02-12 10:00:00.0", "2025-02-12 11:00:00.0"),
        ),
        ("[Jane Doe, 2025-02-12 11:00:00.0]", None),
        ("Jane Doe, tomorrow", None),
    ],
)
def test_a_displayed_range_is_read_only_when_it_is_nothing_else(text, expected):
    assert written_range(text) == expected
