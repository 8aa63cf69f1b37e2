"""Rows that Calpendo no longer lists: a lost permission looks the same as a deletion (contract calpendo 4.5).

Missing is not gone: only what is missing for several sweeps and a day, and not found when asked for, counts as gone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise, takewhile

from fornix.booking.answer import Answer
from fornix.booking.client import CalpendoClient
from fornix.booking.config import CalpendoConfig
from fornix.booking.mirror import Absence, BookedProject, Mirror, Person
from fornix.booking.refusals import CalpendoUnusable

MOST_ASKED = 20  # of each type in one sweep; the others are asked for in the next ones


@dataclass(frozen=True, slots=True)
class Roll:
    """The roll call of one complete sweep.

    `due_before`: what has been missing since then or longer may be gone. `not_found`: those of them that Calpendo does
    not know when asked.
    """

    at: datetime
    due_before: datetime
    not_found: Collection[str] = ()

    def missed(self, row_id: str, absence: Absence) -> Absence:
        """The absence of a row that this sweep did not find either."""
        since = absence.since or self.at
        is_gone = absence.is_gone or (since <= self.due_before and row_id in self.not_found)
        return Absence(since, is_gone)


def call_roll(
    client: CalpendoClient,
    mirror: Mirror,
    answer: Answer,
    config: CalpendoConfig,
    at: datetime,
    earlier: Sequence[datetime],
) -> Roll:
    """Asks for the rows that have been missing for long enough, each by its id.

    :param earlier: when the complete sweeps before this one began, the newest first.
    """
    needed = config.vanish_sweeps - 1  # beside this one
    comparable = _until_clock_was_set(at, earlier)
    if len(comparable) < needed:
        return Roll(at, datetime.min.replace(tzinfo=UTC))
    due_before = min([at - config.vanish_after, *comparable[:needed]])
    projects = {row.id for row in answer.projects}
    people = {row.id for row in answer.people}
    due = [
        *_due(config.types.project, mirror.projects.values(), projects, due_before),
        *_due(config.types.person, mirror.people.values(), people, due_before),
    ]
    not_found = frozenset(row_id for type_name, row_id in due if _is_unknown(client, type_name, row_id))
    return Roll(at, due_before, not_found)


def _until_clock_was_set(at: datetime, earlier: Sequence[datetime]) -> Sequence[datetime]:
    """The sweeps since the clock was last put back: times before that cannot be compared with those after it."""
    times = [at, *earlier]
    in_order = takewhile(lambda pair: pair[0] >= pair[1], pairwise(times))
    return [before for _, before in in_order]


def _due(
    type_name: str, rows: Iterable[BookedProject | Person], listed: Collection[str], before: datetime
) -> Iterable[tuple[str, str]]:
    due = [
        row.id
        for row in rows
        if row.id not in listed
        and not row.absence.is_gone
        and row.absence.since is not None
        and row.absence.since <= before
    ]
    return [(type_name, row_id) for row_id in due[:MOST_ASKED]]


def _is_unknown(client: CalpendoClient, type_name: str, row_id: str) -> bool:
    try:
        return client.fetch_object(type_name, row_id) is None
    except CalpendoUnusable:
        return False
