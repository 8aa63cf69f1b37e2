"""Real exports of several vendors, and recordings of several systems, against facts that were read independently."""

from __future__ import annotations

import json

import pytest
from pydicom import dcmread

from fornix.models import File

FOLDERS = [
    "ct-siemens-header-only",
    "dicomdir-three-patients",
    "ge-architect-b0map",
    "ge-mr750-epirt",
    "philips-achieva-classic-epi",
    "philips-enhanced-multiframe-b0",
    "siemens-phoenix-report-sr",
    "siemens-prisma-multiecho-mosaic",
    "siemens-skyra-mosaic-epi",
    "siemens-terrax-mr-spectroscopy",
    "siemens-vida-xa10-enhanced",
    "transfer-syntaxes-one-series",
]


@pytest.fixture(scope="session")
def facts(shared_data) -> dict:
    return json.loads((shared_data / "dicom-facts.json").read_text())


def expected(studies: list[dict]) -> dict[str, dict[str, tuple[int, set[str]]]]:
    """Study -> series -> files and SeriesNumbers; without the index of a medium, which has no study."""
    return {
        study["study_instance_uid"]: {
            series["series_instance_uid"]: (series["files"], set(series["number"]))
            for series in study["series"]
        }
        for study in studies
        if study["study_instance_uid"]
    }


@pytest.mark.parametrize("name", FOLDERS)
def test_every_study_series_and_file_of_an_export_is_filed(archive, shared_data, facts, name):
    report = archive.take(shared_data / "dicom" / name, project="A", subject="S1")

    shown = {session["study_uid"]: session["scans"] for session in archive.sessions()}
    wanted = expected(facts[name]["studies"])
    dropped = sum(item.already_here for item in report.filed)
    assert shown.keys() == wanted.keys()
    for study, series in wanted.items():
        counted = {scan["uid"]: scan["files"] for scan in shown[study]}
        assert counted.keys() == series.keys()
        assert all(counted[uid] <= files for uid, (files, _) in series.items())
    files = sum(files for series in wanted.values() for files, _ in series.values())
    assert sum(scan["files"] for scans in shown.values() for scan in scans) == files - dropped


@pytest.mark.parametrize(
    "name", ["siemens-skyra-mosaic-epi", "siemens-prisma-multiecho-mosaic", "transfer-syntaxes-one-series"]
)
def test_scan_ids_are_the_smallest_series_numbers(archive, shared_data, facts, name):
    archive.take(shared_data / "dicom" / name, project="A")

    numbers = {
        uid: str(min(map(int, numbers)))
        for series in expected(facts[name]["studies"]).values()
        for uid, (_, numbers) in series.items()
    }
    assert {scan["uid"]: scan["id"] for scan in archive.sessions()[0]["scans"]} == numbers


@pytest.mark.parametrize("name", ["charsets", "edge-pydicom"])
def test_nothing_of_an_odd_folder_is_lost(archive, shared_data, name):
    folder = shared_data / "dicom" / name
    report = archive.take(folder, project="A")

    assert report.unreadable == ()
    filed = sum(item.files for item in report.filed)
    again = sum(item.already_here for item in report.filed)
    assert filed + again == len(files_of(folder))


def test_no_instance_of_an_odd_folder_is_filed_under_another_study(archive, shared_data):
    folder = shared_data / "dicom" / "edge-pydicom"
    archive.take(folder, project="A", subject="S1")
    for file in File.objects.filter(resource__label="DICOM").select_related(
        "resource__scan__session", "blob"
    ):
        with archive.store.open(file.blob.key) as stream:
            ds = dcmread(stream, force=True, stop_before_pixels=True)
        scan = file.resource.scan
        assert (scan.session.study_uid, scan.uid) == (ds.StudyInstanceUID, ds.get("SeriesInstanceUID", ""))


RECORDINGS = {
    "neuromag-vectorview-synthetic": ("", "MEGDEMO01", "2015-04-20", [(1, 600.614990)]),
    "neuromag-split": ("", "MEGDEMO01", "2015-04-20", [(3, 600.614990)]),
    "neuromag-broken": ("", "MEGDEMO01", "2015-04-20", [(1, 600.614990)]),
    "ctf-as-fif": ("", "Anonymized5180_1227722051_0", "1970-01-01", [(1, 480)]),
    "kit-nyu": ("S1", "S1", "2012-05-31", [(1, 1000)]),
}


@pytest.mark.parametrize(("name", "said"), RECORDINGS.items(), ids=RECORDINGS.keys())
def test_every_recording_is_filed_with_its_parts(archive, shared_data, name, said):
    operators_subject, subject, day, scans = said

    report = archive.take(shared_data / "meg" / name, project="A", subject=operators_subject)

    (session,) = archive.sessions()
    assert (session["subject"], session["modality"], session["date"]) == (subject, "MEG", day)
    told = [(scan["header"]["parts"], scan["header"]["sampling_rate_hz"]) for scan in session["scans"]]
    assert told == [(parts, pytest.approx(rate, rel=1e-4)) for parts, rate in scans]
    assert sum(item.files for item in report.filed) == len(files_of(shared_data / "meg" / name))


def files_of(folder) -> list:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_every_file_of_a_bti_run_and_of_its_export_is_filed(archive, shared_data):
    folder = shared_data / "meg" / "bti-4d-magnes"

    report = archive.take(folder, project="A", subject="S1")

    assert sum(item.files for item in report.filed) == len(files_of(folder))
    assert {scan["header"]["system"] for session in archive.sessions() for scan in session["scans"]} == {
        "BTI",
        "FIF",
    }


def test_everything_together_twice_changes_nothing(archive, shared_data):
    first = archive.take(shared_data / "dicom", shared_data / "meg", shared_data / "eeg", project="A")
    before = (archive.show(), archive.hashes())

    second = archive.take(shared_data / "dicom", shared_data / "meg", shared_data / "eeg", project="A")

    assert (first.has_failed, second.has_failed) == (False, False)
    assert sum(item.files for item in second.filed if item.session) == 0
    assert (archive.show(), archive.hashes()) == before
