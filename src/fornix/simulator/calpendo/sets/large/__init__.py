"""The `large` set: ten years of a big centre, for measuring. Figures are those of contract section 3.5."""

import random
from datetime import datetime
from zoneinfo import ZoneInfo

from ...world import World, world_of
from ..demo.catalogue import catalogue_rows
from .bookings import BookedTimes
from .people import user_rows
from .projects import project_rows, studies
from .rooms import room_rows

__all__ = ["build_large"]


def build_large(seed: int, clock: datetime, zone: ZoneInfo) -> World:
    """The whole set as of a clock (UTC): the same three arguments always give the same state."""
    chance = random.Random(seed)
    today = clock.astimezone(zone).date()
    every_study = studies(today, chance)
    rows = [
        *catalogue_rows(),
        *room_rows(),
        *user_rows(clock, chance),
        *project_rows(every_study, clock, chance),
    ]
    return world_of(rows, zone, bookings=BookedTimes(every_study, today, zone, chance))
