"""What is done in the background: what dead importers left, the sweep of Calpendo, what waits, tidying up."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from fornix import wiring
from fornix.audit.accesses import close_abandoned
from fornix.booking.config import CalpendoConfig
from fornix.booking.refusals import SweepRunning
from fornix.booking.sweep import find_last_good_sweep, run_sweep
from fornix.catalog.mirror import GOOD
from fornix.ingest.importing import file_leftovers, retry_arrival, waiting_arrivals
from fornix.models import SweepOutcome
from fornix.worker.loop import Job, log_failure

logger = logging.getLogger(__name__)

LEFTOVERS_EVERY_S = 60.0
TIDY_EVERY_S = 300.0
SOON_S = 3.0
MIN_SWEEP_S = 10.0  # whatever the setting says: Calpendo is not ours to wear out
# A download notes every half a minute that it still runs.
ABANDONED_AFTER = timedelta(minutes=5)


def site_jobs() -> tuple[Job, ...]:
    """The jobs of this site, as its settings want them."""
    jobs = (
        Job("leftovers", finish_leftovers, LEFTOVERS_EVERY_S),
        Job("tidy", tidy, TIDY_EVERY_S, first_after_s=SOON_S),
    )
    if not wiring.calpendo_is_configured():
        return jobs
    sweeping = Sweeping(wiring.calpendo_config())
    every_s = max(MIN_SWEEP_S, float(wiring.sweep_interval_s()))
    first_s = first_sweep_after_s(every_s, timezone.now())
    return (*jobs, Job("sweep", sweeping.run, every_s, first_after_s=first_s))


def finish_leftovers() -> None:
    """Files to the end what importers that died had received, and throws away what they had not."""
    for filed in file_leftovers(wiring.store(), wiring.site_rules(), by_person=False):
        logger.info("action=leftover-filed arrival=%s waits=%s", filed.arrival_id, bool(filed.waits_because))


def first_sweep_after_s(every_s: float, now: datetime) -> float:
    """Soon after a start; later when the last sweep is recent: who restarts often must not ask often."""
    last = find_last_good_sweep()
    if last is None or last.finished_at is None:
        return SOON_S
    return max(SOON_S, every_s - (now - last.finished_at).total_seconds())


@dataclass(slots=True)
class Sweeping:
    """The sweep, and what may be filed because of it."""

    config: CalpendoConfig
    has_retried: bool = False  # by this process: what a killed one left undone is found by its successor

    def run(self) -> None:
        """One sweep; after a good one that brought news, tries again what waits."""
        try:
            result = run_sweep(self.config, timezone.now())
        except SweepRunning:
            logger.info("action=sweep-skipped reason=running")
            return
        level = logging.INFO if result.outcome in GOOD else logging.WARNING
        changes, held = len(result.lines), len(result.holds)
        logger.log(level, "action=sweep outcome=%s changes=%d held=%d", result.outcome, changes, held)
        if result.outcome is SweepOutcome.INCOMPLETE:
            logger.warning("action=sweep-incomplete sweep=%s reason=%s", result.sweep_id, result.reason)
        elif result.has_news or not self.has_retried:
            retry_waiting()
            self.has_retried = True


def retry_waiting() -> int:
    """Tries again to file each arrival that waits; returns how many were filed."""
    filed = 0
    for arrival in waiting_arrivals():
        try:
            outcomes = retry_arrival(arrival, wiring.store(), wiring.site_rules())
        except Exception as error:  # noqa: BLE001 - the others are tried all the same; this one's attempt is counted
            log_failure("retry", error)
            continue
        filed += sum(outcome.session is not None for outcome in outcomes)
    if filed:
        logger.info("action=waiting-filed arrivals=%d", filed)
    return filed


def tidy() -> None:
    """Ends Access rows of killed processes, and forgets log-ins that have run out."""
    cut = close_abandoned(silent_since=timezone.now() - ABANDONED_AFTER)
    if cut:
        logger.info("action=accesses-ended count=%d", cut)
    SessionStore.clear_expired()
