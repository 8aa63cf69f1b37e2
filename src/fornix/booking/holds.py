"""What the mirror holds otherwise than Calpendo says, and the decisions of administrators about it (contract 4.5).

A decision lasts until Calpendo changes its mind; what was decided against Calpendo stays listed, and may follow it
later.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from fornix.access.actors import Actor
from fornix.access.policy import require_administrator
from fornix.booking.held_rows import (
    Held,
    HoldKind,
    find_held,
    held_parts,
    held_people,
    held_projects,
    oldest_held_at,
    waiting_count,
)
from fornix.booking.hold_effects import Decision, Effect, RightChange, decide_on
from fornix.booking.lease import require_no_sweep
from fornix.errors import Invalid, Refused

__all__ = [
    "ALL",
    "Decided",
    "Held",
    "HoldChanged",
    "HoldKind",
    "NoSuchHold",
    "RightChange",
    "approve",
    "held",
    "held_count",
    "oldest_held_at",
    "reject",
]
ALL = "all"
PIN = "@"  # between an id and the digest of what somebody saw


class NoSuchHold(Invalid):
    """Nothing of this id is held."""


class HoldChanged(Refused):
    """What is held is not what the one who decides has seen."""


@dataclass(frozen=True, slots=True)
class Decided:
    """The holds that were decided on, and the roles that changed by it. What had ended by itself is not among them."""

    ids: tuple[str, ...]
    granted: tuple[RightChange, ...]
    revoked: tuple[RightChange, ...]


def held(actor: Actor) -> tuple[Held, ...]:
    """Everything that is held: first what waits for a decision, then what was decided; the oldest first.

    For administrators.
    """
    require_administrator(actor)
    found = [*held_people(), *held_projects(), *held_parts()]
    return tuple(sorted(found, key=lambda each: (each.is_decided, each.since, each.id)))


def approve(actor: Actor, ids: Sequence[str], *, at: datetime) -> Decided:
    """Follows Calpendo now: what it took away ends, what it added begins. Roles of other sources stay.

    Each in a transaction of its own. `ids` are those of `held`, or `all` for whatever waits for a decision. With
    `@` and the digest of `held` behind it, an id means what was seen then, and nothing that came later.

    :raises NoSuchHold: one of them is not held; then nothing is done.
    :raises HoldChanged: one of them is not what was seen; then nothing is done.
    :raises SweepRunning: a sweep is running. What was decided before it began stays so.
    """
    return _decide(ids, Decision(actor, at, is_approval=True))


def reject(actor: Actor, ids: Sequence[str], *, at: datetime) -> Decided:
    """Goes on without following Calpendo until it changes its mind: nothing ends and nothing begins.

    `ids` and errors as with `approve`; what was rejected before stays so, without another Event.
    """
    return _decide(ids, Decision(actor, at, is_approval=False))


def held_count(actor: Actor) -> int:
    """How many of `held` wait for a decision, in three queries; 0 for others than administrators."""
    return waiting_count() if actor.is_administrator else 0


def _decide(ids: Sequence[str], decision: Decision) -> Decided:
    known = {each.id: each for each in held(decision.actor)}
    waiting = [each.id for each in known.values() if not each.is_decided]
    seen = {hold_id: digest for hold_id, _, digest in (each.partition(PIN) for each in ids)}
    wanted = list(dict.fromkeys(waiting if ALL in seen else seen))
    if seen.get(ALL):
        raise NoSuchHold(f"`{ALL}` is whatever waits now: it has no digest.")
    for each in wanted:
        if each not in known:
            raise NoSuchHold(f"Nothing {each} is held. `fornix mirror holds --all` lists what is.")
        _require_seen(known[each], seen.get(each, ""))
    effects: dict[str, Effect] = {}
    for each in wanted:
        with transaction.atomic():
            # Until the end of this, no sweep begins and nobody else decides.
            require_no_sweep(decision.at)
            _require_seen(find_held(known[each].kind, _key(each)), seen.get(each, ""))
            effect = decide_on(known[each].kind, _key(each), decision)
        if effect is not None:
            effects[each] = effect
    return Decided(
        ids=tuple(effects),
        granted=tuple(change for effect in effects.values() for change in effect.granted),
        revoked=tuple(change for effect in effects.values() for change in effect.revoked),
    )


def _require_seen(hold: Held | None, digest: str) -> None:
    """What ended meanwhile is nothing to refuse: it has no effect."""
    if hold is not None and digest and digest != hold.digest:
        raise HoldChanged(f"{hold.id}: this has changed since you looked; look again.")


def _key(hold_id: str) -> int:
    return int(hold_id.rpartition("-")[2])
