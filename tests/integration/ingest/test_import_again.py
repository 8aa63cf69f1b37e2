"""The same data again: no error, no change; other bytes under a known name: kept and flagged."""

from __future__ import annotations

import pytest
from pydicom import dcmread
from tests.integration.ingest.archive import elements, filings, instance, meg, mri, put
from tests.integration.ingest.test_import_sources import as_tar_gz, as_zip
from tests.unit.dicom.builder import part10

from fornix.models import Event, File, Flag


def test_the_same_folder_again_changes_nothing_and_says_already_here(archive, tmp_path):
    folder = mri(tmp_path / "in")
    meg(folder)
    put(folder / "notes.txt", b"she moved")
    archive.take(folder, project="A")
    before = (archive.show(), archive.hashes(), Event.objects.count())

    report = archive.take(folder, project="A")

    assert sorted((item.files, item.already_here) for item in report.filed) == [(0, 2), (0, 4)]
    assert (archive.show(), archive.hashes(), Event.objects.count()) == before


@pytest.mark.parametrize("project", ["A", ""], ids=["named", "not named"])
@pytest.mark.parametrize("pack", [as_zip, as_tar_gz])
def test_the_same_data_packed_otherwise_is_already_here(archive, tmp_path, pack, project):
    folder = mri(tmp_path / "in")
    archive.take(folder, project="A")
    before = (archive.show(), archive.hashes())

    report = archive.take(pack(folder, tmp_path), project=project)

    assert [(item.files, item.already_here) for item in report.filed] == [(0, 4)]
    assert (archive.show(), archive.hashes()) == before


CONTENT = elements()
ANOTHER_WAY = {
    "without preamble and file meta": CONTENT,
    "with another preamble": part10(CONTENT, preamble=b"II*\0" + bytes(124)),
    "with file meta of another sender": part10(CONTENT).replace(
        b"1.2.840.10008.5.1.4.1.1.4\0", b"1.2.840.10008.5.1.4.1.1.7\0", 1
    ),
}


@pytest.mark.parametrize("content", ANOTHER_WAY.values(), ids=ANOTHER_WAY.keys())
def test_the_same_data_set_in_another_wrapping_is_already_here(archive, tmp_path, content):
    archive.take(put(tmp_path / "1" / "a.dcm", part10(CONTENT)), project="A")
    before = (archive.show(), archive.hashes())

    report = archive.take(put(tmp_path / "2" / "b.dcm", content), project="A")

    assert [(item.files, item.already_here) for item in report.filed] == [(0, 1)]
    assert (archive.show(), archive.hashes()) == before


def test_copies_in_one_folder_are_kept_once(archive, tmp_path):
    for name in ("1/a", "2/a", "2/b"):
        put(tmp_path / "in" / name, part10(CONTENT))

    report = archive.take(tmp_path / "in", project="A")

    assert [(item.files, item.already_here) for item in report.filed] == [(1, 2)]
    assert len(archive.hashes()) == 1


def test_same_uid_with_other_bytes_is_kept_and_flagged(archive, tmp_path):
    one = instance(SOPInstanceUID="1.2.9.9", SeriesDescription="first")
    other = instance(SOPInstanceUID="1.2.9.9", SeriesDescription="other")
    archive.take(put(tmp_path / "1" / "a", one), project="A")

    report = archive.take(put(tmp_path / "2" / "a", other), project="A")

    assert [(item.files, item.already_here) for item in report.filed] == [(1, 0)]
    names = sorted(File.objects.values_list("name", flat=True))
    assert (len(names), names[1]) == (2, "1.2.9.9.dcm")
    assert [flag.kind for flag in Flag.objects.all()] == ["other_bytes"]
    assert "both are kept" in report.filed[0].notes[0]


def test_other_bytes_again_are_already_here_and_flagged_once(archive, tmp_path):
    for number, description in enumerate(("first", "other")):
        content = instance(SOPInstanceUID="1.2.9.9", SeriesDescription=description)
        put(tmp_path / "in" / f"{number}.dcm", content)
    archive.take(tmp_path / "in", project="A")

    report = archive.take(tmp_path / "in", project="A")

    assert [(item.files, item.already_here) for item in report.filed] == [(0, 2)]
    assert Flag.objects.count() == 1


def test_the_same_data_in_another_project_is_another_session(archive, tmp_path):
    folder = mri(tmp_path / "in")
    archive.take(folder, project="A")

    archive.take(folder, project="B")

    assert [session["project"] for session in archive.sessions()] == ["A", "B"]
    report = archive.take(folder)
    assert "several projects: A, B" in report.filed[0].waits_because


def test_late_images_join_their_session_and_their_event_says_so(archive, tmp_path):
    paths = sorted(mri(tmp_path / "in").rglob("*.IMA"))
    archive.take(*paths[:1], project="A")

    report = archive.take(*paths)

    assert [(item.is_new, item.files, item.already_here) for item in report.filed] == [(False, 3, 1)]
    told = [(event["scans"], event["files"], event["late"]) for event in filings()]
    assert told == [(1, 1, False), (1, 3, True)]


def test_one_event_tells_what_was_filed(archive, tmp_path):
    folder = mri(tmp_path / "in")
    notes = put(folder / "notes.txt", b"she moved")

    archive.take(folder, project="A")

    size = sum(path.stat().st_size for path in folder.rglob("*.IMA")) + notes.stat().st_size
    assert filings() == [{"scans": 2, "files": 5, "bytes": size, "late": False}]


def test_a_data_set_that_differs_only_in_a_byte_is_another(archive, tmp_path):
    path = sorted(mri(tmp_path / "in", numbers=(1,)).rglob("*.IMA"))[0]
    archive.take(path, project="A")
    ds = dcmread(path)
    ds.PixelData = ds.PixelData[:-2] + bytes([ds.PixelData[-2] ^ 1, ds.PixelData[-1]])
    ds.save_as(tmp_path / "changed.dcm")

    archive.take(tmp_path / "changed.dcm")

    assert archive.sessions()[0]["scans"][0]["files"] == 2
