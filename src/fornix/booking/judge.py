"""Pure: may this answer be believed? (contract calpendo 4.4). An incomplete one changes nothing at all.

Looks at the answer itself; what it is beside earlier ones, comparison.py says.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from fornix.booking.answer import Answer, ProjectRow
from fornix.booking.answer_counts import Counts, count, is_mirrored_row, is_unread
from fornix.booking.comparison import FEW, Baseline, doubts_beside
from fornix.booking.config import CalpendoConfig
from fornix.booking.mirror import Mirror
from fornix.booking.wire import UNKNOWN, References


@dataclass(frozen=True, slots=True)
class Judgement:
    """Believed when there are no reasons against it. `is_by_comparison`: they come from what was known before."""

    reasons: tuple[str, ...]
    counts: Counts
    is_by_comparison: bool = False

    @property
    def is_complete(self) -> bool:
        """Whether the answer may be applied."""
        return not self.reasons


def judge(answer: Answer, mirror: Mirror, baseline: Baseline | None, config: CalpendoConfig) -> Judgement:
    """The verdict with its reasons. Without a baseline (first sweep) only the answer itself is looked at."""
    counts = count(answer, config.username)
    reasons = [*answer.flaws, *_duplicates(answer), *_emptiness(answer), *_sentinels(answer, config)]
    is_sound = not reasons
    if baseline is not None and is_sound:
        reasons += doubts_beside(baseline, answer, counts, mirror, config)
    return Judgement(tuple(reasons), counts, is_by_comparison=is_sound and bool(reasons))


def _sentinels(answer: Answer, config: CalpendoConfig) -> list[str]:
    """Ids that the site knows to be there: without them this is another Calpendo, or not all of it (4.4.3)."""
    projects, people = {row.id for row in answer.projects}, {row.id for row in answer.people}
    missing = [
        *(f"project {each}" for each in config.sentinel_projects if each not in projects),
        *(f"person {each}" for each in config.sentinel_people if each not in people),
    ]
    return [f"the {each} is missing, which the configuration says is always there" for each in missing]


def _duplicates(answer: Answer) -> list[str]:
    reasons = []
    for what, ids in (
        ("project", [row.id for row in answer.projects]),
        ("person", [row.id for row in answer.people]),
        ("resource", [row.id for row in answer.resources]),
    ):
        twice = [found for found, times in Counter(ids).items() if times > 1]
        if twice:
            reasons.append(f"the same {what} is listed twice (id {twice[0]})")
    return reasons


def _emptiness(answer: Answer) -> list[str]:
    """An empty list is what a lost right looks like: never applied, whatever the numbers (4.5)."""
    reasons = [
        f"the list of {what} is empty: may the service account still read {what}?"
        for what, rows in (
            ("projects", answer.projects),
            ("users", answer.people),
            ("resources", answer.resources),
        )
        if not rows
    ]
    if answer.projects and all(row.status is UNKNOWN for row in answer.projects):
        reasons.append("no project has a status that the service account may read")
    if answer.people and all(row.status is UNKNOWN for row in answer.people):
        reasons.append("no user has a status that the service account may read")
    if len(answer.projects) > FEW:
        reasons += [
            f"no project has {what} that can be read; if it has another name there: calpendo.fields.{name}"
            for name, what in (("code", "a code"), ("owner", "an owner"))
            if all(is_unread(getattr(row, name)) for row in answer.projects)
        ]
    mirrored = [row for row in answer.projects if is_mirrored_row(row)]
    if len(mirrored) > FEW and not any(_has_members(row) for row in mirrored):
        reasons.append("no project has any user: may the service account still read who is on a project?")
    return reasons


def _has_members(row: ProjectRow) -> bool:
    return isinstance(row.users, References) and bool(row.users.ids)
