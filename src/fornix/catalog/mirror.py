"""How the mirror of the booking system stands: how fresh it is, and what its last sweep leaves to a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet, Subquery

from fornix.access.actors import Actor
from fornix.access.policy import require_administrator
from fornix.models import Sweep, SweepOutcome

GOOD = (SweepOutcome.COMPLETE, SweepOutcome.HELD)


@dataclass(frozen=True, slots=True)
class MirrorState:
    """The state after the last sweep that ended. `planned` is the first sweep that waits to be confirmed."""

    mirrored_at: datetime | None  # when the last one that read all of Calpendo ended
    planned: int | None
    has_failed: bool


@dataclass(frozen=True, slots=True)
class Troubles:
    """What the last sweeps leave to a person besides holds: concerns, and why the last one failed."""

    at: datetime | None  # of the sweep that the concerns are from
    concerns: tuple[str, ...]
    failure: str


def mirror_state() -> MirrorState:
    """How the mirror stands, in one query; before the first sweep nothing is told."""
    planned = Sweep.objects.filter(outcome=SweepOutcome.PLANNED).order_by("-pk")
    row = _ended().annotate(
        good_at=Subquery(good_sweeps().values("finished_at")[:1]),
        planned=Subquery(planned.values("pk")[:1]),
    )
    outcome, good_at, planned_pk = row.values_list("outcome", "good_at", "planned").first() or (
        "",
        None,
        None,
    )
    return MirrorState(
        mirrored_at=good_at,
        planned=planned_pk if good_at is None else None,
        has_failed=outcome == SweepOutcome.INCOMPLETE,
    )


def last_complete_at() -> datetime | None:
    """When the last sweep that read all of Calpendo ended; None before the first."""
    return good_sweeps().values_list("finished_at", flat=True).first()


def last_good_details() -> Mapping[str, object]:
    """What the last sweep that read all of Calpendo noted besides its changes; empty before the first."""
    return good_sweeps().values_list("details", flat=True).first() or {}


def last_troubles(actor: Actor) -> Troubles:
    """What waits for a person. For administrators."""
    require_administrator(actor)
    last = good_sweeps().values("started_at", "details").first()
    concerns = last["details"].get("concerns", ()) if last else ()
    return Troubles(
        at=last["started_at"] if last else None, concerns=tuple(map(str, concerns)), failure=_failure()
    )


def good_sweeps() -> QuerySet[Sweep]:
    """Those that read all of Calpendo and were applied, the newest first."""
    return Sweep.objects.filter(outcome__in=GOOD).order_by("-pk")


def _ended() -> QuerySet[Sweep]:
    return Sweep.objects.exclude(outcome=SweepOutcome.RUNNING).order_by("-pk")


def _failure() -> str:
    """Why the last sweep that ended failed; "" when it did not."""
    outcome, reason = _ended().values_list("outcome", "reason").first() or ("", "")
    return (reason or "it did not end") if outcome == SweepOutcome.INCOMPLETE else ""
