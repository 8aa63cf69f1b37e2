"""Real recordings copied to the inbox, as an acquisition computer lays them out."""

from __future__ import annotations

import hashlib
import shutil
from datetime import UTC, datetime, timedelta

import pytest
from tests.factories import make_project

from fornix.ingest.inbox import Inbox, take_inbox
from fornix.models import File, ImagingSession

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
LATER = timedelta(minutes=30)  # longer than anything waits, incomplete recordings too

FOLDERS = ["meg/neuromag-split", "meg/ctf-as-fif", "meg/bti-4d-magnes", "meg/kit-nyu", "eeg/brainvision"]


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_byte_of_a_recording_is_in_the_archive_and_the_files_in_done(
    archive, tmp_path, shared_data, folder
):
    make_project("P001")
    inbox = Inbox(tmp_path / "inbox")
    place = inbox.folder / "P001" / "SUBJECT9" / "240301"
    shutil.copytree(shared_data / folder, place)
    given = {hashlib.sha256(path.read_bytes()).hexdigest() for path in place.rglob("*") if path.is_file()}

    for later in (timedelta(0), LATER):
        take_inbox(inbox, archive.store, archive.rules, at=AT + later)

    assert set(File.objects.values_list("blob__sha256", flat=True)) == given
    assert {session.subject.label for session in ImagingSession.objects.all()} == {"SUBJECT9"}
    assert [path for path in (inbox.folder / "P001").rglob("*") if path.is_file()] == []
    assert not (inbox.folder / "failed").exists()
    assert archive.findings() == []
