"""Rows of bookings in every shape that the wire may give them."""

from __future__ import annotations

import pytest

from fornix.booking.booked_times import booking_status, read_booking
from fornix.booking.wire import UNKNOWN, Spelling

START, END = "2026-03-04T09:30:00", "2026-03-04T10:30:00"
SHOWN = "[2026-03-04 09:30:00.0, 2026-03-04 10:30:00.0]"
TOLD = Spelling(null_means_empty=True)


@pytest.mark.parametrize(
    "given",
    [
        {"dateRange": {"start": START, "finish": END}},
        {"properties": {"dateRange": {"start": START, "end": END}}},
        {"dateRange": {"start": START, "end": END, "finish": None}},
        {"dateRange.start": START, "dateRange.finish": END},
        {"dateRange.start": START, "properties": {"dateRange.end": END}},
    ],
    ids=["nested", "under properties, end", "both, one empty", "dotted", "here and there"],
)
def test_both_names_of_the_end_are_read_in_every_shape(given):
    found = read_booking({"id": 1, **given}, TOLD)

    assert (found.start, found.end) == (START, END)


@pytest.mark.parametrize(
    "given",
    [{"dateRange": SHOWN}, {"dateRange": {"id": 7, "formattedName": SHOWN}}, {"formattedName": SHOWN}],
    ids=["as text", "as an object", "only as the name of the booking"],
)
def test_a_range_that_is_only_displayed_is_read(given):
    found = read_booking({"id": 1, **given}, TOLD)

    assert (found.start, found.end) == ("2026-03-04 09:30:00.0", "2026-03-04 10:30:00.0")


@pytest.mark.parametrize("times", [{}, {"dateRange": "<Hidden>"}, {"dateRange": {"start": START}}], ids=repr)
def test_a_booking_whose_time_is_hidden_is_there_all_the_same(times):
    found = read_booking({"id": "1", **times}, TOLD)

    assert (found.id, found.start, found.end) == ("1", "", "")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"project": {"id": 7, "formattedName": "x"}}, "7"),
        ({"project.id": "7"}, "7"),
        ({"project": {"id": None}}, ""),
        ({"project.id": None}, ""),
        ({"project": None}, ""),
        ({}, ""),
        ({"project": "<Hidden>"}, UNKNOWN),
        ({"project.id": "<Hidden>"}, UNKNOWN),
    ],
    ids=repr,
)
def test_the_project_is_read_as_a_reference_and_by_its_id(given, expected):
    assert read_booking({"id": "1", **given}, TOLD).project == expected


@pytest.mark.parametrize("name", ["owner", "booker"])
@pytest.mark.parametrize(
    ("written", "expected"),
    [({"id": 9104, "formattedName": "x"}, "9104"), ("9104", "9104"), (None, ""), ("<Hidden>", UNKNOWN)],
    ids=repr,
)
def test_owner_and_booker_are_read_in_every_shape(name, written, expected):
    for shape in ({name: written}, {"properties": {name: written}}, {f"{name}.id": written}):
        assert getattr(read_booking({"id": "1", **shape}, TOLD), name) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"cancelled": True}, True),
        ({"properties": {"cancelled": "TRUE"}}, True),
        ({"cancelled": "false"}, False),
        ({"cancelled": "<Hidden>"}, None),
        ({"cancelled": None}, None),
        ({"cancelled": 1}, None),
        ({}, None),
    ],
    ids=repr,
)
def test_the_mark_of_what_was_cancelled_is_a_plain_yes_or_no(given, expected):
    assert read_booking({"id": "1", **given}, TOLD).is_cancelled is expected


def test_a_booking_without_an_id_is_none():
    assert read_booking({"dateRange": {"start": START, "finish": END}}, TOLD) is None


@pytest.mark.parametrize(
    ("told", "usual"), [("APPROVED", "Approved"), ("canceled", "Cancelled"), ("In Progress", "In Progress")]
)
def test_a_status_has_one_spelling_and_an_unknown_one_its_own(told, usual):
    assert booking_status(told) == usual
