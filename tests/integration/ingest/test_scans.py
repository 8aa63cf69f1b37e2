"""What a scan's row tells, for every vendor's dialect."""

from __future__ import annotations

import re
from datetime import date, time

import pytest
from tests.integration.ingest.archive import Archive, instance, meg, put

from fornix import wiring
from fornix.catalog.site_rules import SiteRules
from fornix.dicom.scan_types import ScanTypeRule
from fornix.models import Scan
from fornix.simulator.mri import Content, Contrast, SeriesSpec, SessionSpec, Vendor, write_session

SMALL = {"rows": 16, "columns": 16, "slices": 4}
SERIES = (
    SeriesSpec(
        1, "t1_mprage", sequence="*tfl3d1", repetition_ms=2300, echo_ms=(2.98,), inversion_ms=900, **SMALL
    ),
    SeriesSpec(2, "bold_rest", Contrast.EPI, volumes=3, echo_ms=(30.0,), **SMALL),
    SeriesSpec(3, "screenshot", content=Content.SCREENSHOT, **SMALL),
)


def spec(vendor: Vendor) -> SessionSpec:
    return SessionSpec(vendor, "P01", "P01", "STUDY_A", date(2024, 3, 1), time(10, 15), SERIES)


@pytest.mark.parametrize("vendor", list(Vendor))
def test_every_vendors_session_is_three_scans_with_all_their_files_and_frames(archive, tmp_path, vendor):
    written = write_session(tmp_path, spec(vendor))

    archive.take(tmp_path, project="A")

    (session,) = archive.sessions()
    assert (session["modality"], [scan["id"] for scan in session["scans"]]) == ("MR", ["1", "2", "3"])
    assert sum(scan["files"] for scan in session["scans"]) == len(written)
    assert session["scans"][0]["frames"] == SMALL["slices"]
    assert sum(scan["bytes"] for scan in session["scans"]) == sum(path.stat().st_size for path in written)


@pytest.mark.parametrize("vendor", list(Vendor))
def test_mr_parameters_are_read_from_every_dialect_alike(archive, tmp_path, vendor):
    write_session(tmp_path, spec(vendor))

    archive.take(tmp_path, project="A")

    card = archive.sessions()[0]["scans"][0]["header"]
    wanted = {
        "field_strength_t": 3.0,
        "tr_ms": 2300,
        "te_ms": 2.98,
        "ti_ms": 900,
        "flip_angle_deg": 90,
        "matrix": [16, 16],
    }
    assert {key: card.get(key) for key in wanted} == wanted
    assert (card["orientation"], card["voxel_mm"]) == ("axial", [3.6, 3.6, 5.0])


def test_a_scan_is_usable_and_carries_when_it_was_acquired(archive, tmp_path):
    write_session(tmp_path, spec(Vendor.SIEMENS))

    archive.take(tmp_path, project="A")

    scan = archive.sessions()[0]["scans"][0]
    told = {key: scan[key] for key in ("description", "quality", "modality", "date", "time")}
    assert told == {
        "description": "t1_mprage",
        "quality": "usable",
        "modality": "MR",
        "date": "2024-03-01",
        "time": "10:17:00",
    }


def test_a_site_may_say_which_type_a_description_means(db, tmp_path):
    rules = SiteRules(scan_types=(ScanTypeRule(re.compile("hippo", re.IGNORECASE), "T2_hippocampus"),))
    archive = Archive(wiring.store(), rules)

    archive.take(put(tmp_path / "a.dcm", instance(SeriesDescription="t2_HIPPOcampus")), project="A")

    assert Scan.objects.get().type == "T2_hippocampus"


def test_a_recordings_card_tells_its_system_channels_and_length(archive, tmp_path):
    meg(tmp_path, parts=2)

    archive.take(tmp_path, project="A")

    card = archive.sessions()[0]["scans"][0]["header"]
    assert (card["system"], card["parts"], card["sampling_rate_hz"], card["duration_s"]) == (
        "FIF",
        2,
        250.0,
        1.0,
    )
    assert (card["channels"]["mag"], card["channels"]["grad"]) == (102, 204)
    assert len(card["projectors"]) == 3
    assert card["head_position_mm"]
