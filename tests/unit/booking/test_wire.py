"""Single values in every spelling that the contract's uncertainties allow."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fornix.booking.wire import (
    ABSENT,
    UNKNOWN,
    References,
    Spelling,
    clean_text,
    detect_spelling,
    parse_day,
    read_day,
    read_id,
    read_path,
    read_reference,
    read_references,
    read_required_text,
    read_text,
)

CERTAIN, DOUBTFUL = Spelling(null_means_empty=True), Spelling(null_means_empty=False)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    "row",
    [
        pytest.param({"a.b": 1}, id="dotted key"),
        pytest.param({"a": {"b": 1}}, id="nested"),
        pytest.param({"properties": {"a": {"b": 1}}}, id="nested under properties"),
        pytest.param({"properties": {"a.b": 1}}, id="dotted under properties"),
        pytest.param({"a": None, "properties": {"a": {"b": 1}}}, id="nothing on top"),
    ],
)
def test_a_path_is_found_wherever_it_lies(row):
    assert read_path(row, "a.b") == 1


def test_a_path_that_is_nowhere_is_absent_and_not_null():
    assert read_path({"a": None}, "b") is ABSENT
    assert read_path({"a": None}, "a") is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("300004157000412", "300004157000412"),
        (300004157000412, "300004157000412"),
        (300004157000412.0, "300004157000412"),
        (" 12 ", "12"),
        ("<Hidden>", None),
        ("", None),
        (None, None),
        (True, None),
        (1.5, None),
        ({"id": 1}, None),
        ("9" * 61, None),
    ],
    ids=str,
)
def test_an_id_is_text_whatever_its_type(value, expected):
    assert read_id(value) == expected


@pytest.mark.parametrize(
    ("row", "spelling", "expected"),
    [
        pytest.param({"x": " Zoe\u0308 "}, CERTAIN, "Zoë", id="trimmed, composed"),
        pytest.param({"x": 2023}, CERTAIN, "2023", id="number"),
        pytest.param({"x": {"id": 1, "formattedName": "Human"}}, CERTAIN, "Human", id="reference"),
        pytest.param({"x": "<Hidden>"}, CERTAIN, UNKNOWN, id="hidden"),
        pytest.param({"x": "<HIDDEN>"}, CERTAIN, UNKNOWN, id="hidden, shouted"),
        pytest.param({"x": ""}, DOUBTFUL, "", id="empty text"),
        pytest.param({"x": None}, CERTAIN, "", id="null where hidden is spelled out"),
        pytest.param({"x": None}, DOUBTFUL, UNKNOWN, id="null where it may mean hidden"),
        pytest.param({}, CERTAIN, "", id="missing where hidden is spelled out"),
        pytest.param({}, DOUBTFUL, UNKNOWN, id="missing where it may mean hidden"),
        pytest.param({"x": ["a"]}, CERTAIN, UNKNOWN, id="a list"),
        pytest.param({"x": True}, CERTAIN, UNKNOWN, id="a boolean"),
    ],
)
def test_a_text_is_known_empty_or_unknown(row, spelling, expected):
    assert read_text(row, "x", spelling) == expected


@pytest.mark.parametrize("row", [{}, {"x": None}, {"x": ""}, {"x": "<Hidden>"}], ids=str)
def test_what_every_object_has_is_unknown_where_it_is_empty(row):
    assert read_required_text(row, "x") is UNKNOWN


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param([{"id": "1"}, {"id": 2}], References(("1", "2")), id="references"),
        pytest.param([1, "2", 1], References(("1", "2")), id="ids, one twice"),
        pytest.param({"biskits": [{"id": 1}]}, References(("1",)), id="biskits"),
        pytest.param([], References(()), id="empty"),
        pytest.param([{"id": 1}, "<Hidden>"], References(("1",), is_whole=False), id="one hidden"),
        pytest.param([{"formattedName": "Ann"}], References((), is_whole=False), id="without id"),
        pytest.param("<Hidden>", UNKNOWN, id="hidden"),
        pytest.param(None, UNKNOWN, id="null"),
        pytest.param("", UNKNOWN, id="text"),
        pytest.param({"error": 1}, UNKNOWN, id="object without a list"),
    ],
)
def test_a_set_is_read_in_all_its_shapes(value, expected):
    assert read_references({"users": value}, "users") == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [({"id": 7}, "7"), (7, "7"), ("7", "7"), ("", ""), ("<Hidden>", UNKNOWN), ([], UNKNOWN), ({}, UNKNOWN)],
    ids=str,
)
def test_a_reference_is_an_id_nothing_or_unknown(value, expected):
    assert read_reference({"owner": value}, "owner", DOUBTFUL) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-04", date(2026, 3, 4)),
        ("2026-03-04T09:30:00", date(2026, 3, 4)),
        ("2026-03-04 00:00:00.0", date(2026, 3, 4)),
        ("2023-05-02T08:14Z", date(2023, 5, 2)),
        ("20260304", date(2026, 3, 4)),
        ("20260304T1200", date(2026, 3, 4)),
        ("2026-02-30", None),
        ("04/03/2026", None),
        ("2026-03-041", None),
        ("never", None),
    ],
)
def test_days_are_read_as_calpendo_writes_them(text, expected):
    assert parse_day(text) == expected


def test_no_expiry_date_is_not_a_hidden_one():
    assert read_day({"d": None}, "d") is None
    assert read_day({"d": "<Hidden>"}, "d") is UNKNOWN
    assert read_day({"d": 20260304}, "d") is UNKNOWN


@pytest.mark.parametrize(
    ("rows", "certain"),
    [
        ([{"a": None}], False),
        ([{"a": None}, {"b": "<Hidden>"}], True),
        ([{"properties": {"b": "<Hidden>"}}], True),
        ([], False),
    ],
    ids=str,
)
def test_null_means_empty_only_where_hidden_is_spelled_out(rows, certain):
    assert detect_spelling(rows).null_means_empty is certain


def test_texts_lose_what_no_database_keeps():
    assert clean_text("a\x00b\ud800c") == "ab?c"


@given(JSON)
def test_no_value_breaks_a_reader(value):
    row = {"x": value, "properties": value}
    read_text(row, "x", CERTAIN)
    read_reference(row, "x.y", DOUBTFUL)
    found = read_references(row, "x")
    read_day(row, "x")
    assert found is UNKNOWN or all(isinstance(each, str) for each in found.ids)


@pytest.mark.parametrize(
    ("value", "day"),
    [
        (1772323200000, date(2026, 3, 1)),
        ("1772323200000", date(2026, 3, 1)),
        ({"date": "2026-03-01"}, date(2026, 3, 1)),
        ("01/03/2026", UNKNOWN),
        ({"odd": 1}, UNKNOWN),
    ],
)
def test_days_are_read_in_the_shapes_that_servers_give_them(value, day):
    assert read_day({"expiryDate": value}, "expiryDate") == day
