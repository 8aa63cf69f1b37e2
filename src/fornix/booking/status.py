"""How the mirror stands, for those who run it: what the last sweeps did, what is wrong, and what to do next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from fornix.access.actors import Actor
from fornix.access.policy import require_administrator
from fornix.booking.held_rows import oldest_held_at, waiting_count
from fornix.booking.requests import open_request
from fornix.catalog.mirror import GOOD, STALE_AFTER_INTERVALS
from fornix.models import Sweep, SweepOutcome

HOLD_IS_OLD = timedelta(hours=24)  # a held removal is also a matter of security (contract calpendo 4.5)


@dataclass(frozen=True, slots=True)
class SweepCard:
    """One sweep. `counts`: what it read, by name; `requests`: to Calpendo; `changes`: lines of its plan."""

    id: int
    outcome: SweepOutcome
    reason: str
    started_at: datetime
    finished_at: datetime | None
    counts: Mapping[str, int]
    requests: int
    changes: int
    undone_at: datetime | None

    @property
    def duration(self) -> timedelta | None:
        """How long it took; None while it runs."""
        return self.finished_at - self.started_at if self.finished_at else None


@dataclass(frozen=True, slots=True)
class Request:
    """A sweep that was asked for and is not answered yet. `sweep_id`: the one that is at it."""

    asked_at: datetime
    asked_by: str
    accepts: bool
    sweep_id: int | None


@dataclass(frozen=True, slots=True)
class MirrorStatus:
    """`last_good`: the sweep that the mirror's state comes from; `last`: the last of all, whatever came of it.

    `age` is counted from when the good one began: nothing later is known. `problems` are sentences, and `next_steps`
    what to do about them, in their order.
    """

    last_good: SweepCard | None
    last: SweepCard | None
    age: timedelta | None
    is_stale: bool
    waits_for_first: bool
    waiting: int
    oldest_held_at: datetime | None
    request: Request | None
    problems: tuple[str, ...]
    next_steps: tuple[str, ...]


def mirror_status(actor: Actor, *, interval: timedelta, at: datetime) -> MirrorStatus:
    """The state of the mirror now. For administrators.

    :param interval: between two sweeps; a mirror that is older than two of them is stale.
    """
    require_administrator(actor)
    good, last = _card(outcome__in=GOOD), _card()
    age = max(at - good.started_at, timedelta(0)) if good else None  # a clock may be put back
    is_stale = age is not None and age > STALE_AFTER_INTERVALS * interval
    planned = _card(outcome=SweepOutcome.PLANNED)
    # One that only planned after others were applied is the first of another Calpendo.
    waits_for_first = planned is not None and (good is None or planned.id > good.id)
    waiting, oldest = waiting_count(), oldest_held_at()
    advice = [
        *_about_sweeps(good, last, waits_for_first=waits_for_first, is_stale=is_stale),
        *_about_holds(waiting, oldest, at),
    ]
    return MirrorStatus(
        last_good=good,
        last=last,
        age=age,
        is_stale=is_stale,
        waits_for_first=waits_for_first,
        waiting=waiting,
        oldest_held_at=oldest,
        request=_request(),
        problems=tuple(each.problem for each in advice),
        next_steps=tuple(dict.fromkeys(each.step for each in advice)),
    )


def _card(**condition: object) -> SweepCard | None:
    row = Sweep.objects.filter(**condition).order_by("-pk").first()
    if row is None:
        return None
    return SweepCard(
        id=row.pk,
        outcome=SweepOutcome(row.outcome),
        reason=row.reason,
        started_at=row.started_at,
        finished_at=row.finished_at,
        counts=row.counts,
        requests=row.requests,
        changes=len(row.changes),
        undone_at=row.undone_at,
    )


def _request() -> Request | None:
    row = open_request()
    if row is None:
        return None
    by = row.asked_by.username if row.asked_by else ""
    return Request(row.asked_at, by, row.accepts, row.sweep_id)


@dataclass(frozen=True, slots=True)
class _Advice:
    problem: str
    step: str


def _about_sweeps(
    good: SweepCard | None, last: SweepCard | None, *, waits_for_first: bool, is_stale: bool
) -> Iterator[_Advice]:
    if last is None:
        yield _Advice(
            "Calpendo was never read.",
            "`fornix mirror --dry-run` tells what a first sweep would bring, `fornix mirror --accept-first` makes it.",
        )
    elif last.outcome is SweepOutcome.INCOMPLETE:
        yield _Advice(
            f"The last sweep changed nothing: {last.reason}",
            "Mend what is named there; the next sweep tries again, `fornix mirror` does so now.",
        )
    if waits_for_first:
        yield _Advice(
            "The first sweep waits to be confirmed: nobody has any right by this Calpendo yet.",
            "Look at the plan, then `fornix mirror --accept-first` applies it.",
        )
    if is_stale and good is not None:
        yield _Advice(
            f"The mirror is old: all of it is as of {good.started_at:%Y-%m-%d %H:%M} UTC. Who left a project in "
            "Calpendo since then has it still.",
            "See that `fornix serve` runs and Calpendo answers: `fornix mirror` tells.",
        )


def _about_holds(waiting: int, oldest: datetime | None, at: datetime) -> Iterator[_Advice]:
    if not waiting or oldest is None:
        return
    old = ", longer than a day" if at - oldest > HOLD_IS_OLD else ""
    yield _Advice(
        f"Changes that wait for a decision: {waiting}, the oldest since {oldest:%Y-%m-%d %H:%M} UTC{old}.",
        "`fornix mirror holds` lists them, `fornix mirror approve ID` and `fornix mirror reject ID` decide.",
    )
