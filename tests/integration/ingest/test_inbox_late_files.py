"""What comes to the inbox after the rest of its recording was taken joins it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from tests.factories import make_project
from tests.integration.ingest.archive import meg, put

from fornix.ingest.inbox import Inbox, take_inbox
from fornix.models import File, Flag

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
LONG = timedelta(minutes=30)  # longer than anything waits
DATA_SET = {
    "a.acq": b"acq",
    "a.hc": b"hc",
    "a.res4": b"MEG42RS\0" + bytes(3000),
    "a.meg4": b"MEG41CP\0" + bytes(range(200)),
}
ORDERS = {
    "side files first": ("a.acq", "a.hc"),
    "side files last": ("a.res4", "a.meg4"),
    "header": ("a.res4",),
}


@pytest.fixture
def inbox(tmp_path) -> Inbox:
    (tmp_path / "inbox").mkdir()
    return Inbox(tmp_path / "inbox")


def take(archive, inbox, day: int) -> None:
    """Two looks, so long after each other that whatever lies there is taken."""
    for later in (timedelta(0), LONG):
        take_inbox(inbox, archive.store, archive.rules, at=AT + timedelta(days=day) + later)
        assert archive.findings() == []


@pytest.mark.parametrize("stays", [False, True], ids=["put aside", "stays"])
@pytest.mark.parametrize("first", ORDERS.values(), ids=ORDERS)
def test_late_files_of_a_ctf_folder_join_what_was_taken_of_it(archive, inbox, first, stays):
    make_project("STUDY_A")
    inbox = Inbox(inbox.folder, stays=stays)
    folder = inbox.folder / "STUDY_A" / "S01_AEF_20260101_01.ds"

    for day, names in enumerate((first, DATA_SET.keys() - set(first))):
        for name in names:
            put(folder / name, DATA_SET[name])
        take(archive, inbox, day)

    assert archive.waiting() == []
    assert len(archive.sessions()) == 1
    assert File.objects.values("resource__scan").distinct().count() == 1
    assert sorted(File.objects.values_list("name", flat=True)) == sorted(
        f"{folder.name}/{n}" for n in DATA_SET
    )
    assert not Flag.objects.filter(detail__endswith="missing").exists()


def test_late_parts_of_a_split_recording_join_its_first(archive, inbox, tmp_path):
    make_project("STUDY_A")
    first, *later = sorted(meg(tmp_path / "made", parts=3).glob("*.fif"), key=lambda p: (len(p.name), p.name))

    for day, parts in enumerate(([first], later)):
        for part in parts:
            put(inbox.folder / "STUDY_A" / part.name, part.read_bytes())
        take(archive, inbox, day)

    assert [len(session["scans"]) for session in archive.sessions()] == [1]
    assert sorted(File.objects.values_list("name", flat=True)) == sorted(p.name for p in (first, *later))
    assert not Flag.objects.exists()


def test_late_parts_of_a_real_recording_without_identity_join_its_first(archive, inbox, shared_data):
    make_project("STUDY_A")
    names = ("MEGDEMO01_task_raw.fif", "MEGDEMO01_task_raw-1.fif", "MEGDEMO01_task_raw-2.fif")

    for day, parts in enumerate((names[:1], names[1:])):
        for name in parts:
            content = (shared_data / "meg" / "neuromag-split" / name).read_bytes()
            put(inbox.folder / "STUDY_A" / name, content)
        take(archive, inbox, day)

    assert [scan["files"] for session in archive.sessions() for scan in session["scans"]] == [3]
    assert not Flag.objects.exists()
