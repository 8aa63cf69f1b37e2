"""MEG and EEG recordings become scans of one session per subject and day."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from tests.factories import make_project
from tests.integration.ingest.archive import NOON, Archive, meg, put
from tests.integration.ingest.test_import_sources import as_zip
from tests.unit.meg.test_ctf import data_set
from tests.unit.meg.test_kit import kit

from fornix.catalog.site_rules import SiteRules
from fornix.models import File, ImagingSession, Resource
from fornix.simulator.meg import EegSpec, Task, write_brainvision, write_edf


def shown(archive) -> list[tuple[str, str, list[tuple[str, str, int]]]]:
    """Subject, modality, and (description, type, files) of each scan, for each session."""
    return [
        (
            session["subject"],
            session["modality"],
            [(scan["description"], scan["type"], scan["files"]) for scan in session["scans"]],
        )
        for session in archive.sessions()
    ]


def test_recordings_of_one_day_are_scans_of_one_session(archive, tmp_path):
    meg(tmp_path, "b_raw", at=NOON + timedelta(hours=1))
    meg(tmp_path, "a_raw", at=NOON)
    meg(tmp_path, "c_raw", at=NOON + timedelta(days=1))

    archive.take(tmp_path, project="A")

    assert shown(archive) == [
        ("MEG01", "MEG", [("a_raw", "raw", 1), ("b_raw", "raw", 1)]),
        ("MEG01", "MEG", [("c_raw", "raw", 1)]),
    ]


def test_split_parts_are_one_scan(archive, tmp_path):
    meg(tmp_path, "rest_raw", parts=3)

    archive.take(tmp_path, project="A")

    (scan,) = archive.sessions()[0]["scans"]
    assert (scan["files"], scan["header"]["parts"]) == (3, 3)
    assert {"sampling_rate_hz", "duration_s", "channels"} < scan["header"].keys()


def test_raw_and_maxfiltered_are_two_scans(archive, tmp_path):
    meg(tmp_path, "rest_raw")
    meg(tmp_path, "rest_raw_tsss", is_maxfiltered=True)

    archive.take(tmp_path, project="A")

    assert sorted(shown(archive)[0][2]) == [("rest_raw", "raw", 1), ("rest_raw_tsss", "maxfiltered", 1)]


@pytest.mark.parametrize("stem", ["emptyroom_raw", "empty_room", "noise_raw"])
def test_an_empty_room_belongs_to_nobody_whatever_the_operator_says(archive, tmp_path, stem):
    meg(tmp_path, "rest_raw", subject="MEG01")
    meg(tmp_path, stem, subject="", task=Task.EMPTY_ROOM)

    archive.take(tmp_path, project="A", subject="S1")

    kinds = {subject: [kind for _, kind, _ in scans] for subject, _, scans in shown(archive)}
    assert kinds == {"S1": ["raw"], "emptyroom": ["empty_room"]}


def test_subject_and_project_come_from_megins_folders(archive, tmp_path):
    make_project("KNOWN")
    folder = tmp_path / "KNOWN" / "sub_07" / "240301"
    meg(folder, subject="other", project="elsewhere")

    archive.take(tmp_path)

    assert [(item["project"], item["subject"]) for item in archive.sessions()] == [("KNOWN", "sub_07")]


def test_a_recording_of_nobody_waits_until_the_operator_names_the_subject(archive, tmp_path):
    folder = meg(tmp_path / "in", subject="")

    assert archive.take(folder, project="A").waits
    archive.take(folder, project="A", subject="S1")

    assert ([subject for subject, _, _ in shown(archive)], archive.waiting()) == (["S1"], [])


def test_the_same_recordings_again_change_nothing(archive, tmp_path):
    meg(tmp_path / "in", parts=2)
    meg(tmp_path / "in", "noise", subject="")
    archive.take(tmp_path / "in", project="A")
    before = (archive.show(), archive.hashes())

    again = archive.take(tmp_path / "in")
    packed = archive.take(as_zip(tmp_path / "in", tmp_path))

    assert (archive.show(), archive.hashes()) == before
    assert sum(item.files for item in (*again.filed, *packed.filed)) == 0


def test_recordings_in_a_zip_are_filed_as_from_a_folder(archive, tmp_path):
    folder = meg(tmp_path / "in", parts=2)

    archive.take(as_zip(folder, tmp_path), project="A")

    assert shown(archive) == [("MEG01", "MEG", [("rest_raw", "raw", 2)])]


def test_a_second_recording_of_the_day_joins_its_session(archive, tmp_path):
    archive.take(meg(tmp_path / "1", "a_raw"), project="A")

    archive.take(meg(tmp_path / "2", "b_raw", at=NOON + timedelta(hours=2)), project="A")

    assert [len(scans) for _, _, scans in shown(archive)] == [2]
    assert [scan["id"] for scan in archive.sessions()[0]["scans"]] == ["1", "2"]


def test_a_day_is_a_day_of_the_scanners_clock(db, tmp_path):
    from fornix import wiring

    archive = Archive(wiring.store(), SiteRules(time_zone="Asia/Tokyo"))
    for hour in (1, 16):
        at = datetime(2024, 3, 2, hour, tzinfo=ZoneInfo("Asia/Tokyo"))
        meg(tmp_path, f"at{hour}_raw", at=at)

    archive.take(tmp_path, project="A")

    assert [session.acquired_on for session in ImagingSession.objects.all()] == [date(2024, 3, 2)]


def write(folder, files):
    for name, content in files.items():
        put(folder / name, content)
    return folder


def test_a_ctf_recording_keeps_its_folder(archive, tmp_path):
    write(tmp_path, data_set("S07_rest_20140317_01"))

    archive.take(tmp_path, project="A")

    assert [(subject, modality) for subject, modality, _ in shown(archive)] == [("S07", "MEG")]
    names = File.objects.filter(resource__label="CTF").values_list("name", flat=True)
    assert {name.partition("/")[0] for name in names} == {"S07_rest_20140317_01.ds"}


def test_marker_and_head_shape_files_accompany_their_kit_recording(archive, tmp_path):
    files = {"p01_task.con": kit(), "p01_task_mrk.sqd": kit(content=3), "p01.elp": b"", "p01.hsp": b"x"}

    archive.take(write(tmp_path, files), project="A", subject="S1")

    assert shown(archive) == [("S1", "MEG", [("p01_task", "raw", 1)])]
    counts = dict(Resource.objects.values_list("label", "file_count"))
    assert counts == {"KIT": 1, "COMPANIONS": 3}


def test_eeg_is_filed_apart_from_meg(archive, tmp_path):
    spec = EegSpec("S1", NOON, duration_s=2)
    write_brainvision(tmp_path / "bv", "rest", spec)
    write_edf(tmp_path / "task.edf", spec)

    archive.take(tmp_path, project="A", subject="S1")

    assert {modality for _, modality, _ in shown(archive)} == {"EEG"}


def test_no_name_of_a_person_becomes_a_label(archive, tmp_path):
    path = meg(tmp_path, subject="0") / "rest_raw.fif"
    # The experimenter's place in the header takes a name of the same length; the archive looks at neither.
    path.write_bytes(path.read_bytes().replace(b"meglab", b"JanDoe"))

    report = archive.take(tmp_path, project="A")

    assert report.waits
    assert "Doe" not in json.dumps(archive.show())


def test_a_broken_recording_is_filed_and_flagged(archive, tmp_path):
    path = meg(tmp_path) / "rest_raw.fif"
    path.write_bytes(path.read_bytes()[:-5000])

    archive.take(tmp_path, project="A")

    assert ImagingSession.objects.get().flags.get().kind == "recording"


def with_id(path, file_id: bytes):
    """The FIF file with another file id: tag 100, its data at byte 16 of the file."""
    content = path.read_bytes()
    path.write_bytes(content[:16] + file_id + content[36:])


@pytest.mark.parametrize(
    "file_id",
    [bytes.fromhex("00010003" + "00" * 8 + "386d4380" + "00" * 4), bytes.fromhex("00010003" + "11" * 16)],
    ids=["of an anonymised file", "that a program gave to all"],
)
def test_recordings_with_one_identity_are_not_one_persons(archive, tmp_path, file_id):
    for subject in ("ANNA", "BERT"):
        meg(tmp_path / subject, subject=subject)
        with_id(tmp_path / subject / "rest_raw.fif", file_id)
        archive.take(tmp_path / subject, project="A")

    assert [(session["subject"], len(session["scans"])) for session in archive.sessions()] == [
        ("ANNA", 1),
        ("BERT", 1),
    ]


def test_side_files_of_equal_content_stay_with_each_run(archive, tmp_path):
    for run in ("1", "2"):
        for name, content in data_set(f"sub_run{run}").items():
            put(tmp_path / name, content)
        put(tmp_path / f"sub_run{run}.ds" / "BadChannels", b"")
        put(tmp_path / f"sub_run{run}.ds" / "bad.segments", b"")

    archive.take(tmp_path, project="A", subject="S1")

    assert File.objects.filter(name__endswith="BadChannels").count() == 2
    assert File.objects.filter(name__endswith="bad.segments").count() == 2
