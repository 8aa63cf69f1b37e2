"""The inbox folder: what stands still is imported, put aside, and told of."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.factories import make_project
from tests.integration.ingest.archive import Archive, instance, meg, mri, put

from fornix.ingest import inbox as rounds
from fornix.ingest import inbox_import, inbox_rows
from fornix.ingest.inbox import Inbox, Taken, forget_what_is_gone, take_inbox
from fornix.models import File, InboxFile, InboxState

STILL = timedelta(seconds=30)


@dataclass
class Watcher:
    """Rounds over one inbox, at times that the test says."""

    archive: Archive
    inbox: Inbox
    at: datetime = field(default=datetime(2026, 3, 2, 9, 30, tzinfo=UTC))

    @property
    def folder(self) -> Path:
        return self.inbox.folder

    def look(self, later: timedelta = timedelta(0)) -> Taken:
        self.at += later
        taken = take_inbox(self.inbox, self.archive.store, self.archive.rules, at=self.at)
        assert self.archive.findings() == []
        return taken

    def take(self, later: timedelta = STILL) -> Taken:
        """A look, and another one when what it saw has stood still."""
        self.look()
        return self.look(later)

    def left(self) -> list[str]:
        """All files in the folder, those that were put aside as well."""
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file())


@pytest.fixture
def watcher(archive, tmp_path) -> Watcher:
    folder = tmp_path / "inbox"
    folder.mkdir()
    return Watcher(archive, Inbox(folder, STILL))


@pytest.fixture
def staying(watcher) -> Watcher:
    return Watcher(watcher.archive, Inbox(watcher.folder, STILL, stays=True))


def files_of(sessions: list[dict]) -> list[int]:
    return [sum(scan["files"] for scan in session["scans"]) for session in sessions]


def test_files_are_taken_once_they_stood_still_and_go_to_done(watcher):
    make_project("P001")
    put(watcher.folder / "P001" / "scan" / "1.dcm", instance(PatientID="alice"))

    assert watcher.look() == watcher.look(STILL / 2) == Taken()
    assert watcher.look(STILL / 2) == Taken(taken=1)

    (session,) = watcher.archive.sessions()
    assert (session["project"], session["subject"]) == ("P001", "alice")
    assert watcher.left() == ["done/P001/scan/1.dcm"]
    assert not InboxFile.objects.exists()


def test_a_folder_that_names_no_project_leaves_the_way_to_the_files(watcher):
    make_project("STUDY_A")
    mri(watcher.folder / "scanner 3", project="STUDY_A")
    put(watcher.folder / "lost.dcm", instance(PatientID="bob", StudyInstanceUID="1.2.3"))

    watcher.take()

    (session,) = watcher.archive.sessions()
    assert session["project"] == "STUDY_A"
    assert len(watcher.archive.waiting()) == 1
    assert "done/lost.dcm" in watcher.left()


def test_a_file_that_grows_is_left_alone_until_it_stands_still(watcher):
    make_project("P001")
    whole = instance(PatientID="alice")
    path = put(watcher.folder / "P001" / "1.dcm", whole[:100])
    watcher.look()

    put(path, whole)
    assert watcher.look(STILL) == Taken()

    assert watcher.look(STILL) == Taken(taken=1)
    assert files_of(watcher.archive.sessions()) == [1]


def test_a_file_of_the_same_length_with_another_time_is_another_one(watcher):
    path = put(watcher.folder / "1.dcm", instance())
    watcher.look()

    os.utime(path, ns=(0, 1))

    assert watcher.look(STILL) == Taken()
    assert watcher.look(STILL) == Taken(taken=1)


@pytest.mark.parametrize("year", [1970, 2099])
def test_how_wrong_the_clock_of_the_files_is_does_not_matter(watcher, year):
    path = put(watcher.folder / "1.dcm", instance())
    moment = datetime(year, 1, 2, tzinfo=UTC).timestamp()
    os.utime(path, (moment, moment))

    assert watcher.take() == Taken(taken=1)


def test_our_own_clock_set_back_delays_by_the_time_of_stillness_alone(watcher):
    put(watcher.folder / "1.dcm", instance())
    watcher.look()

    assert watcher.look(timedelta(days=-300)) == Taken()
    assert watcher.look(STILL) == Taken(taken=1)


def test_a_file_that_is_open_for_writing_is_not_finished(watcher):
    path = put(watcher.folder / "1.dcm", instance())

    with path.open("ab"):
        assert watcher.take() == Taken()
    with path.open("rb"):
        assert watcher.look() == Taken(taken=1)


UNFINISHED = [".1.dcm.Xq3z", ".hidden/1.dcm", "1.dcm.part", "1.dcm.filepart", "1.dcm.TMP"]


@pytest.mark.parametrize("name", UNFINISHED)
def test_names_of_copies_under_way_are_left_alone(watcher, name):
    put(watcher.folder / name, instance())

    assert watcher.take() == Taken()
    assert watcher.left() == [name]


def test_all_parts_of_a_recording_are_taken_together(watcher):
    make_project("STUDY_A")
    day = meg(watcher.folder / "STUDY_A" / "MEG07" / "240301", parts=3)
    last = sorted(day.glob("*.fif"))[-1]
    whole = last.read_bytes()
    put(last, whole[: len(whole) // 2])
    watcher.look()

    put(last, whole)
    assert watcher.look(STILL) == Taken()
    assert watcher.look(STILL) == Taken(taken=3)

    (session,) = watcher.archive.sessions()
    assert (session["subject"], files_of([session])) == ("MEG07", [3])


def test_a_recording_that_lacks_a_part_waits_longer_and_is_taken_then(watcher):
    day = meg(watcher.folder / "STUDY_A" / "MEG07" / "240301", parts=3)
    sorted(day.glob("*.fif"))[-1].unlink()

    assert watcher.take() == Taken()
    assert watcher.look(STILL * 19) == Taken(taken=2)


def test_a_ctf_data_set_is_taken_whole(watcher):
    folder = watcher.folder / "P001" / "S01_rest.ds"
    put(folder / "S01_rest.res4", b"MEG41RS\0" + bytes(3000))
    put(folder / "S01_rest.meg4", b"MEG41CP\0")
    put(folder / "hz.ds" / "more.txt", b"x")
    watcher.look()

    put(folder / "S01_rest.meg4", b"MEG41CP\0" + bytes(400))
    assert watcher.look(STILL) == Taken()

    assert watcher.look(STILL * 20) == Taken(taken=3)


def test_what_lies_beside_data_is_taken_with_it(watcher):
    make_project("P001")
    put(watcher.folder / "P001" / "scan" / "notes.txt", b"she moved")
    watcher.look()
    put(watcher.folder / "P001" / "scan" / "series" / "1.dcm", instance(PatientID="alice"))

    assert watcher.look(STILL) == Taken()
    assert watcher.look(STILL) == Taken(taken=2)

    assert watcher.archive.waiting() == []
    assert File.objects.filter(resource__session__subject__label="alice").count() == 2


def test_one_file_that_never_rests_holds_up_the_others_for_a_while_only(watcher):
    make_project("P001")
    put(watcher.folder / "P001" / "scan" / "1.dcm", instance(PatientID="alice"))
    for number in range(10):
        put(watcher.folder / "P001" / "scan" / "log.txt", b"x" * number)
        assert watcher.look(STILL) == Taken()

    put(watcher.folder / "P001" / "scan" / "log.txt", b"x" * 10)
    assert watcher.look(STILL) == Taken(taken=1)


def test_a_damaged_archive_goes_to_failed_with_the_reason_beside_it(watcher):
    put(watcher.folder / "P001" / "data.zip", b"PK\x03\x04 and then nothing")

    assert watcher.take() == Taken(failed=1)

    assert watcher.left() == ["failed/P001/data.zip", "failed/P001/data.zip.reason.txt"]
    assert "damaged" in (watcher.folder / "failed/P001/data.zip.reason.txt").read_text()
    row = InboxFile.objects.get()
    assert (row.path, row.state) == ("failed/P001/data.zip", InboxState.FAILED)


def test_a_failed_file_that_is_put_back_is_tried_again(watcher):
    put(watcher.folder / "data.zip", b"PK\x03\x04 and then nothing")
    watcher.take()
    (watcher.folder / "failed" / "data.zip").rename(watcher.folder / "data.zip")

    forget_what_is_gone(watcher.inbox)
    assert not InboxFile.objects.exists()
    assert watcher.take() == Taken(failed=1)


def test_nothing_is_overwritten_in_done(watcher):
    first, second = instance(PatientID="alice"), instance(PatientID="alice")
    for content in (first, second):
        put(watcher.folder / "1.dcm", content)
        watcher.take()

    done = {path.name: path.read_bytes() for path in (watcher.folder / "done").iterdir()}
    assert done == {"1.dcm": first, "1~2.dcm": second}


def test_names_that_differ_in_case_alone_are_two_files(watcher):
    make_project("P001")
    for name in ("Scan.dcm", "scan.DCM"):
        put(watcher.folder / "P001" / name, instance(PatientID="alice"))

    assert watcher.take() == Taken(taken=2)
    assert files_of(watcher.archive.sessions()) == [2]


def test_files_that_stay_are_remembered_until_they_change(staying):
    make_project("P001")
    path = put(staying.folder / "P001" / "1.dcm", instance(PatientID="alice"))

    assert staying.take() == Taken(taken=1)
    assert staying.take() == Taken()
    put(path, instance(PatientID="alice"))
    assert staying.take() == Taken(taken=1)

    assert files_of(staying.archive.sessions()) == [2]
    assert staying.left() == ["P001/1.dcm"]


def test_a_file_that_stayed_and_is_gone_is_forgotten(staying):
    path = put(staying.folder / "1.dcm", instance())
    staying.take()
    path.unlink()

    forget_what_is_gone(staying.inbox)

    assert not InboxFile.objects.exists()


def test_the_same_file_again_changes_nothing(watcher):
    make_project("P001")
    content = instance(PatientID="alice")
    for name in ("1.dcm", "again.dcm"):
        put(watcher.folder / "P001" / name, content)
        watcher.take()

    assert files_of(watcher.archive.sessions()) == [1]
    assert watcher.left() == ["done/P001/1.dcm", "done/P001/again.dcm"]


def test_a_link_is_told_and_never_followed(watcher, tmp_path):
    secret = put(tmp_path / "outside" / "1.dcm", instance())
    (watcher.folder / "1.dcm").symlink_to(secret)
    (watcher.folder / "away").symlink_to(secret.parent)

    assert watcher.take() == Taken()

    reasons = dict(InboxFile.objects.values_list("path", "reason"))
    assert sorted(reasons) == ["1.dcm", "away"]
    assert "link" in reasons["1.dcm"]
    assert watcher.archive.hashes() == set()


def test_a_trouble_that_is_over_is_told_no_more(watcher):
    os.mkfifo(watcher.folder / "pipe")
    watcher.look()
    assert InboxFile.objects.get().reason == "it is no regular file"

    (watcher.folder / "pipe").unlink()
    watcher.look()

    assert not InboxFile.objects.exists()


def test_an_inbox_that_is_not_there_is_told(watcher):
    watcher.folder.rmdir()

    assert watcher.look() == Taken()
    assert InboxFile.objects.get().reason == "No such file or directory"


def test_a_file_that_vanished_before_it_was_taken_is_forgotten(watcher):
    path = put(watcher.folder / "1.dcm", instance())
    watcher.look()
    path.unlink()

    assert watcher.look(STILL) == Taken()
    assert not InboxFile.objects.exists()


def test_a_file_that_changes_while_it_is_read_is_taken_again_later(watcher, monkeypatch):
    make_project("P001")
    path = put(watcher.folder / "P001" / "1.dcm", instance(PatientID="alice"))
    real = inbox_import.import_sources

    def meanwhile(sources, *arguments):
        os.utime(path, ns=(0, 5))
        return real(sources, *arguments)

    with monkeypatch.context() as patched:
        patched.setattr(inbox_import, "import_sources", meanwhile)
        assert watcher.take() == Taken()

    assert watcher.archive.sessions() == []
    assert watcher.take() == Taken(taken=1)


def test_files_that_cannot_be_moved_are_remembered_and_told(watcher):
    put(watcher.folder / "done", b"somebody's file, where our folder should be")
    put(watcher.folder / "1.dcm", instance())

    assert watcher.take() == Taken(taken=1)
    assert watcher.take() == Taken()

    row = InboxFile.objects.get()
    assert (row.state, row.reason[:25]) == (InboxState.TAKEN, "it could not be moved: Fi")


def test_one_file_that_breaks_the_import_keeps_no_other_out(watcher, monkeypatch):
    make_project("P001")
    for number in range(5):
        put(watcher.folder / "P001" / f"{number}.dcm", instance(PatientID="alice"))
    real = inbox_import.import_sources

    def breaking(sources, *arguments):
        found = list(sources)
        if any(source.name.endswith("3.dcm") for source in found):
            raise ZeroDivisionError
        return real(found, *arguments)

    monkeypatch.setattr(inbox_import, "import_sources", breaking)

    assert watcher.take() == Taken(taken=4, failed=1)
    assert "ZeroDivisionError" in (watcher.folder / "failed/P001/3.dcm.reason.txt").read_text()


def test_more_files_than_one_round_takes_are_taken_in_several(watcher, monkeypatch):
    monkeypatch.setattr(rounds, "FILES_PER_ROUND", 3)
    monkeypatch.setattr(inbox_rows, "MAX_WATCHED", 4)
    monkeypatch.setattr(inbox_rows, "_PORTION", 2)
    for number in range(7):
        put(watcher.folder / f"{number}.dcm", instance())

    taken = [watcher.look(STILL).taken for _ in range(6)]

    assert sum(taken) == 7
    assert max(taken) == 3


def test_names_that_are_no_text_are_taken_too(watcher):
    make_project("P001")
    folder = watcher.folder / "P001"
    folder.mkdir()
    (folder / os.fsdecode(b"caf\xe9.dcm")).write_bytes(instance(PatientID="alice"))

    assert watcher.take() == Taken(taken=1)
    assert files_of(watcher.archive.sessions()) == [1]
    assert len(list((watcher.folder / "done" / "P001").iterdir())) == 1
