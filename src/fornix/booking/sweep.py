"""One sweep of the mirror: fetch, judge, plan, guard, apply, record (DESIGN, story two).

Nothing is written before the whole answer is judged; an answer that is not believed changes nothing.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.db.models import Count, Max

from fornix.booking.absence import call_roll
from fornix.booking.answer_hash import answer_hash
from fornix.booking.apply import apply_plan
from fornix.booking.client import USUAL, CalpendoClient, Patience
from fornix.booking.comparison import Baseline
from fornix.booking.config import CalpendoConfig, source_of
from fornix.booking.fetch import fetch_answer
from fornix.booking.identity import linking_of
from fornix.booking.judge import Judgement, judge
from fornix.booking.lease import LeaseLost, end_sweep, kept_alive, take_lease
from fornix.booking.load import load_mirror
from fornix.booking.plan import Plan, make_plan
from fornix.booking.refusals import CalpendoUnusable
from fornix.booking.report import HELD, Line, lines_of, usernames_of
from fornix.booking.requests import answer_request, claim_request
from fornix.booking.windows import FAR_EVERY, far_window
from fornix.catalog.mirror import good_sweeps, of_instance
from fornix.models import Membership, Sweep, SweepOutcome

MOST_CONCERNS_KEPT = 500
CONFIRMED = "is_confirmed"  # in a sweep's details: it was allowed to change the archive
BOOKINGS_FROM = "bookings_from"  # in a sweep's details: since when bookings were read
FIRST_WAITS = (
    "nothing was changed, because this would be the first sweep that changes anything: look at the plan, "
    "then `fornix mirror --accept-first`, or the button on the mirror page, applies it"
)


@dataclass(frozen=True, slots=True)
class SweepResult:
    """What a sweep did, or with `is_dry_run` would do. `sweep_id` is None for a dry run: it leaves no row.

    `is_first`: none of this Calpendo was applied before.
    """

    sweep_id: int | None
    outcome: SweepOutcome
    reason: str
    requests: int
    counts: Mapping[str, int]
    details: Mapping[str, object] = field(default_factory=dict)
    lines: tuple[Line, ...] = ()
    holds: tuple[str, ...] = ()
    concerns: tuple[str, ...] = ()
    is_first: bool = False
    is_dry_run: bool = False

    @property
    def has_news(self) -> bool:
        """Whether something changed; what is held is told in every sweep anew."""
        return any(line.kind != HELD for line in self.lines)


def run_sweep(
    config: CalpendoConfig,
    at: datetime,
    *,
    dry_run: bool = False,
    accept_first: bool = False,
    patience: Patience = USUAL,
) -> SweepResult:
    """Brings the mirror and the rights that follow from it to what Calpendo says now.

    As long as none was ever applied, a sweep only plans: somebody has to see first that this is the right Calpendo.

    :param at: the time of the sweep, aware.
    :param accept_first: applies the first sweep. Later, takes the answer without comparing it with earlier ones: the
        site really became smaller.
    :raises SweepRunning: another sweep has not ended yet.
    """
    is_first = find_last_good_sweep(config.instance) is None
    order = _Order(config, at, patience, accept_first=accept_first, is_first=is_first)
    if dry_run:
        return replace(_prepare(order, None).result, is_dry_run=True)
    started = time.monotonic()
    sweep = take_lease(at)
    result = None
    try:
        claim_request(sweep, accepts=accept_first)
        with kept_alive(sweep, at):
            result = _sweep(order, sweep)
    finally:
        if result is not None:
            _write_down(sweep, result)
        outcome = result.outcome if result else SweepOutcome.INCOMPLETE
        reason = result.reason if result else "it was stopped by a fault of ours"
        _end(sweep, outcome, reason, at + timedelta(seconds=time.monotonic() - started))
    return result


def find_last_good_sweep(instance: str | None = None) -> Sweep | None:
    """The sweep that the mirror's present state comes from: complete, held changes or not.

    :param instance: of this Calpendo; None: of any.
    """
    return good_sweeps(instance).first()


@dataclass(frozen=True, slots=True)
class _Order:
    """What is asked of one sweep. `is_first`: none of this Calpendo was applied before."""

    config: CalpendoConfig
    at: datetime
    patience: Patience
    accept_first: bool
    is_first: bool


@dataclass(frozen=True, slots=True)
class _Prepared:
    """What a sweep knows before it writes: the verdict and, where that is good, the plan."""

    result: SweepResult
    plan: Plan | None = None


def _sweep(order: _Order, sweep: Sweep) -> SweepResult:
    prepared = _prepare(order, sweep.pk)
    if prepared.plan is None:
        return prepared.result
    if order.is_first and not (order.accept_first or _was_confirmed(order.config.instance)):
        return replace(prepared.result, outcome=SweepOutcome.PLANNED, reason=FIRST_WAITS)
    if prepared.plan.is_empty:
        return prepared.result
    result = replace(prepared.result, details={**prepared.result.details, CONFIRMED: True})
    # Written down before it is done: a sweep that is killed half-way can be told, undone, and gone on with.
    _write_down(sweep, result)
    Sweep.objects.filter(pk=sweep.pk).update(details=sweep.details, changes=sweep.changes)
    try:
        linking = linking_of(order.config)
        apply_plan(prepared.plan, order.config.instance, sweep, order.at, linking=linking)
    except LeaseLost as lost:
        return replace(result, outcome=SweepOutcome.INCOMPLETE, reason=str(lost))
    return result


def _was_confirmed(instance: str) -> bool:
    """Whether a first sweep was accepted and then cut off: nobody needs to confirm it again."""
    return Sweep.objects.filter(of_instance(instance), **{f"details__{CONFIRMED}": True}).exists()


def _write_down(sweep: Sweep, result: SweepResult) -> None:
    sweep.requests, sweep.counts = result.requests, dict(result.counts)
    sweep.details = dict(result.details)
    sweep.changes = [line.as_json() for line in result.lines]


def _end(sweep: Sweep, outcome: SweepOutcome, reason: str, at: datetime) -> None:
    end_sweep(sweep, outcome, reason, at)
    answer_request(sweep, at=at)
    if outcome is SweepOutcome.PLANNED:
        # All of Calpendo, line by line: only the newest such plan is of any use, until one is confirmed.
        Sweep.objects.filter(outcome=SweepOutcome.PLANNED, pk__lt=sweep.pk).update(changes=[])


def _prepare(order: _Order, sweep_id: int | None) -> _Prepared:
    config, at = order.config, order.at
    with CalpendoClient(config, order.patience) as client:
        try:
            answer = fetch_answer(client, config, at, is_far=_is_far_due(config.instance, at), turn=_turn())
        except CalpendoUnusable as refusal:
            return _Prepared(_incomplete(sweep_id, str(refusal), client.requests, {}))
        mirror = load_mirror(config.instance, answer.bookings, linking=linking_of(config))
        judgement = judge(answer, mirror, None if order.accept_first else _baseline(config.instance), config)
        if not judgement.is_complete:
            counts = judgement.counts.rows
            return _Prepared(_incomplete(sweep_id, _doubts(judgement), client.requests, counts))
        roll = call_roll(
            client, mirror, answer, config, at, _starts_of_good(config.instance, config.vanish_sweeps)
        )
        requests = client.requests
    plan = make_plan(mirror, answer, config, at, is_first=order.is_first, roll=roll)
    waiting = tuple(each.reason for each in plan.waiting)
    concerns = (*_unmirrored(config.instance), *plan.concerns)
    read_from = answer.bookings.asked_from
    result = SweepResult(
        sweep_id=sweep_id,
        outcome=SweepOutcome.HELD if waiting else SweepOutcome.COMPLETE,
        reason="; ".join(waiting),
        requests=requests,
        counts=judgement.counts.rows,
        details=judgement.counts.as_json()
        | {
            "instance": config.instance,
            "answer": answer_hash(answer),
            BOOKINGS_FROM: read_from.isoformat() if read_from else None,
            "concerns": list(concerns[:MOST_CONCERNS_KEPT]),
            "held": list(waiting),
        },
        lines=lines_of(plan, mirror, usernames_of(mirror.accounts)),
        holds=waiting,
        concerns=concerns,
        is_first=order.is_first,
    )
    return _Prepared(result, plan)


def _unmirrored(instance: str) -> Iterator[str]:
    """Rights that no sweep ends any more, because they came from a Calpendo that is not configured now."""
    others = Membership.objects.filter(source__startswith=source_of("")).exclude(source=source_of(instance))
    for source, number in others.values_list("source").annotate(Count("pk")).order_by("source"):
        other = source.removeprefix(source_of(""))
        yield (
            f"{number} rights come from the Calpendo {other}, which is not the one that is mirrored ({instance}): they "
            f"stay as they are, whoever leaves. If it is the same one, set calpendo.instance to {other} again; if not, "
            "`fornix block` ends a person's right on a project"
        )


def _starts_of_good(instance: str, most: int) -> list[datetime]:
    return list(good_sweeps(instance).values_list("started_at", flat=True)[:most])


def _is_far_due(instance: str, at: datetime) -> bool:
    """Once a day the bookings of the year before are read too: some are changed long after the scan."""
    recent = good_sweeps(instance).filter(started_at__gt=at - FAR_EVERY, started_at__lte=at)
    return not any(
        each.details.get(BOOKINGS_FROM, "") <= far_window(each.started_at).begins_at.isoformat()
        for each in recent.only("details", "started_at")
        if each.details.get(BOOKINGS_FROM)
    )


def _turn() -> int:
    """Another number for each sweep that left a row, one after the other."""
    return Sweep.objects.aggregate(latest=Max("pk"))["latest"] or 0


def _baseline(instance: str) -> Baseline | None:
    last = find_last_good_sweep(instance)
    if last is None:
        return None
    return Baseline(unread=last.details.get("unread", {}), has_self=bool(last.details.get("has_self")))


def _incomplete(sweep_id: int | None, reason: str, requests: int, counts: Mapping[str, int]) -> SweepResult:
    return SweepResult(sweep_id, SweepOutcome.INCOMPLETE, reason, requests, counts)


def _doubts(judgement: Judgement) -> str:
    """The reasons, and the way out: an answer that is unsound in itself can only be mended in Calpendo."""
    reasons = "; ".join(judgement.reasons)
    text = f"Calpendo's answer is not believed, and nothing was changed: {reasons}"
    text += "" if text.endswith("?") else "."
    text += " Look in Calpendo at what is named here, and at what the service account may read."
    if judgement.is_by_comparison:
        text += " If the change is real: `fornix mirror --accept-first` takes it, once."
    return text
