"""Ranges and conditions of RFC 9110."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fornix.http.ranges import (
    Range,
    Unsatisfiable,
    if_match_holds,
    if_none_match_holds,
    if_range_holds,
    parse_range,
    quote_etag,
)

HUGE = "9" * 100_000


@pytest.mark.parametrize(
    ("header", "start", "stop"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-99", 0, 100),
        ("bytes=10-19", 10, 20),
        ("bytes=10-", 10, 100),
        ("bytes=99-", 99, 100),
        ("bytes=0-", 0, 100),
        ("bytes=90-1000", 90, 100),
        ("bytes=-1", 99, 100),
        ("bytes=-100", 0, 100),
        ("bytes=-1000", 0, 100),
        ("bytes=007-008", 7, 9),
        ("Bytes=5-6", 5, 7),
        ("bytes= 5-6 ", 5, 7),
        ("bytes=,5-6,", 5, 7),
        (f"bytes=5-{HUGE}", 5, 100),
        (f"bytes=-{HUGE}", 0, 100),
        (f"bytes={'0' * 5000}1-1", 1, 2),
    ],
    ids=lambda value: str(value)[:30],
)
def test_one_range_is_followed(header, start, stop):
    assert parse_range(header, 100) == Range(start, stop, 100)


@pytest.mark.parametrize(
    "header",
    ["bytes=100-", "bytes=100-200", "bytes=5000-", "bytes=-0", f"bytes={HUGE}-", f"bytes={HUGE}-{HUGE}"],
    ids=lambda value: value[:30],
)
def test_a_range_beyond_the_end_cannot_be_satisfied(header):
    assert parse_range(header, 100) == Unsatisfiable(100)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=,",
        "bytes=5",
        "bytes=5-4",
        "bytes=a-b",
        "bytes=1-2-3",
        "bytes=--5",
        "bytes=+1-2",
        "bytes=1 - 2",
        "bytes=0x1-2",
        "bytes=٣-٤",
        "bytes=1-2\n",
        "bytes = 1-2;3",
        "items=0-5",
        "0-5",
        "bytes=0-1,3-4",
        "bytes=0-1,nonsense",
    ],
)
def test_anything_else_gets_the_whole(header):
    assert parse_range(header, 100) is None


def test_ten_thousand_ranges_get_the_whole():
    assert parse_range("bytes=" + ",".join(f"{n}-{n}" for n in range(10_000)), 100_000) is None


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("bytes=0-", Unsatisfiable(0)),
        ("bytes=0-0", Unsatisfiable(0)),
        ("bytes=-0", Unsatisfiable(0)),
        ("bytes=-5", None),
    ],
)
def test_an_empty_body_has_no_range(header, expected):
    assert parse_range(header, 0) == expected


def test_content_ranges_are_written_with_the_last_byte_included():
    assert Range(10, 20, 100).content_range == "bytes 10-19/100"
    assert Unsatisfiable(100).content_range == "bytes */100"


@given(st.text(alphabet="bytes=0123456789-, x", max_size=30) | st.text(), st.integers(0, 1000))
def test_a_range_always_lies_in_the_body(header, length):
    answer = parse_range(header, length)

    if isinstance(answer, Range):
        assert 0 <= answer.start < answer.stop <= length == answer.length
    else:
        assert answer in (None, Unsatisfiable(length))


@pytest.mark.parametrize(
    ("header", "holds"),
    [
        (None, True),
        ('"abc"', True),
        (' "abc" ', True),
        ('"other"', False),
        ('W/"abc"', False),
        ("abc", False),
        ('"abc", "other"', False),
        ("", False),
        ("Mon, 23 Nov 2026 12:00:00 GMT", False),
    ],
)
def test_if_range_holds_only_for_the_same_strong_tag(header, holds):
    assert if_range_holds(header, "abc") is holds


@pytest.mark.parametrize(
    ("header", "etag", "holds"),
    [
        (None, "abc", True),
        (None, None, True),
        ("*", "abc", True),
        ("*", None, False),
        ('"abc"', "abc", True),
        ('"x", "abc"', "abc", True),
        ('"x","abc",', "abc", True),
        (' , "x" , "abc"', "abc", True),
        ('"a,b", "c"', "a,b", True),
        ('"x"', "abc", False),
        ('"abc"', None, False),
        ('W/"abc"', "abc", False),
        ("abc", "abc", False),
        ('"abc" "x"', "abc", False),
        ('"abc", nonsense', "abc", False),
        ('"abc', "abc", False),
        ("", "abc", False),
    ],
)
def test_if_match_holds_for_one_of_the_strong_tags(header, etag, holds):
    assert if_match_holds(header, etag) is holds


@pytest.mark.parametrize(
    ("header", "etag", "holds"),
    [
        (None, "abc", True),
        ("*", "abc", False),
        ("*", None, True),
        ('"abc"', "abc", False),
        ('W/"abc"', "abc", False),
        ('"x", W/"abc"', "abc", False),
        ('"x"', "abc", True),
        ('"x"', None, True),
        ("abc", "abc", True),
        ('"abc" nonsense', "abc", True),
    ],
)
def test_if_none_match_fails_for_any_of_the_tags_also_weak_ones(header, etag, holds):
    assert if_none_match_holds(header, etag) is holds


@pytest.mark.parametrize("filling", [",", " ", '"', '"a",', 'W/"a"', "\t ,"])
def test_long_odd_lists_are_judged_at_once(filling):
    header = filling * 20_000 + "x"

    assert if_match_holds(header, "abc") is False
    assert if_none_match_holds(header, "abc") is True


def test_a_quoted_tag_matches_itself():
    assert quote_etag("abc") == '"abc"'
    assert if_range_holds(quote_etag("abc"), "abc")
