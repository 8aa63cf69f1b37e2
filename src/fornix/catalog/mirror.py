"""What the sweeps of the booking system left: how fresh the mirror is, and how the last ones went."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import QuerySet

from fornix.access.actors import Actor
from fornix.access.policy import require_administrator
from fornix.models import Sweep, SweepOutcome

GOOD = (SweepOutcome.COMPLETE, SweepOutcome.HELD)
READ = 400  # sweeps that are read, more than a fortnight of hours
LINES = 48


@dataclass(frozen=True, slots=True)
class SweepLine:
    """One run of the mirror, or `sweeps` quiet ones that followed each other, told by the newest."""

    id: int
    started_at: datetime
    outcome: str
    reason: str
    requests: int
    changes: Mapping[str, int]  # kind of change -> how many
    sweeps: int
    first_at: datetime  # of the oldest of them

    @property
    def is_quiet(self) -> bool:
        """All was read, and nothing was different."""
        return self.outcome == SweepOutcome.COMPLETE and not self.changes and not self.reason


@dataclass(frozen=True, slots=True)
class Troubles:
    """What the last sweeps leave to a person besides held removals: concerns, and why the last one failed."""

    at: datetime | None  # of the sweep that the concerns are from
    concerns: tuple[str, ...]
    failure: str


def last_complete_at() -> datetime | None:
    """When the last sweep that read all of Calpendo ended; None before the first."""
    return _good().values_list("finished_at", flat=True).first()


def trouble_count(actor: Actor) -> int:
    """One when the last sweep failed; 0 for others than administrators. What is held is counted in `booking`."""
    return 1 if actor.is_administrator and _failure() else 0


def last_troubles(actor: Actor) -> Troubles:
    """What waits for a person. For administrators."""
    require_administrator(actor)
    last = _good().defer("changes").first()
    details = last.details if last else {}
    return Troubles(
        at=last.started_at if last else None,
        concerns=tuple(map(str, details.get("concerns", ()))),
        failure=_failure(),
    )


def last_sweeps(actor: Actor) -> tuple[SweepLine, ...]:
    """The newest sweeps; quiet ones that follow each other are one line. For administrators."""
    require_administrator(actor)
    rows = Sweep.objects.defer("details", "counts").order_by("-pk")[:READ]
    return tuple(_folded(map(_line, rows)))[:LINES]


def _good() -> QuerySet[Sweep]:
    return Sweep.objects.filter(outcome__in=GOOD).order_by("-pk")


def _failure() -> str:
    """Why the last sweep that ended failed; "" when it did not."""
    ended = Sweep.objects.exclude(outcome=SweepOutcome.RUNNING).order_by("-pk")
    outcome, reason = ended.values_list("outcome", "reason").first() or ("", "")
    return (reason or "it did not end") if outcome == SweepOutcome.INCOMPLETE else ""


def _folded(lines: Iterable[SweepLine]) -> list[SweepLine]:
    folded: list[SweepLine] = []
    for line in lines:
        if folded and line.is_quiet and folded[-1].is_quiet:
            folded[-1] = replace(folded[-1], sweeps=folded[-1].sweeps + 1, first_at=line.started_at)
        else:
            folded.append(line)
    return folded


def _line(row: Sweep) -> SweepLine:
    return SweepLine(
        id=row.pk,
        started_at=row.started_at,
        outcome=row.outcome,
        reason=row.reason,
        requests=row.requests,
        changes=Counter(str(change.get("kind", "")) for change in row.changes),
        sweeps=1,
        first_at=row.started_at,
    )
