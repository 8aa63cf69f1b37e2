"""`fornix import`, `show` and `check` as programs: their words, their JSON and their exit codes."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from tests.integration.ingest.archive import elements, instance, meg, mri, put
from tests.unit.dicom.builder import part10

FORNIX = str(Path(sys.executable).with_name("fornix"))


@pytest.fixture
def fornix(command_environment):
    """Runs one command line; never a stack trace."""

    def run(*words: object, **environment: str) -> subprocess.CompletedProcess[str]:
        command = [FORNIX, *[os.fsencode(str(word)) for word in words]]
        done = subprocess.run(
            command, env=command_environment | environment, capture_output=True, check=False, encoding="utf-8"
        )
        assert "Traceback" not in done.stderr
        return done

    return run


def test_show_has_the_shape_that_others_build_on(fornix, tmp_path):
    fornix("import", mri(tmp_path / "in", numbers=(1,)), meg(tmp_path / "meg"), "--project", "A")
    fornix("import", mri(tmp_path / "waits", "P02", day=2))

    shown = json.loads(fornix("show", "--json").stdout)

    assert shown.keys() == {"projects", "arrivals"}
    (project,) = shown["projects"]
    assert {key: project[key] for key in ("label", "title", "pi", "subjects")} == {
        "label": "A",
        "title": "A",
        "pi": "",
        "subjects": 2,
    }
    session = next(session for session in project["sessions"] if session["modality"] == "MR")
    told = {key: session[key] for key in ("project", "subject", "label", "accession", "modality", "date")}
    assert told == {
        "project": "A",
        "subject": "P01",
        "label": "P01",
        "accession": session["accession"],
        "modality": "MR",
        "date": "2024-03-01",
    }
    assert len(session["study_uid"]) <= 64
    assert re.fullmatch(r"\d+(?:\.\d+)*", session["study_uid"], re.ASCII)
    (scan,) = session["scans"]
    wanted = {"id", "description", "type", "modality", "uid", "files", "bytes", "frames", "header"}
    assert wanted <= scan.keys()
    assert (scan["id"], scan["files"], scan["frames"]) == ("1", 2, 2)
    (arrival,) = shown["arrivals"]
    assert arrival.keys() == {"id", "reason", "files", "bytes", "study_uid"}


def test_headers_carry_units_in_their_keys(fornix, tmp_path):
    fornix("import", mri(tmp_path / "in", numbers=(1,)), meg(tmp_path / "meg", parts=2), "--project", "A")

    (project,) = json.loads(fornix("show", "A", "--json").stdout)["projects"]

    cards = {session["modality"]: session["scans"][0]["header"] for session in project["sessions"]}
    assert {"sampling_rate_hz", "duration_s", "channels", "parts"} <= cards["MEG"].keys()
    assert {"mag", "grad"} <= cards["MEG"]["channels"].keys()
    mr = {
        "field_strength_t",
        "tr_ms",
        "te_ms",
        "flip_angle_deg",
        "voxel_mm",
        "orientation",
        "matrix",
        "coil",
        "sequence",
    }
    assert mr <= cards["MR"].keys()


EXITS = {
    "filed": (["--project", "A"], mri, 0),
    "waits": ([], mri, 3),
    "nothing there": (["--project", "A"], lambda folder: folder / "missing", 1),
    "nothing in it": (["--project", "A"], lambda folder: folder, 0),
    "a damaged archive": (["--project", "A"], lambda folder: put(folder / "a.zip", b"PK\x03\x04 damaged"), 1),
    "no such option": (["--colour"], lambda folder: folder, 2),
    "a code that cannot be": (["--project", "a\x1b[2Jb"], lambda folder: folder, 1),
}


@pytest.mark.parametrize(("options", "make", "code"), EXITS.values(), ids=EXITS.keys())
def test_exit_codes_tell_what_became_of_it(fornix, tmp_path, options, make, code):
    folder = tmp_path / "in"
    folder.mkdir()

    done = fornix("import", make(folder), *options)

    assert done.returncode == code, done.stderr
    assert bool(done.stdout or done.stderr)


def test_without_paths_the_usage_is_told(fornix):
    assert fornix("import").returncode == 2


def test_json_is_alone_on_stdout(fornix, tmp_path):
    folder = mri(tmp_path / "in")
    put(folder / "notes.txt", b"x")
    (folder / "gone").symlink_to("nowhere")

    done = fornix("import", folder, "--project", "A", "--json")

    report = json.loads(done.stdout)
    assert (done.returncode, report["sessions"][0]["files"], len(report["unrecognised"])) == (1, 5, 1)
    assert [item["name"] for item in report["unreadable"]] == [str(folder / "gone")]


def test_the_second_import_says_already_here(fornix, tmp_path):
    folder = mri(tmp_path / "in")
    fornix("import", folder, "--project", "A")

    done = fornix("import", folder, "--project", "A")

    assert (done.returncode, done.stdout) == (0, "already here: A / P01 / P01 (FORNIX_E00001): 4 files\n")


def test_names_that_are_no_text_or_hold_commands_are_printed_harmlessly(fornix, tmp_path):
    folder = mri(tmp_path / "in")
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9\x1b[2J\n.txt")).write_bytes(b"x")

    for _ in range(2):
        done = fornix("import", folder, "--project", "A", PYTHONIOENCODING="latin-1", LC_ALL="C")

    assert done.returncode == 0
    assert "\x1b" not in done.stdout
    assert "caf\\udce9?[2J?.txt" in done.stdout


def test_a_path_that_is_no_text_is_told(fornix, tmp_path):
    folder = os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9")

    done = fornix("import", folder)

    assert (done.returncode, "there is no such file or folder" in done.stderr) == (1, True)


NUL = "a\0b"


def test_text_that_no_database_holds_is_kept_as_far_as_it_is_text(fornix, tmp_path):
    keywords = [
        "PatientName",
        "PatientID",
        "StudyDescription",
        "SeriesDescription",
        "ProtocolName",
        "StationName",
    ]
    keywords += ["AccessionNumber", "PatientComments", "Manufacturer", "ManufacturerModelName", "StudyTime"]
    keywords += ["ReceiveCoilName", "SequenceName", "SoftwareVersions", "Modality", "PatientBirthDate"]
    for number, text in enumerate(
        (NUL, "\0", "x" * 5000, b"\xff\xfe\xfd", b"\xed\xa0\x80", "\u202e".encode())
    ):
        content = instance(
            **dict.fromkeys(keywords, text), SOPInstanceUID=f"1.2.{number}", StudyInstanceUID=f"1.3.{number}"
        )
        put(tmp_path / "in" / f"{number}.dcm", content)

    done = fornix("import", tmp_path / "in", "--project", "A", "--subject", "S1")

    assert (done.returncode, done.stderr) == (0, "")
    assert fornix("check", "--bytes").returncode == 0


def test_a_hostile_zip_is_contained(fornix, tmp_path):
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as archive:
        for name in ("../../../../etc/cron.d/fornix", "/tmp/fornix-was-here", "C:\\x", "..\\..\\x", "ok.dcm"):
            archive.writestr(name, part10(elements()))

    done = fornix("import", tmp_path / "evil.zip", "--project", "A")

    assert done.returncode == 0
    assert not Path("/etc/cron.d/fornix").exists()
    assert not Path("/tmp/fornix-was-here").exists()
    assert "1 file" in done.stdout


def test_the_archives_own_folder_is_not_imported(fornix, tmp_path, data_folder):
    fornix("import", mri(tmp_path / "in"), "--project", "A")

    assert "own data folder" in fornix("import", data_folder / "blobs").stderr


@pytest.mark.parametrize("name", ["file", "file/below"])
def test_a_data_folder_that_cannot_be_is_told(fornix, tmp_path, name):
    (tmp_path / "file").touch()

    done = fornix("--data", tmp_path / name, "show")

    assert (done.returncode, "cannot be made" in done.stderr) == (1, True)


def test_a_database_that_is_none_is_told(fornix, tmp_path):
    put(tmp_path / "data" / "fornix.sqlite3", b"not a database at all, but quite some text" * 100)

    done = fornix("--data", tmp_path / "data", "show", FORNIX_DATABASE="")

    assert (done.returncode, "damaged, or none" in done.stderr) == (1, True)


def test_show_tells_a_project_or_session_that_is_not_there(fornix):
    done = fornix("show", "NOPE")

    assert (done.returncode, "There is no project NOPE" in done.stderr) == (1, True)


@pytest.mark.parametrize("copies", [2])
def test_imports_of_one_folder_at_once_end_in_one_archive(fornix, command_environment, tmp_path, copies):
    folder = mri(tmp_path / "in", numbers=range(1, 20))
    meg(folder / "meg")
    put(folder / "notes.txt", b"x")
    command = [FORNIX, "import", str(folder), "--project", "A"]
    running = [
        subprocess.Popen(command, env=command_environment, stderr=subprocess.PIPE) for _ in range(copies)
    ]
    ended = [(process.communicate()[1], process.returncode) for process in running]

    assert ended == [(b"", 0)] * copies
    assert fornix("check", "--bytes").returncode == 0
    (project,) = json.loads(fornix("show", "--json").stdout)["projects"]
    assert sorted(len(session["scans"]) for session in project["sessions"]) == [1, 19]
    assert sum(scan["files"] for session in project["sessions"] for scan in session["scans"]) == 39
