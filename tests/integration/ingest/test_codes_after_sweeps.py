"""Scans of projects that Calpendo re-coded or whose code changed hands overnight, swept and filed as at a site."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.integration.booking.mirrored import sweep
from tests.integration.ingest.archive import instance, put

from fornix.ingest.importing import retry_arrival, waiting_arrivals
from fornix.models import BookingProject, Project
from fornix.simulator.calpendo.server import CalpendoServer

RECODED, ENDED, NEW = "431", "432", "461"
YESTERDAY, TODAY, NEXT_MONTH = date(2026, 3, 3), date(2026, 3, 4), date(2026, 4, 4)


@pytest.fixture
def calpendo(archive):
    with CalpendoServer() as server:
        sweep(server)
        yield server


def scan(archive, folder, code: str, on: date) -> str:
    """What became of a scan: the end of the project's id in Calpendo, or why it waits."""
    day = f"{on:%Y%m%d}"
    tags = {"StudyDescription": code, "StudyDate": day, "SeriesDate": day, "AcquisitionDate": day}
    uid = f"1.2.3.{day}"
    path = put(folder / day / "a.dcm", instance(**tags, StudyInstanceUID=uid, SeriesInstanceUID=f"{uid}.1"))
    (filed,) = archive.take(path).filed
    return filed.waits_because or filed.session.project.booking_project.external_id[-3:]


def test_after_a_recoding_both_codes_lead_to_the_project_each_at_its_time(archive, calpendo, tmp_path):
    old = BookingProject.objects.get(external_id__endswith=RECODED).code
    first = scan(archive, tmp_path / "1", old, YESTERDAY)
    keys = archive.hashes()
    calpendo.site.edit({"op": "case", "case": 6})
    sweep(calpendo)

    late = scan(archive, tmp_path / "2", old, YESTERDAY - timedelta(days=1))
    new = scan(archive, tmp_path / "3", "2025_112", NEXT_MONTH)
    wrong = scan(archive, tmp_path / "4", old, NEXT_MONTH + timedelta(days=1))

    assert [first, late, new] == [RECODED] * 3
    assert f'"{old}" was the code of "Face perception in autism", now 2025_112 until 2026-03-04' in wrong
    assert (Project.objects.get().label, keys <= archive.hashes()) == (old, True)


def test_the_code_of_an_ended_project_in_use_again_is_routed_by_the_day(archive, calpendo, tmp_path):
    code = BookingProject.objects.get(external_id__endswith=ENDED).code
    calpendo.site.edit({"op": "case", "case": 7})
    sweep(calpendo)

    days = [date(2019, 5, 6), TODAY, NEXT_MONTH]
    became = [scan(archive, tmp_path / str(day), code, day) for day in days]

    assert (became[0], became[2]) == (ENDED, NEW)
    assert "Calpendo has several projects of the code" in became[1]
    assert became[1].count("--project calpendo:") == 2


def test_what_waits_for_a_requested_project_is_filed_once_it_is_approved(archive, calpendo, tmp_path):
    booked = BookingProject.objects.get(external_id__endswith="434")
    edit = {"op": "set", "type": "Calpendo.Project", "id": booked.external_id}
    calpendo.site.edit(edit | {"fields": {"projectCode": "2026_009"}})
    sweep(calpendo)
    assert "is Requested in Calpendo" in scan(archive, tmp_path, "2026_009", TODAY)

    calpendo.site.edit(edit | {"fields": {"status": "Approved"}})
    sweep(calpendo)
    (arrival,) = waiting_arrivals()
    retry_arrival(arrival, archive.store, archive.rules)

    assert (archive.waiting(), Project.objects.get().booking_project) == ([], booked)


def test_a_project_that_ends_takes_scans_for_ninety_days_from_then_on(archive, calpendo, tmp_path):
    booked = BookingProject.objects.get(external_id__endswith="412")
    edit = {"op": "set", "type": "Calpendo.Project", "id": booked.external_id}
    calpendo.site.edit(edit | {"fields": {"status": "Terminated"}})
    sweep(calpendo)

    in_time = scan(archive, tmp_path, booked.code, TODAY + timedelta(days=90))
    too_late = scan(archive, tmp_path, booked.code, TODAY + timedelta(days=91))

    assert in_time == "412"
    assert (
        "is Terminated in Calpendo and took what was scanned until 2026-06-02; this is of 2026-06-03"
        in too_late
    )
