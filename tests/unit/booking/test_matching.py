"""A scan and the bookings of its scanner: which one it was made in, and when that is left open (contract 4.8)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fornix.booking.matching import (
    BookedSlot,
    Standing,
    booked_otherwise,
    booking_of,
    cancelled_booking,
    deciding_project,
    match_scan,
    standing_of,
)

A, B = 1, 2
_numbers = count(1)


def at(text: str) -> datetime:
    hour, minute = map(int, text.split(":"))
    return datetime(2026, 3, 4, tzinfo=UTC) + timedelta(hours=hour, minutes=minute)


def scan(first: str, last: str | None = None) -> tuple[tuple[datetime, datetime], ...]:
    return ((at(first), at(last or first)),)


def slot(start: str, end: str, project: int | None = A, standing=Standing.OPEN) -> BookedSlot:
    return BookedSlot(next(_numbers), at(start), at(end), project, standing)


DECISIONS = {
    "in its booking": (scan("9:35", "10:20"), [slot("9:30", "10:30")], A),
    "begins 29 minutes early": (scan("9:01", "9:25"), [slot("9:30", "10:30")], A),
    "begins 31 minutes early, half in": (scan("8:59", "9:01"), [slot("9:30", "10:30")], A),
    "all before the half hour": (scan("8:30", "8:59"), [slot("9:30", "10:30")], None),
    "overruns by an hour": (scan("10:35", "11:29"), [slot("9:30", "10:30")], A),
    "more than half too late": (scan("11:20", "11:45"), [slot("9:30", "10:30")], None),
    "begins forty minutes late": (scan("10:10", "11:00"), [slot("9:30", "10:30")], A),
    "one image alone": (scan("9:40"), [slot("9:30", "10:30")], A),
    "one image at the end of the hour after": (scan("11:30"), [slot("9:30", "10:30")], None),
    "back to back, one project": (scan("10:00", "11:00"), [slot("9:30", "10:30"), slot("10:30", "11:30")], A),
    "back to back, two projects": (
        scan("10:40", "11:20"),
        [slot("9:30", "10:30"), slot("10:30", "11:30", B)],
        None,
    ),
    "far apart": (scan("14:05", "14:50"), [slot("9:30", "10:30"), slot("14:00", "15:00", B)], B),
    "a booking without a project alone": (scan("9:40", "10:00"), [slot("9:30", "10:30", None)], None),
    "beside one without a project": (
        scan("9:40", "10:00"),
        [slot("9:30", "10:30"), slot("9:30", "10:30", None)],
        None,
    ),
    "cancelled": (scan("9:40", "10:00"), [slot("9:30", "10:30", standing=Standing.CANCELLED)], None),
    "cancelled and booked anew": (
        scan("9:40", "10:00"),
        [slot("9:30", "10:30", standing=Standing.CANCELLED), slot("9:30", "10:30", B)],
        B,
    ),
    "cancelled, between the neighbour's hours": (
        scan("10:35", "11:00"),
        [slot("9:30", "10:30"), slot("10:30", "11:30", B, standing=Standing.CANCELLED)],
        None,
    ),
    "nothing booked": (scan("9:40", "10:00"), [], None),
}


@pytest.mark.parametrize(("spans", "slots", "project"), DECISIONS.values(), ids=DECISIONS.keys())
def test_a_scan_is_of_the_one_project_that_booked_it(spans, slots, project):
    assert deciding_project(match_scan(spans, slots)) == project


def test_of_two_bookings_of_one_project_the_one_that_holds_more_of_the_scan_is_meant():
    first, second = slot("9:30", "10:30"), slot("10:30", "11:30")

    matches = match_scan(scan("10:20", "11:20"), [first, second])

    found = booking_of(matches, A)
    assert found is not None
    assert found.slot == second


def test_of_two_that_fit_equally_well_none_is_chosen():
    slots = [slot("9:30", "10:30"), slot("9:30", "10:30")]

    assert booking_of(match_scan(scan("9:40", "10:00"), slots), A) is None


def test_a_code_finds_its_booking_between_those_of_others():
    slots = [slot("9:30", "10:30", B), slot("10:30", "11:30", A)]

    matches = match_scan(scan("10:35", "11:10"), slots)

    assert (booking_of(matches, A).slot, booked_otherwise(matches, A)) == (slots[1], None)


def test_a_scan_of_one_project_in_anothers_booking_is_told():
    matches = match_scan(scan("9:40", "10:00"), [slot("9:30", "10:30", B)])

    assert booked_otherwise(matches, A).slot.project_id == B


@pytest.mark.parametrize("standing", [Standing.CANCELLED, Standing.DENIED, Standing.WITHDRAWN])
def test_a_scan_in_a_booking_that_was_called_off_is_told(standing):
    called_off = slot("9:30", "10:30", standing=standing)

    assert cancelled_booking(match_scan(scan("9:40", "10:00"), [called_off]), A).slot == called_off
    moved = [called_off, slot("9:45", "10:45")]
    assert cancelled_booking(match_scan(scan("9:40", "10:00"), moved), A) is None


def test_an_hour_that_comes_twice_is_read_as_the_booking_says():
    spans = scan("0:30", "0:50") + scan("1:30", "1:50")

    (match,) = match_scan(spans, [slot("1:30", "2:00")])

    assert (match.reading, match.inside) == (1, 1.0)


def test_two_readings_in_two_projects_bookings_leave_it_open():
    spans = scan("0:30", "0:50") + scan("3:30", "3:50")

    assert deciding_project(match_scan(spans, [slot("0:30", "1:00"), slot("3:30", "4:00", B)])) is None


STATUSES = [
    ("APPROVED", False, False, Standing.OPEN),
    ("Requested", False, False, Standing.OPEN),
    ("tentative", False, False, Standing.OPEN),
    ("Approved", True, False, Standing.CANCELLED),
    ("CANCELED", False, False, Standing.CANCELLED),
    ("Denied", False, True, Standing.DENIED),
    ("Approved", False, True, Standing.WITHDRAWN),
    ("Pending", False, False, Standing.UNKNOWN),
    ("", False, False, Standing.UNKNOWN),
]


@pytest.mark.parametrize(("status", "is_cancelled", "is_withdrawn", "standing"), STATUSES)
def test_a_booking_counts_by_its_status(status, is_cancelled, is_withdrawn, standing):
    assert standing_of(status, is_cancelled=is_cancelled, is_withdrawn=is_withdrawn) is standing


_minutes = st.integers(0, 24 * 60)
_day = datetime(2026, 3, 4, tzinfo=UTC)


def _interval(pair: tuple[int, int]) -> tuple[datetime, datetime]:
    begin, length = pair
    return _day + timedelta(minutes=begin), _day + timedelta(minutes=begin + length)


_spans = st.tuples(_minutes, st.integers(0, 240)).map(_interval)
_slots = st.lists(
    st.tuples(
        st.tuples(_minutes, st.integers(1, 240)).map(_interval),
        st.sampled_from([A, B, None]),
        st.sampled_from(list(Standing)),
    ),
    max_size=5,
).map(lambda rows: [BookedSlot(n, *when, project, how) for n, (when, project, how) in enumerate(rows)])


@given(_spans, _slots)
def test_only_a_standing_booking_that_holds_half_of_the_scan_decides(span, slots):
    matches = match_scan([span], slots)

    assert all(0 < match.share <= 1 and 0 <= match.inside <= match.share for match in matches)
    project = deciding_project(matches)
    if project is not None:
        deciding = [match for match in matches if match.counts]
        assert {match.slot.project_id for match in deciding} == {project}
        assert all(match.slot.standing is Standing.OPEN and match.share >= 0.5 for match in deciding)


@given(_spans, _slots, st.integers(-600, 600))
def test_moving_scan_and_bookings_together_changes_nothing(span, slots, minutes):
    by = timedelta(minutes=minutes)
    moved = [BookedSlot(s.id, s.starts_at + by, s.ends_at + by, s.project_id, s.standing) for s in slots]

    before = match_scan([span], slots)
    after = match_scan([(span[0] + by, span[1] + by)], moved)

    assert [(m.slot.id, m.share, m.inside) for m in before] == [(m.slot.id, m.share, m.inside) for m in after]


@given(_spans, _slots)
def test_anothers_booking_over_the_whole_scan_never_leaves_it_decided_for_the_first(span, slots):
    rival = BookedSlot(99, span[0], span[1] + timedelta(minutes=1), 3)

    assert deciding_project(match_scan([span], [*slots, rival])) in (None, 3)


@given(_spans, _slots.flatmap(lambda slots: st.tuples(st.just(slots), st.permutations(slots))))
def test_the_order_of_bookings_means_nothing(span, both):
    slots, shuffled = both

    assert match_scan([span], slots) == match_scan([span], shuffled)
