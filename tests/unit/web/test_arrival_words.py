"""Arrivals that wait, in the words of their page."""

from __future__ import annotations

import pytest

from fornix.ingest.decision_rows import Outcome, Skipped
from fornix.ingest.states import ArrivalState
from fornix.web.arrival_words import STATES, done_in_words, end_of_path, what_arrived, why_it_waits

ADVICE = ". Say the project, with --project, if it belongs there all the same"
REASONS = {
    "requested": "project X is Requested in Calpendo: data is filed there by itself once it is approved",
    "ended": "project X is Terminated in Calpendo and took what was scanned until 2026-06-02; this is of 2026-06-03",
    "given up": '"X" was the code of "Birds. Say no more", now Y until 2026-03-04; this is of 2026-04-04',
}


@pytest.mark.parametrize("reason", REASONS.values(), ids=REASONS.keys())
def test_a_reason_is_shown_without_what_to_type_and_whole(reason):
    assert why_it_waits(reason + ADVICE) == reason


def test_a_choice_between_projects_of_one_code_is_shown_with_their_ids():
    reason = (
        'Calpendo has several projects of the code "X". Say which one: --project calpendo:1 (A) or calpendo:2'
    )

    assert why_it_waits(reason) == reason


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
