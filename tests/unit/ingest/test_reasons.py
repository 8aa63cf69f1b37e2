"""Reasons as people without a shell read them."""

from __future__ import annotations

import pytest

from fornix.ingest.reasons import why_it_waits

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
