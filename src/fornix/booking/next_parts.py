"""Pure: what becomes of each part in a project when Calpendo tells of other ones. Guards come after (guards.py)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from fornix.booking.mirror import OUTLASTING, POWERLESS, USER, Part
from fornix.models.booking import Hold


def next_parts(
    before: Mapping[Part, Hold], told: Iterable[Part], *, unread: Collection[str] = ()
) -> dict[Part, Hold]:
    """The parts after an answer. Whatever a person decided holds until Calpendo itself changes its mind.

    :param unread: kinds of parts that the answer does not tell whole: those that it does not name stay as they are.
    """
    after = {part: _listed(before.get(part, Hold.NONE)) for part in told}
    for part, hold in before.items():
        if part in after:
            continue
        left = hold if part.part in unread else _unlisted(part, hold)
        if left is not None:
            after[part] = left
    return after


def _listed(hold: Hold) -> Hold:
    return hold if hold in POWERLESS else Hold.NONE


def _unlisted(part: Part, hold: Hold) -> Hold | None:
    """How a part that is no longer listed goes on; None: it ends."""
    if hold in POWERLESS or hold is Hold.ENDING:
        return None
    if hold in OUTLASTING:
        return hold
    # An owner or PI is often changed by mistake or in two steps: their part outlasts one sweep (contract 4.5).
    return None if part.part == USER else Hold.ENDING
