"""What is no image: kept with the session it lies beside, by name and reason; with several people it waits."""

from __future__ import annotations

from io import BytesIO

import pytest
from pydicom import DataElement, Dataset, config, dcmwrite
from pydicom.dataset import FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, MediaStorageDirectoryStorage
from tests.factories import make_project
from tests.integration.ingest.archive import meg, mri, put

from fornix.models import File

NOTES = {
    "notes.txt": b"she moved",
    "report.pdf": b"%PDF-1.4",
    "empty": b"",
    "page.dcm": b"<html></html>",
    "half.dcm": bytes(128) + b"DICM",
    "bids.json": b"{}",
}


def kept() -> list[tuple[str, str]]:
    """Passengers, each with the subject it is kept with."""
    rows = File.objects.filter(resource__label="MISC")
    return sorted(rows.values_list("name", "resource__session__subject__label"))


def misc() -> dict[str, str]:
    return dict(kept())


@pytest.mark.parametrize(("name", "content"), NOTES.items(), ids=NOTES.keys())
def test_what_lies_beside_one_session_is_kept_with_it_and_told(archive, tmp_path, name, content):
    folder = mri(tmp_path / "in")
    put(folder / "sub" / name, content)

    report = archive.take(folder, project="A")

    (told,) = report.unrecognised
    assert (told.name, bool(told.reason)) == (str(folder / "sub" / name), True)
    assert misc() == {f"sub/{name}": "P01"}
    assert not report.waits


def directory(*references: str) -> bytes:
    """A DICOMDIR that names these files (PS3.3 F)."""
    ds = Dataset()
    ds.FileSetID = "EXPORT"
    ds.DirectoryRecordSequence = []
    for reference in references:
        record = Dataset()
        record.DirectoryRecordType = "IMAGE"
        path = reference.split("/")
        record[0x00041500] = DataElement(0x00041500, "CS", path, validation_mode=config.IGNORE)
        ds.DirectoryRecordSequence.append(record)
    ds.file_meta = FileMetaDataset()
    ds.file_meta.MediaStorageSOPClassUID = MediaStorageDirectoryStorage
    ds.file_meta.MediaStorageSOPInstanceUID = "1.2.3.99"
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    buffer = BytesIO()
    dcmwrite(buffer, ds, enforce_file_format=True)
    return buffer.getvalue()


@pytest.mark.parametrize("reference", ["IM1", "../../../etc/passwd", "/etc/passwd"])
def test_a_dicomdir_is_kept_beside_its_images_and_never_followed(archive, tmp_path, reference):
    folder = mri(tmp_path / "in", numbers=(1,))
    put(folder / "DICOMDIR", directory(reference))

    report = archive.take(folder, project="A")

    assert [item.name.rpartition("/")[2] for item in report.unrecognised] == ["DICOMDIR"]
    assert misc() == {"DICOMDIR": "P01"}
    assert archive.sessions()[0]["scans"][0]["files"] == 2


def test_passengers_go_to_the_nearest_session(archive, tmp_path):
    for patient in ("P01", "P02"):
        mri(tmp_path / "in" / patient, patient)
        put(tmp_path / "in" / patient / "notes.txt", patient.encode())

    report = archive.take(tmp_path / "in", project="A")

    assert sorted(item.group.rpartition(":")[2] for item in report.unrecognised) == ["P01", "P02"]
    assert [subject for _, subject in kept()] == ["P01", "P02"]


def test_what_lies_beside_several_people_waits(archive, tmp_path):
    for patient in ("P01", "P02"):
        mri(tmp_path / "in" / patient, patient, project="KNOWN")
    put(tmp_path / "in" / "README", b"both")
    make_project("KNOWN")

    report = archive.take(tmp_path / "in")

    assert (report.waits, misc()) == (True, {})
    assert "several people" in archive.waiting()[0]


def test_what_lies_beside_several_people_is_kept_with_the_first_when_the_operator_names_a_project(
    archive, tmp_path
):
    for patient in ("P02", "P01"):
        mri(tmp_path / "in" / patient, patient)
    put(tmp_path / "in" / "README", b"both")

    archive.take(tmp_path / "in", project="A")

    assert misc() == {"README": "P01"}


def test_two_sessions_of_one_person_share_a_passenger_without_waiting(archive, tmp_path):
    for day in (1, 2):
        mri(tmp_path / "in" / str(day), day=day)
    put(tmp_path / "in" / "README", b"both")

    assert not archive.take(tmp_path / "in", project="A").waits
    assert misc() == {"README": "P01"}


def test_a_passenger_beside_meg_is_kept_with_it(archive, tmp_path):
    folder = meg(tmp_path / "in")
    meg(folder, "emptyroom", subject="")
    put(folder / "log.txt", b"she moved")

    report = archive.take(folder, project="A")

    assert (misc(), report.waits) == ({"log.txt": "MEG01"}, False)


def test_a_folder_without_any_data_waits_with_its_reason(archive, tmp_path):
    put(tmp_path / "in" / "notes.txt", b"nothing else")

    report = archive.take(tmp_path / "in", project="A")

    assert report.waits
    (reason,) = archive.waiting()
    assert reason.startswith("nothing here is recognised as DICOM, MEG or EEG data")


@pytest.mark.parametrize("name", ["a\nb.txt", "\u202ecod.txt", "x" * 250, "a:b.txt", "sp ace.txt"])
def test_odd_names_are_kept_in_a_form_that_fits_any_zip(archive, tmp_path, name):
    folder = mri(tmp_path / "in")
    put(folder / name, b"x")

    archive.take(folder, project="A")

    ((name_kept, _),) = kept()
    assert name_kept.isprintable()
    assert ":" not in name_kept


def test_a_name_that_is_no_text_is_kept(archive, tmp_path):
    folder = mri(tmp_path / "in")
    (folder / b"caf\xe9.txt".decode(errors="surrogateescape")).write_bytes(b"x")

    archive.take(folder, project="A")

    assert list(misc()) == ["caf_udce9.txt"]


def test_two_passengers_of_one_clean_name_are_both_kept(archive, tmp_path):
    folder = mri(tmp_path / "in")
    put(folder / "a\nb.txt", b"1")
    put(folder / "a\tb.txt", b"2")

    archive.take(folder, project="A")

    assert len(misc()) == 2


def test_tables_of_equal_content_beside_the_data_are_all_kept(archive, tmp_path):
    folder = mri(tmp_path / "in")
    for name in ("run1.bval", "run2.bval", "empty1", "empty2"):
        put(folder / name, b"" if name.startswith("empty") else b"0 1000")

    archive.take(folder, project="A")
    archive.take(folder, project="A")

    names = File.objects.filter(resource__label="MISC").order_by("name").values_list("name", flat=True)
    assert list(names) == ["empty1", "empty2", "run1.bval", "run2.bval"]
