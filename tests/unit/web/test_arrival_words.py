"""Arrivals that wait, in the words of their page."""

from __future__ import annotations

import pytest

from fornix.ingest.decision_rows import Outcome, Skipped
from fornix.ingest.states import ArrivalState
from fornix.web.arrival_words import STATES, done_in_words, end_of_path, what_arrived


@pytest.mark.parametrize(("kind", "told"), [("study", "DICOM study"), ("new kind", "Files")])
def test_a_kind_without_words_is_files(kind, told):
    assert what_arrived(kind) == told


def test_a_file_is_named_with_the_folder_that_it_lies_in():
    assert end_of_path("disk/usb/1.dcm") == "usb/1.dcm"


def test_each_state_has_its_word():
    assert set(STATES) == set(ArrivalState)


def test_what_was_left_alone_is_told_with_each_reason_once():
    outcome = Outcome(("a", "b"), (Skipped("c", "It is gone."), Skipped("d", "It is gone.")))

    told = done_in_words("file", outcome, "P1")

    assert told == "2 arrivals on the way to P1: filed in a moment. 2 others left alone: It is gone."
