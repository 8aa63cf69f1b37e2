"""Rows that Calpendo no longer lists: a lost permission looks the same as a deletion (contract calpendo 4.5).

Missing is not gone: only what is missing for several sweeps and a day, and not found when asked for, counts as gone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from fornix.booking.answer import Answer
from fornix.booking.client import CalpendoClient
from fornix.booking.config import CalpendoConfig
from fornix.booking.mirror import Absence, Mirror
from fornix.booking.refusals import CalpendoUnusable

MOST_ASKED = 20  # of each type in one sweep; the others are asked for in the next ones


@dataclass(frozen=True, slots=True)
class Roll:
    """The roll call of one complete sweep. `not_found`: missing ids that Calpendo does not know when asked."""

    at: datetime
    vanish_sweeps: int
    vanish_after: timedelta
    not_found: Collection[str] = ()

    def missed(self, row_id: str, absence: Absence) -> Absence:
        """The absence of a row that this sweep did not find either."""
        if absence.is_gone:
            return absence
        since = absence.since or self.at
        # Counted as far as it matters, so that a row that stays missing is not written in every sweep.
        sweeps = min(absence.sweeps + 1, self.vanish_sweeps)
        is_gone = self.is_due(absence) and row_id in self.not_found
        return Absence(since, sweeps, is_gone)

    def is_due(self, absence: Absence) -> bool:
        """Whether a row that is missing again has been so for long enough to be believed gone."""
        since = absence.since or self.at
        return absence.sweeps + 1 >= self.vanish_sweeps and self.at - since >= self.vanish_after


def call_roll(
    client: CalpendoClient, mirror: Mirror, answer: Answer, config: CalpendoConfig, at: datetime
) -> Roll:
    """Asks for the rows that have been missing for long enough, each by its id."""
    roll = Roll(at, config.vanish_sweeps, config.vanish_after)
    projects = {row.id for row in answer.projects}
    people = {row.id for row in answer.people}
    due = [
        *_due(config.types.project, {k: each.absence for k, each in mirror.projects.items()}, projects, roll),
        *_due(config.types.person, {k: each.absence for k, each in mirror.people.items()}, people, roll),
    ]
    not_found = frozenset(row_id for type_name, row_id in due if _is_unknown(client, type_name, row_id))
    return Roll(at, config.vanish_sweeps, config.vanish_after, not_found)


def _due(
    type_name: str, absences: Mapping[str, Absence], listed: Collection[str], roll: Roll
) -> Iterable[tuple[str, str]]:
    due = [
        row_id
        for row_id, absence in absences.items()
        if row_id not in listed and not absence.is_gone and roll.is_due(absence)
    ]
    return [(type_name, row_id) for row_id in due[:MOST_ASKED]]


def _is_unknown(client: CalpendoClient, type_name: str, row_id: str) -> bool:
    try:
        return client.fetch_object(type_name, row_id) is None
    except CalpendoUnusable:
        return False
