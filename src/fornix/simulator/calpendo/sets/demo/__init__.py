"""The `demo` set: a small centre, readable by a person, with the 28 cases that a mirror must get right."""

import random
from datetime import datetime
from zoneinfo import ZoneInfo

from ...world import World, world_of
from .bookings import booking_rows
from .cases import CASES, OVERNIGHT
from .catalogue import catalogue_rows
from .people import user_rows
from .projects import hidden_from_the_first, project_rows

__all__ = ["CASES", "OVERNIGHT", "build_demo"]


def build_demo(seed: int, clock: datetime, zone: ZoneInfo) -> World:
    """The whole set as of a clock (UTC): the same three arguments always give the same state."""
    chance = random.Random(seed)
    rows = [
        *catalogue_rows(),
        *user_rows(clock, chance),
        *project_rows(clock, chance),
        *booking_rows(clock, zone, chance),
    ]
    return world_of(rows, zone, hidden_from_the_first())
