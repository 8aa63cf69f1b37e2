"""What a read of bookings changes: new, moved, hidden, missing and withdrawn ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from fornix.booking.booked_times import BookedTime, BookingRow, ReadBookings
from fornix.booking.next_bookings import WITHDRAWN_TOGETHER_AFTER, Calendar, next_bookings
from fornix.booking.windows import near_window
from fornix.booking.wire import UNKNOWN

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
CALENDAR = Calendar(ZoneInfo("Europe/London"), {"11"}, {"7"}, AT, {"21", "22"})
TIMES = {"start": "2026-03-04T09:30:00", "end": "2026-03-04T10:30:00"}


def row(booked_id: str = "1", **changes) -> BookingRow:
    told = {"id": booked_id, "status": "Approved", "resource": "11", "project": "7"}
    told |= {"owner": "21", "booker": "22", "subject": "HIN_017"} | TIMES
    return BookingRow(**told | changes)


def read(*rows: BookingRow, is_whole: bool = True) -> ReadBookings:
    return ReadBookings(rows, near_window(AT) if is_whole else None)


def booked(*rows: BookingRow) -> dict[str, BookedTime]:
    return {each.id: each for each in next_bookings({}, read(*rows), CALENDAR).changes}


def after(known: dict[str, BookedTime], answer: ReadBookings, sweeps: int = 1) -> dict[str, BookedTime]:
    for _ in range(sweeps):
        known = known | {each.id: each for each in next_bookings(known, answer, CALENDAR).changes}
    return known


def test_a_new_booking_keeps_what_was_written_and_the_zone():
    (found,) = booked(row()).values()

    assert (found.starts_at, found.ends_at - found.starts_at) == (
        datetime(2026, 3, 4, 9, 30, tzinfo=UTC),
        timedelta(hours=1),
    )
    assert (found.written_start, found.written_end, found.zone) == (*TIMES.values(), "Europe/London")


def test_the_same_again_changes_nothing():
    assert next_bookings(booked(row()), read(row(status="APPROVED")), CALENDAR).changes == ()


@pytest.mark.parametrize("times", [{"start": "x"}, {"end": "2026-03-04T08:30:00"}, {"start": "", "end": ""}])
def test_a_new_booking_without_a_time_is_left_out(times):
    assert booked(row(**times)) == {}


@pytest.mark.parametrize(
    "hidden",
    [
        {"status": UNKNOWN},
        {"resource": UNKNOWN},
        {"project": UNKNOWN},
        {"owner": UNKNOWN},
        {"booker": UNKNOWN},
        {"subject": UNKNOWN},
        {"start": "", "end": ""},
    ],
    ids=["status", "resource", "project", "owner", "booker", "subject", "time"],
)
def test_what_is_hidden_is_as_it_was(hidden):
    assert next_bookings(booked(row()), read(row(**hidden)), CALENDAR).changes == ()


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"owner": "22"}, ("22", "22", "HIN_017")),
        ({"booker": "404"}, ("21", "", "HIN_017")),
        ({"subject": ""}, ("21", "22", "")),
    ],
    ids=repr,
)
def test_another_owner_booker_or_subject_is_a_change(change, expected):
    (changed,) = next_bookings(booked(row()), read(row(**change)), CALENDAR).changes

    assert (changed.owner_id, changed.booker_id, changed.subject_label) == expected


def test_a_project_and_a_resource_that_the_mirror_does_not_know_are_none():
    (moved,) = next_bookings(booked(row()), read(row(project="404", resource="")), CALENDAR).changes

    assert (moved.project_id, moved.resource_id) == ("", "")


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({}, {"is_cancelled": True}, True),
        ({"is_cancelled": True}, {"is_cancelled": False}, False),
        ({"is_cancelled": True}, {}, True),
        ({"is_cancelled": True}, {"status": "Requested"}, False),
        ({"status": "Cancelled"}, {"status": "Cancelled", "is_cancelled": False}, True),
        ({"status": "Cancelled"}, {"status": UNKNOWN}, True),
        ({"status": "Cancelled"}, {}, False),
    ],
    ids=[
        "marked",
        "unmarked",
        "hidden",
        "hidden, another status",
        "by status",
        "hidden status",
        "booked again",
    ],
)
def test_a_booking_is_cancelled_by_its_status_or_its_mark(before, after, expected):
    known = booked(row(**before))

    later = known | {each.id: each for each in next_bookings(known, read(row(**after)), CALENDAR).changes}

    assert later["1"].is_cancelled is expected


def test_a_booking_told_of_twice_is_as_told_last():
    found = booked(row(), row(status="Cancelled"))

    assert found["1"].is_cancelled


def test_a_missing_booking_is_withdrawn_by_the_second_sweep_and_then_left_alone():
    answer = read(row("2"))
    known = booked(row("1"), row("2"))

    once, twice = after(known, answer), after(known, answer, 2)

    assert (once["1"].missing_sweeps, once["1"].withdrawn_at) == (1, None)
    assert (twice["1"].missing_sweeps, twice["1"].withdrawn_at) == (2, AT)
    assert next_bookings(twice, answer, CALENDAR).changes == ()


@pytest.mark.parametrize("sweeps", [1, 2])
def test_a_booking_that_comes_back_is_as_before(sweeps):
    known = booked(row("1"), row("2"))
    missing = after(known, read(row("2")), sweeps)

    assert after(missing, read(row("1"), row("2"))) == known


def test_in_an_answer_that_is_not_whole_nothing_is_missing():
    assert next_bookings(booked(row("1"), row("2")), read(row("2"), is_whole=False), CALENDAR).changes == ()


def test_what_the_window_does_not_cover_is_not_missing():
    late = {"start": "2026-06-04T09:30:00", "end": "2026-06-04T10:30:00"}

    assert next_bookings(booked(row("1", **late), row("2")), read(row("2")), CALENDAR).changes == ()


def test_a_booking_without_a_readable_time_is_not_missing():
    known = booked(row("1"), row("2"))

    assert next_bookings(known, read(row("1", start="", end=""), row("2")), CALENDAR).changes == ()


def test_an_empty_list_withdraws_nothing_and_is_told():
    found = next_bookings(booked(row("1")), read(), CALENDAR)

    assert found.changes == ()
    assert "no booking at all" in found.concerns[0]


def test_many_missing_at_once_are_told_and_withdrawn_in_a_day():
    answer = read(*(row(str(n)) for n in range(60)))
    known = booked(*(row(str(n)) for n in range(90)))

    found = next_bookings(known, answer, CALENDAR)
    in_a_day = after(known, answer, WITHDRAWN_TOGETHER_AFTER)

    assert "30 of 90 bookings are missing at once" in found.concerns[0]
    assert not any(each.withdrawn_at for each in after(known, answer, 2).values())
    assert sum(each.withdrawn_at is not None for each in in_a_day.values()) == 30


def test_a_withdrawn_booking_counts_for_no_share():
    gone = {
        each.id: replace(each, withdrawn_at=AT) for each in booked(*(row(str(n)) for n in range(90))).values()
    }

    assert next_bookings(gone, read(row("100")), CALENDAR).concerns == ()
