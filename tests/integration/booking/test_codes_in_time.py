"""Which project of Calpendo a code means on a day: renamed, re-coded, reused, exchanged, and alike."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from fornix.booking.acceptance import Closed, Grace
from fornix.booking.find import AmbiguousCode, ClosedProject, FoundProject, find_booking_project
from fornix.dicom.labels import fold_code
from fornix.models import BookingCode, BookingProject

pytestmark = pytest.mark.django_db

FIRST = datetime(2024, 1, 1, tzinfo=UTC)
CHANGE = datetime(2026, 3, 4, 9, tzinfo=UTC)
BEFORE, AFTER = date(2026, 2, 20), date(2026, 5, 1)
NOW = Grace(datetime(2026, 6, 1, tzinfo=UTC), timedelta(days=90))


def project(
    booked_id: str, code: str, *, seen=FIRST, created="2023-05-02T08:14Z", **fields
) -> BookingProject:
    told = {"status": "Approved", "is_eligible": True} | fields
    booked = BookingProject.objects.create(
        instance="main",
        external_id=booked_id,
        code=code,
        created_text=created,
        first_seen_at=seen,
        last_seen_at=seen,
        **told,
    )
    give(booked, code, seen)
    return booked


def give(
    booked: BookingProject, code: str, first_seen_at: datetime, given_up_at: datetime | None = None
) -> None:
    BookingCode.objects.create(
        booking_project=booked,
        code=code,
        folded_code=fold_code(code),
        first_seen_at=first_seen_at,
        last_seen_at=given_up_at or first_seen_at,
    )


def recode(booked: BookingProject, code: str) -> None:
    """As a sweep at CHANGE keeps it."""
    BookingCode.objects.filter(booking_project=booked).update(last_seen_at=CHANGE)
    give(booked, code, CHANGE)
    booked.code = code
    booked.save()


def meant(code: str, on: date | None) -> str:
    """The id of the project, or what there is instead."""
    match find_booking_project(code, on=on, grace=NOW):
        case FoundProject(booking_project=found):
            return found.external_id
        case ClosedProject(booking_project=found, why=why):
            return f"{found.external_id} {why}"
        case AmbiguousCode(candidates=several):
            return " or ".join(sorted(each.external_id for each in several))
        case None:
            return ""


@pytest.mark.parametrize(
    ("code", "on", "expected"),
    [
        ("OLD", BEFORE, "1"),
        ("OLD", CHANGE.date(), "1"),
        ("OLD", AFTER, ""),
        ("OLD", None, ""),
        ("NEW", AFTER, "1"),
        ("NEW", BEFORE, "1"),
        ("NEW", None, "1"),
    ],
)
def test_a_recoded_project_keeps_its_old_code_for_what_was_scanned_under_it(code, on, expected):
    recode(project("1", "OLD"), "NEW")

    assert meant(code, on) == expected


@pytest.mark.parametrize(
    ("on", "expected"), [(BEFORE, "old"), (AFTER, "new"), (CHANGE.date(), "new or old"), (None, "new")]
)
def test_a_code_that_was_given_up_and_taken_by_another_is_told_by_the_day(on, expected):
    recode(project("old", "SONG"), "BIRD")
    project("new", "SONG", seen=CHANGE, created="2026-03-04T08:00Z")

    assert meant("SONG", on) == expected


@pytest.mark.parametrize(
    ("ended", "on", "expected"),
    [
        pytest.param(timedelta(days=30), BEFORE, "old", id="before the new one began"),
        pytest.param(timedelta(days=30), AFTER, "new or old", id="in the grace of the old one"),
        pytest.param(timedelta(days=-300), AFTER, "new", id="after the grace of the old one"),
        pytest.param(timedelta(days=-300), BEFORE, "old Closed.ENDED", id="between both"),
    ],
)
def test_the_code_of_a_terminated_project_in_use_again_is_told_by_the_day(ended, on, expected):
    project("old", "SONG", status="Terminated", status_since=CHANGE + ended)
    project("new", "SONG", seen=CHANGE, created="2026-03-04T08:00Z")

    assert meant("SONG", on) == expected


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"vanished_at": CHANGE}, Closed.GONE),
        ({"status": "Denied"}, Closed.FROZEN),
        ({"status": "Draft"}, Closed.NOT_YET),
    ],
)
def test_data_of_a_closed_project_never_goes_to_the_next_of_its_code(fields, why):
    project("old", "SONG", **fields)
    project("new", "SONG", seen=CHANGE, created="2026-03-04T08:00Z")

    assert (meant("SONG", BEFORE), meant("SONG", AFTER)) == (f"old {why}", "new")


@pytest.mark.parametrize(("on", "expected"), [(BEFORE, "12"), (AFTER, "21")])
def test_two_projects_that_exchange_their_codes_are_told_by_the_day(on, expected):
    one, two = project("1", "A"), project("2", "B")
    recode(one, "B")
    recode(two, "A")

    assert meant("A", on) + meant("B", on) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [("HIN 2024", "space"), ("hin_2024", "line or space"), ("HIN_2024", "line"), (" HIN_2024 ", "line")],
)
def test_of_codes_that_fold_alike_only_the_exact_one_counts(written, expected):
    project("space", "HIN 2024")
    project("line", "HIN_2024")

    assert meant(written, AFTER) == expected


@pytest.mark.parametrize("written", ["gr\u00f6\u00dfe 7", "GRO\u0308SSE-7", " Gr\u00f6\u00dfe_7"])
def test_a_code_is_found_in_any_case_and_normal_form(written):
    project("1", "Gr\u00f6\u00dfe 7")

    assert meant(written, AFTER) == "1"


def test_a_project_that_books_no_scanner_shares_no_code():
    project("room", "SONG", is_eligible=False)
    project("mri", "SONG")

    assert meant("SONG", AFTER) == "mri"
