"""Pure: what the mirror holds of a person's right otherwise than Calpendo says, in words (models/booking.py, Hold)."""

from __future__ import annotations

from fornix.catalog.people import GroundHold
from fornix.models.booking import Hold

# What Calpendo says, and what becomes of it, by what is held; the time stands between them.
_OF_PART = {
    Hold.ENDING: ("No longer listed in Calpendo", "ends with the next sweep"),
    Hold.WAITING: ("No longer listed in Calpendo", "the removal waits for an administrator"),
    Hold.KEPT: ("No longer listed in Calpendo", "kept by an administrator's decision"),
    Hold.PENDING: ("Newly listed in Calpendo", "counts once an administrator agrees"),
    Hold.REFUSED: ("Listed in Calpendo", "refused by an administrator's decision"),
}
_OF_PERSON = {
    Hold.WAITING: ("Not active in Calpendo any more", "the removal waits for an administrator"),
    Hold.KEPT: ("Not active in Calpendo any more", "kept by an administrator's decision"),
    Hold.REFUSED: ("Active in Calpendo", "suspended here by an administrator's decision"),
}


def hold_told(hold: GroundHold) -> str:
    """What Calpendo says."""
    return _words(hold)[0]


def hold_effect(hold: GroundHold) -> str:
    """What becomes of it."""
    return _words(hold)[1]


def _words(hold: GroundHold) -> tuple[str, str]:
    words = _OF_PERSON if hold.of_person else _OF_PART
    return words.get(hold.kind, ("Held otherwise than Calpendo says", "an administrator decides"))
