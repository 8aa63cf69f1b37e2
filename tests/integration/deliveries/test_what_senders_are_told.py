"""Whoever hands in files is told of what is odd in them, and of each file once."""

from __future__ import annotations

import pytest
from tests.integration.ingest.archive import instance, meg

from fornix.models import Flag


@pytest.fixture
def hand_in(sender, work):
    """Sends files to P001, or wherever they belong; returns the sessions of the report."""

    def send(files: dict[str, bytes], project: str = "P001") -> list[dict]:
        delivery = sender.open(project=project)
        for name, content in files.items():
            sender.put(delivery, name, content)
        sender.commit(delivery)
        work()
        return sender.show(delivery)["report"]["sessions"]

    return send


def test_flags_of_recordings_are_told_once(hand_in, tmp_path):
    whole = (meg(tmp_path) / "rest_raw.fif").read_bytes()
    cut = {"meg/rest_raw.fif": whole[: len(whole) * 2 // 3]}

    first = hand_in(cut)
    again = hand_in(cut)

    (flag,) = Flag.objects.all()
    assert "bytes" in flag.detail
    assert [session["notes"] for session in first + again] == [[flag.detail], []]


def test_other_bytes_of_one_image_are_told(hand_in):
    uids = {"SOPInstanceUID": "1.2.9.9", "StudyInstanceUID": "1.2.3"}
    hand_in({"1.dcm": instance(**uids, SeriesDescription="first")})

    (session,) = hand_in({"2.dcm": instance(**uids, SeriesDescription="other")})

    assert "both are kept" in session["notes"][0]


def test_a_file_that_had_waited_is_told_once(hand_in):
    image = {"1.dcm": instance(PatientID="P1", StudyInstanceUID="1.2.3", StudyDescription=None)}
    assert hand_in(image, project="") == []

    (session,) = hand_in(image)

    assert (session["is_new"], session["files"], session["already_here"]) == (True, 1, 0)
