"""Sessions know when they were acquired and in which booking; code against booking, and cancelled ones, are flagged."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from tests.integration.ingest.archive import Archive, instance, meg, put, put_all
from tests.integration.ingest.booked_world import booked_project, booking, instant, scanner, sender

from fornix import wiring
from fornix.catalog.site_rules import SiteRules
from fornix.models import Arrival, Flag, ImagingSession, Sender

HEARING, MEMORY = "2023_112", "2024_027"
AUTUMN, SPRING = date(2025, 10, 26), date(2026, 3, 29)  # when the clocks of London change


@pytest.fixture
def london(db) -> Archive:
    """An archive at a place with summer time, with one scanner and one booking, 9:30-10:30 by hearing."""
    return Archive(wiring.store(), SiteRules(time_zone="Europe/London"))


@pytest.fixture
def mri(db):
    """The scanner, described by its station name."""
    found = scanner()
    sender(found)
    return found


def image(time: str, *, day: str = "20260304", study: str = "1.2.3", **tags) -> bytes:
    told = {"StudyDate": day, "AcquisitionDate": day, "AcquisitionTime": time, "StudyInstanceUID": study}
    return instance(**(told | {"StationName": "MRC35"} | tags))


def only() -> ImagingSession:
    return ImagingSession.objects.select_related("booking").get()


def kinds() -> list[str]:
    return list(Flag.objects.order_by("kind").values_list("kind", flat=True))


def test_a_session_knows_its_times_and_its_booking(london, mri, tmp_path):
    booked = booking(mri, "9:30", "10:30", booked_project(HEARING))

    london.take(put_all(tmp_path, [image("093500"), image("102000.5")]))

    session = only()
    assert (session.project.label, session.booking) == (HEARING, booked)
    assert session.first_acquired_at == instant("9:35")
    assert session.last_acquired_at == instant("10:20").replace(microsecond=500_000)
    assert kinds() == []


def test_late_images_widen_the_times_and_find_the_booking_again(london, mri, tmp_path):
    hearing = booked_project(HEARING)
    short, long = booking(mri, "9:00", "9:45", hearing), booking(mri, "9:45", "11:00", hearing)
    london.take(put(tmp_path / "1.dcm", image("093000", StudyDescription=HEARING)))
    assert only().booking == short

    london.take(put(tmp_path / "2.dcm", image("105000", StudyDescription=HEARING)))

    assert (only().booking, only().last_acquired_at) == (long, instant("10:50"))


@pytest.mark.parametrize(
    ("tags", "code"),
    [
        ({"PatientComments": "Project: Listening Subject: A Session: B"}, "Listening"),
        ({"StudyDescription": "2099_999^Brain"}, "2099_999"),
        ({"AccessionNumber": "2099-999"}, "2099-999"),
    ],
    ids=["comments", "description", "accession number"],
)
def test_a_code_that_nobody_has_waits_with_the_booking_as_first_guess(london, mri, tmp_path, tags, code):
    booking(mri, "9:30", "10:30", booked_project(HEARING))

    london.take(put(tmp_path / "1.dcm", image("094000", **tags)))

    arrival = Arrival.objects.get()
    assert f'no known project is called "{code}". ' in arrival.refusal
    assert arrival.guesses[0]["project"] == HEARING
    assert not ImagingSession.objects.exists()


def test_a_code_in_anothers_booking_is_filed_by_the_code_and_flagged_with_both(london, mri, tmp_path):
    booking(mri, "9:30", "10:30", booked_project(HEARING))
    booked_project(MEMORY)

    report = london.take(put(tmp_path / "1.dcm", image("094000", StudyDescription=MEMORY)))

    assert (only().project.label, only().booking, kinds()) == (MEMORY, None, ["booked_otherwise"])
    detail = "filed in 2024_027 by the code in its files, but booked 09:30-10:30 on MRI 3T by 2023_112"
    assert Flag.objects.get().detail == detail
    assert report.filed[0].notes == (detail,)


def test_what_a_person_says_is_not_flagged(london, mri, tmp_path):
    booking(mri, "9:30", "10:30", booked_project(HEARING))

    london.take(put(tmp_path / "1.dcm", image("094000")), project="MINE")

    assert (only().project.label, kinds()) == ("MINE", [])


def test_a_scan_in_a_cancelled_booking_is_flagged(london, mri, tmp_path):
    booking(mri, "9:30", "10:30", booked_project(HEARING), status="Cancelled", is_cancelled=True)

    london.take(put(tmp_path / "1.dcm", image("094000", StudyDescription=HEARING)))

    assert (only().booking, kinds()) == (None, ["booking_cancelled"])
    assert "booked 09:30-10:30 on MRI 3T by 2023_112, then cancelled" in Flag.objects.get().detail


def test_a_clock_seven_minutes_off_finds_the_booking_that_it_was(london, mri, tmp_path):
    Sender.objects.update(clock_ahead_s=420)
    booking(mri, "9:30", "10:30", booked_project(HEARING))

    london.take(put(tmp_path / "1.dcm", image("090500")))
    assert [arrival["files"] for arrival in london.show()["arrivals"]] == [1]  # 8:58 is too early
    london.take(put(tmp_path / "2.dcm", image("090800", study="1.2.4")))

    assert only().first_acquired_at == instant("9:01")


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [("2025-10-26T00:00", "2025-10-26T00:50", 0), ("2025-10-26T01:00", "2025-10-26T01:50", 1)],
    ids=["the first time", "the second time"],
)
def test_in_the_hour_that_comes_twice_the_booking_says_which_was_meant(
    london, mri, tmp_path, start, end, expected
):
    row = booking(mri, "0:00", "1:00", booked_project(HEARING), day=AUTUMN)
    row.starts_at, row.ends_at = (datetime.fromisoformat(f"{text}+00:00") for text in (start, end))
    row.save()

    london.take(put_all(tmp_path, [image("011000", day="20251026"), image("014000", day="20251026")]))

    session = only()
    assert session.booking == row
    assert session.first_acquired_at == datetime(2025, 10, 26, expected, 10, tzinfo=UTC)
    assert session.last_acquired_at == datetime(2025, 10, 26, expected, 40, tzinfo=UTC)


def test_in_the_hour_that_never_comes_a_clock_not_put_forward_is_understood(london, mri, tmp_path):
    row = booking(mri, "2:00", "3:00", booked_project(HEARING), day=SPRING)

    london.take(put(tmp_path / "1.dcm", image("013000", day="20260329")))

    assert (only().booking, only().first_acquired_at) == (row, datetime(2026, 3, 29, 1, 30, tzinfo=UTC))


def test_the_files_own_offset_counts_more_than_the_sites_zone(london, mri, tmp_path):
    booking(mri, "9:30", "10:30", booked_project(HEARING))

    london.take(put(tmp_path / "1.dcm", image("184000", TimezoneOffsetFromUTC="+0900")))

    assert only().first_acquired_at == instant("9:40")


def test_a_scan_over_midnight_is_one_session_of_its_booking(london, mri, tmp_path):
    row = booking(mri, "23:00", "23:59", booked_project(HEARING))

    london.take(put_all(tmp_path, [image("233000"), image("001500", day="20260305")]))

    assert (only().booking, only().last_acquired_at) == (row, instant("0:15", date(2026, 3, 5)))


def test_the_bookings_label_names_the_subject_where_the_files_do_not(london, mri, tmp_path):
    booking(mri, "9:30", "10:30", booked_project(HEARING), subject_label="HIN_017")
    nobody = {"PatientID": "", "PatientName": ""}

    london.take(put(tmp_path / "1.dcm", image("094000", **nobody)))

    assert only().subject.label == "HIN_017"


def test_a_meg_recording_is_of_the_booking_of_the_one_meg_scanner(london, tmp_path):
    meg_scanner = scanner("MEG", "MEG", "13")
    row = booking(meg_scanner, "12:00", "13:00", booked_project("STUDY_A"), day=date(2024, 3, 1))

    london.take(meg(tmp_path))

    assert (only().project.label, only().booking) == ("STUDY_A", row)


def test_a_meg_recording_without_a_code_waits_with_its_booking_as_the_best_guess(london, tmp_path):
    meg_scanner = scanner("MEG", "MEG", "13")
    booking(meg_scanner, "12:00", "13:00", booked_project(HEARING), day=date(2024, 3, 1))

    london.take(meg(tmp_path, project=""))

    (best,) = Arrival.objects.get().guesses
    assert best["project"] == HEARING
    assert best["why"].startswith("booked 12:00-13:00 on MEG by 2023_112, if that is the scanner")


def test_a_meg_recording_of_a_described_instrument_is_filed_by_its_booking(london, tmp_path):
    meg_scanner = scanner("MEG", "MEG", "13")
    booking(meg_scanner, "12:00", "13:00", booked_project(HEARING), day=date(2024, 3, 1))
    london.take(meg(tmp_path / "a", project=""))
    station = Arrival.objects.get().facts["station"]
    sender(meg_scanner, station=station)

    london.take(meg(tmp_path / "a", project=""))

    assert only().project.label == HEARING


def test_two_people_of_one_id_on_one_day_keep_their_own_bookings(london, mri, tmp_path):
    hearing, memory = booked_project(HEARING), booked_project(MEMORY)
    first, second = booking(mri, "9:30", "10:30", hearing), booking(mri, "14:00", "15:00", memory)
    people = [
        image("094000", PatientName="A^Anna", PatientID="007"),
        image("141000", PatientName="B^Bert", PatientID="007", study="1.2.4"),
    ]

    london.take(put_all(tmp_path, people))

    found = ImagingSession.objects.order_by("first_acquired_at")
    assert [(session.project.label, session.booking) for session in found] == [
        (HEARING, first),
        (MEMORY, second),
    ]


def test_a_scanner_behind_a_node_is_told_by_its_station(london, mri, tmp_path):
    other = scanner("MRI 7T", external_id="12")
    sender(other, station="TERRA")
    booking(mri, "9:30", "10:30", booked_project(HEARING))
    booking(other, "9:30", "10:30", booked_project(MEMORY))

    london.take(put(tmp_path / "1.dcm", image("094000", StationName="terra ")))

    assert only().project.label == MEMORY
