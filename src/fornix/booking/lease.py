"""One sweep at a time, across machines: the running Sweep's row is the lease, renewed while the sweep lives."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta

from django.db import DatabaseError, IntegrityError, connection, transaction

from fornix.booking.refusals import SweepRunning
from fornix.models import AccessionCounter, Sweep, SweepOutcome

RENEW_EVERY_S = 20
STALE_AFTER = timedelta(minutes=3)


class LeaseLost(SweepRunning):
    """This sweep was silent for so long that another one has taken its place."""


def take_lease(at: datetime) -> Sweep:
    """The row of a sweep that may now run; SweepRunning while another one does.

    A sweep that was killed leaves its row behind. It counts as dead at once where its process is known to be gone,
    else when it has not renewed its lease for a while.
    """
    with transaction.atomic():
        running = find_running(at)
        if running is not None:
            raise SweepRunning(
                f"Another sweep is running since {running.started_at:%Y-%m-%d %H:%M} UTC (number {running.pk}). "
                f"If it was killed on another machine, it counts as dead after {STALE_AFTER.seconds // 60} minutes."
            )
        try:
            with transaction.atomic():
                return Sweep.objects.create(
                    started_at=at, renewed_at=at, holder=_holder(os.getpid()), outcome=SweepOutcome.RUNNING
                )
        except IntegrityError:
            raise SweepRunning from None


def find_running(at: datetime) -> Sweep | None:
    """The sweep that runs. Called in a transaction, until whose end no other begins; a dead one is ended here."""
    # While no sweep runs there is no row of one to lock: so what excludes the two is a row that is always there.
    AccessionCounter.objects.select_for_update().get_or_create(kind="M")
    running = Sweep.objects.select_for_update().filter(outcome=SweepOutcome.RUNNING).first()
    if running is None or _lives(running, at):
        return running
    end_sweep(running, SweepOutcome.INCOMPLETE, "it was cut off before its end", at)
    return None


@contextmanager
def kept_alive(sweep: Sweep, at: datetime) -> Iterator[None]:
    """Renews the lease from a thread of its own while the block runs; `at` is when the sweep began."""
    ended, began = threading.Event(), time.monotonic()

    def renew() -> None:
        while not ended.wait(RENEW_EVERY_S):
            now = at + timedelta(seconds=time.monotonic() - began)
            # A busy database is no reason to end the sweep: there are several more beats before it counts as dead.
            with suppress(DatabaseError):
                Sweep.objects.filter(pk=sweep.pk, outcome=SweepOutcome.RUNNING).update(renewed_at=now)
            connection.close()

    thread = threading.Thread(target=renew, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _lives(sweep: Sweep, at: datetime) -> bool:
    host, _, pid = sweep.holder.rpartition(" ")
    if host == socket.gethostname() and pid.isdigit() and _is_gone(int(pid)):
        return False
    # A renewal far ahead of now is from before the clock was put back: it must not keep others out for that long.
    return abs(at - (sweep.renewed_at or sweep.started_at)) < STALE_AFTER


def _is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def _holder(pid: int) -> str:
    return f"{socket.gethostname()[:100]} {pid}"


def require_no_sweep(at: datetime) -> None:
    """Raises SweepRunning while a sweep runs: it would write back what is decided beside it.

    Called first in the transaction of the decision: until its end, no sweep begins.
    """
    running = find_running(at)
    if running is not None:
        raise SweepRunning(f"A sweep is running (number {running.pk}). Decide again when it has ended.")


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
