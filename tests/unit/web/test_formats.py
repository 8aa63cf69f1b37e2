"""Numbers, sizes and times as people read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from fornix.web import formats

NOW = datetime(2026, 2, 19, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (0, "–"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (742_000_000, "742.0 MB"),
        (999_949_999, "999.9 MB"),
        (999_950_000, "1.0 GB"),
        (1_420_000_000_000, "1.4 TB"),
        (2**63, "9,223.4 PB"),
    ],
)
def test_sizes_have_one_digit_and_their_unit(length, text):
    assert formats.size(length) == text


@pytest.mark.parametrize(
    ("before", "text"),
    [
        (timedelta(seconds=3), "just now"),
        (timedelta(minutes=55, seconds=59), "55 min ago"),
        (timedelta(hours=5), "5 h ago"),
        (timedelta(hours=25), "yesterday"),
        (timedelta(days=3), "16 Feb"),
        (timedelta(days=400), "15 Jan 2025"),
        (timedelta(hours=-30), "20 Feb"),
    ],
)
def test_times_are_relative_under_a_day_only(before, text):
    assert formats.ago(NOW - before, NOW) == text


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0 scans"), (1, "1 scan"), (1204, "1,204 scans")], ids=["none", "one", "many"]
)
def test_words_agree_with_their_number(number, text):
    assert formats.plural(number, "scan") == text


@pytest.mark.parametrize(
    ("name", "text"),
    [("Ísold Kaplan", "ÍK"), ("bob", "B"), ("王雪梅", "王"), ("", "?"), ("j. van der Berg", "JB")],
)
def test_initials_take_the_first_and_the_last_word(name, text):
    assert formats.initials(name) == text


def test_a_feed_names_today_yesterday_and_days():
    days = [formats.day_heading(NOW - timedelta(days=back), NOW) for back in (0, 1, 2)]

    assert days == ["Today", "Yesterday", "17 Feb"]


@pytest.mark.parametrize(
    ("seconds", "told"), [(0.3, "under 1 s"), (1, "1 s"), (38.4, "38 s"), (60, "1:00 min"), (125, "2:05 min")]
)
def test_a_length_of_time_is_told_in_the_unit_that_fits(seconds, told):
    assert formats.span(timedelta(seconds=seconds)) == told
