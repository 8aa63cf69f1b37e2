"""What may be said of a sender, and what is said where it may not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fornix.catalog.sender_checks import SenderDraft, SenderInvalid, checked_draft

GOOD = SenderDraft("Prisma, room 3", "PRISMA", address="192.0.2.7", port=104)
REFUSED = {
    "no name": {"name": "  "},
    "a name of two lines": {"name": "a\nb"},
    "a long name": {"name": "n" * 101},
    "no title": {"ae_title": ""},
    "a title of 17": {"ae_title": "A" * 17},
    "a title with a backslash": {"ae_title": "A\\B"},
    "a title in Greek": {"ae_title": "ΠΡΙΣΜΑ"},
    "a title with a control character": {"ae_title": "A\x07B"},
    "a called title of 17": {"called_ae_title": "A" * 17},
    "a host name": {"address": "scanner.example.org"},
    "half an address": {"address": "192.0.2"},
    "port 0": {"port": 0},
    "port 65536": {"port": 65_536},
    "a long station name": {"station_name": "s" * 65},
    "two days ahead": {"clock_ahead_s": 172_800},
    "a project of 300 letters": {"project_label": "p" * 300},
}


@pytest.mark.parametrize("change", REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_is_refused_by_the_field(change):
    with pytest.raises(SenderInvalid) as refusal:
        checked_draft(replace(GOOD, **change))

    assert set(refusal.value.problems) == set(change)


ACCEPTED = [
    {"address": ""},
    {"address": "192.0.2.0/24"},
    {"address": "2001:db8::7"},
    {"ae_title": "A" * 16},
    {"ae_title": "MY SCANNER"},
    {"port": None},
    {"clock_ahead_s": -420},
    {"project_label": "2023_112"},
]


@pytest.mark.parametrize("change", ACCEPTED, ids=str)
def test_what_can_be_is_taken(change):
    assert checked_draft(replace(GOOD, **change)) == replace(GOOD, **change)


def test_spaces_around_a_text_say_nothing():
    assert checked_draft(replace(GOOD, ae_title=" PRISMA ", address=" 192.0.2.7 ")) == GOOD


def test_all_that_is_wrong_is_told_at_once():
    with pytest.raises(SenderInvalid) as refusal:
        checked_draft(SenderDraft("", "", address="there", port=-1))

    assert set(refusal.value.problems) == {"name", "ae_title", "address", "port"}
