"""What can be imported: files, folders, zip, tar and gzip, and the DICOM and MEG of any make in them."""

from __future__ import annotations

import gzip
import shutil
import tarfile
import zipfile

import pytest
from tests.integration.ingest.archive import elements, instance, mri, put
from tests.unit.dicom.builder import EXPLICIT_BIG, IMPLICIT_LITTLE, dataset, implicit, part10, slice_elements


def as_folder(folder, target):
    return folder


def as_zip(folder, target):
    with zipfile.ZipFile(target / "data.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            archive.write(path, path.relative_to(folder))
    return target / "data.zip"


def as_tar(folder, target, suffix="tar", mode="w"):
    with tarfile.open(target / f"data.{suffix}", mode) as archive:
        archive.add(folder, "session")
    return target / f"data.{suffix}"


def as_tar_gz(folder, target):
    return as_tar(folder, target, "tar.gz", "w:gz")


def as_tar_xz(folder, target):
    return as_tar(folder, target, "tar.xz", "w:xz")


def as_gz(folder, target):
    for number, path in enumerate(sorted(folder.rglob("*.IMA"))):
        (target / f"{number}.dcm.gz").write_bytes(gzip.compress(path.read_bytes()))
    return target


@pytest.mark.parametrize("pack", [as_folder, as_zip, as_tar, as_tar_gz, as_tar_xz, as_gz])
def test_a_session_is_the_same_whatever_it_comes_packed_in(archive, tmp_path, pack):
    folder = mri(tmp_path / "plain")
    target = tmp_path / "packed"
    target.mkdir()

    report = archive.take(pack(folder, target), project="A")

    (session,) = archive.sessions()
    assert [(scan["id"], scan["files"]) for scan in session["scans"]] == [("1", 2), ("2", 2)]
    assert (report.unreadable, report.unrecognised, report.waits) == ((), (), False)


def test_single_files_are_imported_and_each_only_once(archive, tmp_path):
    first, second = sorted(mri(tmp_path / "in", numbers=(1,)).rglob("*.IMA"))

    report = archive.take(first, second, first, first.parent, project="A")

    assert [item.files for item in report.filed] == [2]
    assert report.filed[0].already_here == 0


def test_an_archive_in_a_folder_is_opened_and_documents_are_kept_whole(archive, tmp_path):
    folder = mri(tmp_path / "in", numbers=(1,))
    shutil.move(as_zip(mri(tmp_path / "more", numbers=(2,)), tmp_path), folder / "more.zip")
    with zipfile.ZipFile(folder / "notes.docx", "w") as document:
        document.writestr("[Content_Types].xml", "<Types/>")
        document.writestr("word/document.xml", "<w/>")

    report = archive.take(folder, project="A")

    assert [item.name for item in report.unrecognised] == [str(folder / "notes.docx")]
    assert [scan["id"] for scan in archive.sessions()[0]["scans"]] == ["1", "2"]


ODD_FILES = {
    "no preamble": part10(elements())[128:],
    "no file meta": elements(),
    "implicit without file meta": b"".join(implicit(tag, value) for tag, _, value in slice_elements()),
    "implicit": part10(b"".join(implicit(tag, value) for tag, _, value in slice_elements()), IMPLICIT_LITTLE),
    "big endian": part10(dataset(big=True), EXPLICIT_BIG),
    "another preamble": part10(elements(), preamble=b"MZ" + bytes(126)),
    "spectroscopy": instance(SOPClassUID="1.2.840.10008.5.1.4.1.1.4.2"),
    "report": instance(SOPClassUID="1.2.840.10008.5.1.4.1.1.88.22", Modality="SR"),
    "document": instance(SOPClassUID="1.2.840.10008.5.1.4.1.1.104.1", Modality="DOC"),
    "screenshot": instance(SOPClassUID="1.2.840.10008.5.1.4.1.1.7", Modality="OT"),
    "private class": instance(SOPClassUID="1.3.12.2.1107.5.9.1"),
    "no class": instance(SOPClassUID=None),
    "Japanese": instance(SpecificCharacterSet="ISO 2022 IR 87", PatientName=b"Yamada=\x1b$B;3ED\x1b(B"),
    "unknown charset": instance(SpecificCharacterSet="KLINGON", SeriesDescription=b"\xff\xfe\x80"),
}


@pytest.mark.parametrize("content", ODD_FILES.values(), ids=ODD_FILES.keys())
def test_dicom_of_any_age_and_kind_is_filed(archive, tmp_path, content):
    archive.take(put(tmp_path / "in" / "file", content), project="A")

    (session,) = archive.sessions()
    assert (session["subject"], [scan["files"] for scan in session["scans"]]) == ("P01", [1])


def test_an_empty_folder_is_no_error_and_leaves_nothing(archive, tmp_path):
    report = archive.take(tmp_path, project="A")

    assert (report.filed, report.unrecognised, report.unreadable) == ((), (), ())
    assert archive.show() == {"projects": [], "sessions": [], "arrivals": []}
