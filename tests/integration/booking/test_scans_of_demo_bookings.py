"""Scans in the demo's bookings (contract calpendo 3.5, cases 7 and 22 to 25), from the file to the filed session."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from tests.integration.booking.mirrored import sweep
from tests.integration.ingest.archive import Archive, instance, meg, put
from tests.integration.ingest.booked_world import sender

from fornix import wiring
from fornix.catalog.site_rules import SiteRules
from fornix.models import Arrival, Booking, Flag, ImagingSession, Scanner

P = "300004157000"  # what the demo's project ids begin with
HEARING = "2023_112"
LONDON = ZoneInfo("Europe/London")
STATIONS = {"11": "MRC35", "12": "TERRA"}


@pytest.fixture
def london(mirrored) -> Archive:
    """An archive that mirrors the demo, with its two MRI scanners described."""
    for external_id, station in STATIONS.items():
        sender(Scanner.objects.get(external_id=external_id), station=station)
    return Archive(wiring.store(), SiteRules(time_zone="Europe/London"))


def overnight(server, number: int) -> None:
    server.site.edit({"op": "case", "case": number})
    sweep(server)


def booked(server, case: int, number: int) -> Booking:
    """One of the bookings of a case, counted from 1."""
    ids = server.site.truth(("cases",))["cases"][str(case)]["bookings"]
    return Booking.objects.get(external_id=ids[number - 1])


def scan(folder: Path, first: datetime, minutes: int, *, station: str = "MRC35", code: str = "") -> Path:
    """Two images, the first and the last of a scan, by the wall clock of London."""
    for number, at in enumerate((first, first + timedelta(minutes=minutes))):
        local = at.astimezone(LONDON)
        tags = {
            "StudyDate": f"{first.astimezone(LONDON):%Y%m%d}",
            "AcquisitionDate": f"{local:%Y%m%d}",
            "AcquisitionTime": f"{local:%H%M%S}",
            "StudyInstanceUID": f"1.2.{int(first.timestamp())}",
            "StationName": station,
            "StudyDescription": code,
        }
        put(folder / f"{number}.dcm", instance(**tags))
    return folder


def into(row: Booking, minutes: int) -> datetime:
    return row.starts_at + timedelta(minutes=minutes)


def only() -> ImagingSession:
    return ImagingSession.objects.select_related("booking", "project__booking_project").get()


def kinds() -> list[str]:
    return list(Flag.objects.values_list("kind", flat=True))


def guessed() -> list[str]:
    return [guess["booking_project"].removeprefix(P) for guess in Arrival.objects.get().guesses]


def test_case_7_a_reused_code_goes_by_the_date_and_waits_with_both_where_that_leaves_it_open(
    mirrored, london, tmp_path
):
    overnight(mirrored, 7)

    london.take(scan(tmp_path / "old", datetime(2024, 5, 1, 9, 35, tzinfo=UTC), 20, code="2017_031"))
    london.take(scan(tmp_path / "new", mirrored.site.clock, 20, code="2017_031"))

    assert only().project.booking_project.external_id == P + "432"
    assert set(guessed()) >= {"432", "461"}


def test_case_22_a_scan_in_a_cancelled_booking_is_filed_by_its_code_and_flagged(mirrored, london, tmp_path):
    row = booked(mirrored, 22, 2)

    london.take(scan(tmp_path, into(row, 5), 40, code=HEARING))

    assert (only().project.label, kinds()) == (HEARING, ["booking_cancelled"])


def test_case_22_without_a_code_it_waits_and_the_cancelled_booking_is_among_the_guesses(
    mirrored, london, tmp_path
):
    london.take(scan(tmp_path, into(booked(mirrored, 22, 2), 5), 40))

    assert "412" in guessed()


def test_case_23_back_to_back_the_one_that_holds_more_is_the_booking(mirrored, london, tmp_path):
    first, second = booked(mirrored, 23, 1), booked(mirrored, 23, 2)

    london.take(scan(tmp_path, into(first, 40), 50, code=HEARING))

    assert (only().booking, kinds()) == (second, [])


def test_case_23_slots_that_were_swapped_leave_the_project_to_a_person(mirrored, london, tmp_path):
    first = booked(mirrored, 23, 3)
    files = scan(tmp_path, into(first, 20), 35)
    london.take(files)
    before = guessed()

    overnight(mirrored, 23)
    london.take(files)

    assert (before[:2], guessed()[:2]) == (["414", "421"], ["421", "414"])


def test_case_23_a_scan_forty_minutes_late_is_of_its_booking(mirrored, london, tmp_path):
    row = booked(mirrored, 23, 5)

    london.take(scan(tmp_path, into(row, 40), 50, code=HEARING))

    assert only().booking == row


def test_case_23_the_stimulus_room_booked_with_the_scanner_does_not_matter(mirrored, london, tmp_path):
    row = booked(mirrored, 23, 6)

    london.take(scan(tmp_path, into(row, 5), 70, code=HEARING))

    assert (only().booking, row.scanner.external_id) == (row, "11")


@pytest.mark.parametrize("number", [6, 7], ids=["clocks go back", "clocks go forward"])
def test_case_24_in_the_nights_of_clock_changes_the_booking_says_the_project(
    mirrored, london, tmp_path, number
):
    row = booked(mirrored, 24, number)

    london.take(scan(tmp_path, into(row, 5), 25, station="TERRA"))

    assert (only().project.booking_project.external_id, only().booking) == (P + "415", row)


def test_case_24_a_booking_to_midnight_is_of_the_scan_that_goes_on_past_it(mirrored, london, tmp_path):
    row = booked(mirrored, 24, 8)

    london.take(scan(tmp_path, into(row, 5), 40, station="TERRA"))

    assert (only().project.booking_project.external_id, only().booking) == (P + "425", row)
    assert only().last_acquired_at > row.ends_at


def test_case_25_a_recording_is_matched_by_its_folder_and_its_time(mirrored, london, tmp_path):
    row = booked(mirrored, 25, 1)

    london.take(meg(tmp_path, project=HEARING, at=into(row, 10)))

    assert (only().project.label, only().booking) == (HEARING, row)


def test_case_25_without_a_folder_it_waits_with_its_booking_as_the_first_guess(mirrored, london, tmp_path):
    row = booked(mirrored, 25, 1)

    london.take(meg(tmp_path, project="", at=into(row, 10)))

    assert guessed()[0] == "412"
