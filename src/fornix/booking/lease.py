"""One sweep at a time, across machines: the running Sweep's row is the lease."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from fornix.booking.refusals import SweepRunning
from fornix.models import Sweep, SweepOutcome

# Longer than any sweep can take: three lists, each at most 4 times 5 minutes, would be an hour at the very worst.
STALE_AFTER = timedelta(minutes=75)


class LeaseLost(SweepRunning):
    """This sweep took so long that another one has taken its place."""


def take_lease(at: datetime) -> Sweep:
    """The row of a sweep that may now run; SweepRunning while another one does.

    A sweep that was killed leaves its row behind: after a while it counts as dead.
    """
    with transaction.atomic():
        running = Sweep.objects.select_for_update().filter(outcome=SweepOutcome.RUNNING).first()
        if running is not None and running.started_at > at - STALE_AFTER:
            raise SweepRunning(
                f"Another sweep is running since {running.started_at:%Y-%m-%d %H:%M} UTC (number {running.pk})."
            )
        if running is not None:
            end_sweep(running, SweepOutcome.INCOMPLETE, "it was cut off before its end", at)
        try:
            with transaction.atomic():
                return Sweep.objects.create(started_at=at, outcome=SweepOutcome.RUNNING)
        except IntegrityError:
            raise SweepRunning from None


def require_lease(sweep: Sweep) -> None:
    """Raises LeaseLost when this sweep is no longer the running one. Called first in each of its transactions."""
    held = Sweep.objects.select_for_update().filter(pk=sweep.pk, outcome=SweepOutcome.RUNNING).first()
    if held is None:
        raise LeaseLost


def end_sweep(sweep: Sweep, outcome: SweepOutcome, reason: str, at: datetime) -> bool:
    """Gives the lease back; False when it was lost already."""
    ended = Sweep.objects.filter(pk=sweep.pk, outcome=SweepOutcome.RUNNING).update(
        outcome=outcome,
        reason=reason,
        finished_at=at,
        requests=sweep.requests,
        counts=sweep.counts,
        details=sweep.details,
        changes=sweep.changes,
    )
    return bool(ended)
