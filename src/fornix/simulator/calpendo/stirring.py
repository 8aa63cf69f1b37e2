"""Change everywhere at once: a share of projects, people and bookings, each in a way that happens every day."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from .schema import BOOKING, PROJECT, USER
from .world import Range, Row, Value, World

# The bookings that an hourly mirror reads (contract section 1.9); a change of others would not be seen.
_WINDOW = (timedelta(days=-14), timedelta(days=60))


def stirred(world: World, clock: datetime, percent: float, seed: int) -> Iterator[Row]:
    """That share of the rows, changed. The same state, clock and seed always give the same changes.

    In a project one member leaves and another joins; a person gets another e-mail; a booking is moved by 15 minutes.
    """
    chance = random.Random(seed)
    people = world.rows(USER)
    normal = [row.id for row in people if row.values.get("status") == "Normal"]
    for row in _share(world.rows(PROJECT), percent, chance):
        yield _changed(row, clock, users=_other_members(row, normal, chance))
    for row in _share(people, percent, chance):
        yield _changed(row, clock, email=f"person{row.id}.{seed}@example.ac.test")
    wall = clock.astimezone(world.zone).replace(tzinfo=None)
    near = world.starting(BOOKING, *(wall + span for span in _WINDOW))
    for row in _share(near, percent, chance):
        yield _changed(row, clock, dateRange=_later(row))


def _share(rows: Sequence[Row], percent: float, chance: random.Random) -> list[Row]:
    return chance.sample(rows, round(len(rows) * percent / 100))


def _other_members(row: Row, normal: Sequence[str], chance: random.Random) -> tuple[str, ...]:
    users = row.values.get("users")
    members = users if isinstance(users, tuple) else ()
    newcomer = next(
        (each for each in chance.sample(normal, min(9, len(normal))) if each not in members), None
    )
    return (*members[:-1], *([newcomer] if newcomer is not None else []))


def _later(row: Row) -> Range:
    span = row.values["dateRange"]
    assert isinstance(span, Range)
    return Range(span.start + timedelta(minutes=15), span.finish + timedelta(minutes=15))


def _changed(row: Row, clock: datetime, **values: Value) -> Row:
    return replace(row, values={**row.values, **values, "modified": clock})
