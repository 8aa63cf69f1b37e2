"""Which booked times no session fills, and which sessions nobody booked."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.factories import actor_of, make_account, make_project, make_session, make_subject

from fornix.booking.coverage import LISTED, Coverage, Gap, coverage
from fornix.errors import ArchiveError
from fornix.models import Booking, BookingProject, Project, Scanner

AT = datetime(2026, 7, 10, 18, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")
DAY = date(2026, 7, 8)
TEN = datetime(2026, 7, 8, 9, tzinfo=UTC)  # on the wall clock of London in summer


@pytest.fixture
def admin(db):
    return actor_of(make_account("admin", is_administrator=True))


def scanner(modality="MR", name="MRI 3T") -> Scanner:
    return Scanner.objects.get_or_create(
        instance="main", external_id=name, defaults={"name": name, "modality": modality}
    )[0]


def booked_project(code="SONG", **fields) -> BookingProject:
    told = {"name": "Songbirds", "status": "Approved", "is_eligible": True} | fields
    return BookingProject.objects.create(
        instance="main", external_id=code, code=code, first_seen_at=AT, last_seen_at=AT, **told
    )


def book(project: BookingProject | None, start: datetime = TEN, *, hours: float = 1, **fields) -> Booking:
    told = {"status": "Approved", "scanner": scanner()} | fields
    return Booking.objects.create(
        instance="main",
        external_id=str(Booking.objects.count()),
        booking_project=project,
        starts_at=start,
        ends_at=start + timedelta(hours=hours),
        zone="Europe/London",
        **told,
    )


def scan(booked: BookingProject | None, time: str = "10:05:00", on: date = DAY, **facts):
    label = booked.code if booked else "OURS"
    project = Project.objects.filter(label=label).first() or make_project(label, booking_project=booked)
    return make_session(make_subject(project), acquired_on=on, acquired_time=time, **facts)


def gaps(admin) -> tuple[list[Gap], list[Gap]]:
    found = coverage(admin, LONDON, at=AT)
    return [each.gap for each in found.unfilled], [each.gap for each in found.unbooked]


@pytest.mark.parametrize(
    "time", ["09:30:00", "10:05:00", "11:59:59", ""], ids=["early", "in time", "late", "day only"]
)
def test_a_session_fills_the_booking_of_its_project_that_it_began_in(admin, time):
    song = booked_project()
    book(song)
    scan(song, time)

    assert gaps(admin) == ([], [])


@pytest.mark.parametrize("time", ["09:29:59", "12:00:00", "16:00:00"])
def test_at_another_time_of_the_day_neither_covers_the_other(admin, time):
    song = booked_project()
    book(song)
    scan(song, time)

    assert gaps(admin) == ([Gap.OTHER_TIME], [Gap.OTHER_TIME])


def test_a_booking_without_a_session_and_a_session_without_a_booking_are_listed(admin):
    song, bird = booked_project(), booked_project("BIRD")
    book(song)
    session = scan(bird, on=DAY - timedelta(days=2))

    found = coverage(admin, LONDON, at=AT)

    (unfilled,), (unbooked,) = found.unfilled, found.unbooked
    assert (unfilled.code, unfilled.label, unfilled.scanner, unfilled.gap) == (
        "SONG",
        "",
        "MRI 3T",
        Gap.NOTHING,
    )
    assert (unbooked.accession, unbooked.project, unbooked.gap) == (session.accession, "BIRD", Gap.NOTHING)


CALLED_OFF = {
    "Cancelled": {"status": "Cancelled", "is_cancelled": True},
    "marked": {"is_cancelled": True},
    "Denied": {"status": "Denied"},
    "gone": {"withdrawn_at": AT},
}


@pytest.mark.parametrize("fields", CALLED_OFF.values(), ids=CALLED_OFF.keys())
def test_a_booking_that_was_called_off_is_missed_only_when_the_scan_took_place(admin, fields):
    song = booked_project()
    book(song, **fields)
    assert gaps(admin) == ([], [])

    scan(song)

    assert gaps(admin) == ([], [Gap.CALLED_OFF])


def test_a_booking_of_several_days_covers_each_of_them(admin):
    song = booked_project()
    book(song, TEN - timedelta(days=2), hours=72)

    scan(song, "03:00:00")

    assert gaps(admin) == ([], [])


def test_a_session_in_the_time_of_another_project_names_it(admin):
    song, bird = booked_project(), booked_project("BIRD")
    book(song)
    scan(bird)

    (unbooked,) = coverage(admin, LONDON, at=AT).unbooked

    assert (unbooked.gap, unbooked.booked_for) == (Gap.OTHER_PROJECT, ("SONG",))


def test_a_project_of_our_own_can_have_no_booking(admin):
    book(None)
    scan(None)

    assert gaps(admin) == ([], [Gap.NOT_MIRRORED])


def test_an_mri_session_fills_no_meg_booking(admin):
    song = booked_project()
    book(song, scanner=scanner("MEG", "MEG"))
    scan(song)
    scanner()

    found = coverage(admin, LONDON, at=AT)

    assert ([each.gap for each in found.unfilled], found.unbooked_count) == ([Gap.NOTHING], 1)


NOT_COUNTED = {
    "of no project": lambda: book(None),
    "of a pseudo-project": lambda: book(booked_project("TRAINING", is_eligible=False)),
    "of a room": lambda: book(booked_project(), scanner=scanner("", "Stimulus room")),
    "not over": lambda: book(booked_project(), AT - timedelta(minutes=90)),
    "to come": lambda: book(booked_project(), AT + timedelta(days=1)),
    "long ago": lambda: book(booked_project(), AT - timedelta(days=15)),
}


@pytest.mark.parametrize("make", NOT_COUNTED.values(), ids=NOT_COUNTED.keys())
def test_bookings_that_need_no_session_are_not_listed(admin, make):
    book(booked_project("OTHER"))
    make()

    assert [each.code for each in coverage(admin, LONDON, at=AT).unfilled] == ["OTHER"]


@pytest.mark.parametrize(
    "facts",
    [{"on": DAY - timedelta(days=15)}, {"modality": "EEG"}, {"is_visible": False}],
    ids=["long ago", "of no scanner in Calpendo", "not filed yet"],
)
def test_sessions_that_need_no_booking_are_not_listed(admin, facts):
    song = booked_project()
    book(song, AT - timedelta(days=3), is_cancelled=True)

    scan(song, **facts)

    assert gaps(admin) == ([], [])


def test_without_bookings_nothing_is_said(admin):
    scan(booked_project())

    assert coverage(admin, LONDON, at=AT) == Coverage(AT - timedelta(days=14), is_known=False)


def test_long_lists_are_cut_and_counted_with_as_many_queries(admin):
    song = booked_project()
    book(song)
    with CaptureQueriesContext(connection) as few:
        coverage(admin, LONDON, at=AT)
    for number in range(LISTED + 1):
        book(song, TEN - timedelta(hours=number))
    scan(song, "23:00:00")

    with CaptureQueriesContext(connection) as many:
        found = coverage(admin, LONDON, at=AT)

    assert (len(found.unfilled), found.unfilled_count, found.unbooked_count) == (LISTED, LISTED + 2, 1)
    assert len(many) == len(few)


def test_only_administrators_may_ask(admin):
    with pytest.raises(ArchiveError):
        coverage(actor_of(make_account("alice")), LONDON, at=AT)
