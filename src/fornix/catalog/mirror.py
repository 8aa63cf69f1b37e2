"""What the sweeps of the booking system left: how fresh the mirror is, and how the last ones went."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from fornix.access.actors import Actor
from fornix.access.policy import require_administrator
from fornix.models import Sweep, SweepOutcome


@dataclass(frozen=True, slots=True)
class SweepLine:
    """One run of the mirror, without the plan that it applied."""

    id: int
    started_at: datetime
    finished_at: datetime | None
    outcome: str
    reason: str
    requests: int
    counts: Mapping[str, object]


def last_complete_at() -> datetime | None:
    """When the last sweep that read all of Calpendo ended; None before the first."""
    complete = Sweep.objects.filter(outcome__in=(SweepOutcome.COMPLETE, SweepOutcome.HELD)).order_by("-pk")
    return complete.values_list("finished_at", flat=True).first()


def last_sweeps(actor: Actor, *, size: int = 48) -> tuple[SweepLine, ...]:
    """The newest sweeps. For administrators."""
    require_administrator(actor)
    return tuple(
        SweepLine(row.pk, row.started_at, row.finished_at, row.outcome, row.reason, row.requests, row.counts)
        for row in Sweep.objects.defer("changes", "details").order_by("-pk")[:size]
    )
