"""Who gets one of the places for associations, when there are few. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil

# Of all places, so that nobody can keep out the scanners that an administrator described.
STRANGERS_SHARE = 3 / 4
ADDRESS_SHARE = 1 / 2


@dataclass(frozen=True, slots=True)
class Place:
    """What an association takes up: whose it is."""

    address: str
    is_described: bool


def why_no_place(asked: Place, taken: Iterable[Place], most: int) -> str:
    """Why there is no place for one more, for people; empty where there is one."""
    places = list(taken)
    if len(places) >= most:
        return f"{most} associations are open already, as many as may be."
    if asked.is_described:
        return ""
    strangers = [place.address for place in places if not place.is_described]
    if len(strangers) >= (share := ceil(most * STRANGERS_SHARE)):
        return f"Senders that nobody described have {share} associations open; the rest is for those under Scanners."
    if strangers.count(asked.address) >= (share := ceil(most * ADDRESS_SHARE)):
        return f"{asked.address} has {share} associations open already. Describe it under Scanners if it needs more."
    return ""
