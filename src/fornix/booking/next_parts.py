"""Pure: what becomes of each part in a project when Calpendo tells of other ones. Guards come after (guards.py)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime

from fornix.booking.mirror import OUTLASTING, POWERLESS, USER, BookedProject, Part
from fornix.models.booking import Hold


def next_parts(
    project: BookedProject, told: Iterable[Part], unread: Collection[str], at: datetime
) -> BookedProject:
    """The project with its parts after an answer. What a person decided holds until Calpendo changes its mind.

    :param unread: kinds of parts that the answer does not tell whole: those that it does not name stay as they are.
    """
    is_second = project.ending_since is not None and project.ending_since != at
    after = {part: _listed(project.parts.get(part, Hold.NONE)) for part in told}
    for part, hold in project.parts.items():
        if part in after:
            continue
        left = hold if part.part in unread else _unlisted(part, hold, is_second=is_second)
        if left is not None:
            after[part] = left
    ending = {part for part, hold in after.items() if hold is Hold.ENDING}
    is_new = any(project.parts.get(part) is not Hold.ENDING for part in ending)
    since = (at if is_new else project.ending_since) if ending else None
    return replace(project, parts=after, ending_since=since)


def _listed(hold: Hold) -> Hold:
    return hold if hold in POWERLESS else Hold.NONE


def _unlisted(part: Part, hold: Hold, *, is_second: bool) -> Hold | None:
    """How a part that is no longer listed goes on; None: it ends."""
    if hold in POWERLESS:
        return None
    if hold is Hold.ENDING:
        return None if is_second else hold
    if hold in OUTLASTING:
        return hold
    # An owner or PI is often changed by mistake or in two steps: their part outlasts one sweep (contract 4.5).
    return None if part.part == USER else Hold.ENDING
