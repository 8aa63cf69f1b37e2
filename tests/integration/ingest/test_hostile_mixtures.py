"""Archives that hold what does not belong together (hostile inputs, A17 and A18): each finds its own place."""

from __future__ import annotations

import zipfile
from pathlib import Path

from tests.factories import make_project
from tests.integration.ingest.archive import instance

from fornix.models import File


def zip_of(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def image(project: str, patient: str, study: str) -> bytes:
    return instance(StudyDescription=project, PatientID=patient, StudyInstanceUID=study)


def test_a17_one_image_of_another_project_goes_to_that_project(archive, tmp_path):
    make_project("P001")
    make_project("P002")
    mixed = {f"{number}.dcm": image("P001", "alice", "1.2.1") for number in range(3)}
    mixed["odd.dcm"] = image("P002", "bob", "1.2.2")

    archive.take(zip_of(tmp_path / "a.zip", mixed))

    placed = {(session["project"], session["subject"]) for session in archive.sessions()}
    assert placed == {("P001", "alice"), ("P002", "bob")}


def test_a18_two_studies_with_documents_among_them_are_two_sessions_and_every_file_is_kept(archive, tmp_path):
    make_project("P001")
    mixed = {
        "one/1.dcm": image("P001", "alice", "1.2.1"),
        "one/report.pdf": b"%PDF-1.4 report",
        "two/1.dcm": image("P001", "bob", "1.2.2"),
        "two/view.bmp": b"BM picture",
        "readme.txt": b"of both",
    }

    archive.take(zip_of(tmp_path / "a.zip", mixed))

    sessions = {session["subject"]: session for session in archive.sessions()}
    assert set(sessions) == {"alice", "bob"}
    names = set(File.objects.filter(resource__session__subject__label="alice").values_list("name", flat=True))
    assert any(name.endswith("report.pdf") for name in names)
    assert File.objects.count() == len(mixed)
