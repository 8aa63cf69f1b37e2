"""Runs jobs one after the other, each in its time. One that fails is logged, counted, and tried again."""

from __future__ import annotations

import logging
import random
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import connection

from fornix.worker.schedule import delay_s

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """Work that is found from the rows alone: any run may be missed or cut off, the next one makes up for it.

    `every_s` is asked after each run where it is a function: people may change it meanwhile.
    """

    name: str
    run: Callable[[], None]
    every_s: float | Callable[[], float]
    first_after_s: float = 0.0

    def interval_s(self) -> float:
        """Seconds between two runs, now."""
        return self.every_s() if callable(self.every_s) else self.every_s


@dataclass(slots=True)
class _Planned:
    job: Job
    due_at: float
    every_s: float
    failures: int = 0  # in a row
    failed: int = 0  # in all


def run_jobs(
    jobs: Sequence[Job],
    told: threading.Event,
    *,
    clock: Callable[[], float] = time.monotonic,
    chance: Callable[[], float] = random.random,
) -> None:
    """Runs the jobs until told to end; what runs at that moment runs on. `clock` in seconds, `chance` in [0, 1)."""
    planned = [_Planned(job, clock() + job.first_after_s, job.interval_s()) for job in jobs]
    while planned and not told.is_set():
        following = min(planned, key=lambda one: one.due_at)
        if told.wait(max(0.0, following.due_at - clock())):
            return
        _run_once(following)
        following.due_at = clock() + delay_s(following.every_s, following.failures, chance())


def _run_once(planned: _Planned) -> None:
    try:
        planned.job.run()
        planned.every_s = planned.job.interval_s()
        planned.failures = 0
    except Exception as error:  # noqa: BLE001 - one job's failure is no reason to leave the others undone
        planned.failures += 1
        planned.failed += 1
        log_failure(planned.job.name, error, failed=planned.failed)
    finally:
        if not connection.in_atomic_block:
            connection.close()  # between jobs nothing stays open


def log_failure(job: str, error: BaseException, *, failed: int = 1) -> None:
    """Logs where it happened, not the error's own text: that can hold values of a row, and so a patient's name."""
    where = "".join(traceback.format_tb(error.__traceback__))
    logger.error("action=job-failed job=%s error=%s failed=%d\n%s", job, type(error).__name__, failed, where)
