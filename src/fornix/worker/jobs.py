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
from fornix.booking.refusals import CalpendoNotConfigured, CalpendoSettingInvalid, SweepRunning
from fornix.booking.requests import accepts_at, decline_request, open_request
from fornix.booking.sweep import find_last_good_sweep, run_sweep
from fornix.catalog.mirror import GOOD
from fornix.ingest.importing import file_leftovers, retry_arrival, waiting_arrivals
from fornix.ingest.names import printable
from fornix.models import SweepOutcome
from fornix.worker.inbox_jobs import inbox_jobs
from fornix.worker.loop import Job, log_failure

logger = logging.getLogger(__name__)

LEFTOVERS_EVERY_S = 60.0
TIDY_EVERY_S = 300.0
SOON_S = 3.0
REQUEST_EVERY_S = 2.0  # somebody looks at the page and waits
UNCONFIGURED_EVERY_S = 30.0
MIN_SWEEP_S = 10.0  # whatever the setting says: Calpendo is not ours to wear out
# A download notes every half a minute that it still runs.
ABANDONED_AFTER = timedelta(minutes=5)


def site_jobs() -> tuple[Job, ...]:
    """The jobs of this site. Whether there is a Calpendo, and how it is reached, is asked anew each time."""
    sweeping = Sweeping()
    return (
        *inbox_jobs(),
        Job("leftovers", finish_leftovers, LEFTOVERS_EVERY_S),
        Job("tidy", tidy, TIDY_EVERY_S, first_after_s=SOON_S),
        Job("request", sweeping.answer, REQUEST_EVERY_S),
        Job(
            "sweep",
            sweeping.run,
            sweep_every_s,
            first_after_s=first_sweep_after_s(sweep_every_s(), timezone.now()),
        ),
    )


def sweep_every_s() -> float:
    """Seconds between two sweeps, as configured now; without a Calpendo, until one looks again whether there is one."""
    if not wiring.calpendo_is_configured():
        return UNCONFIGURED_EVERY_S
    return max(MIN_SWEEP_S, float(wiring.sweep_interval_s()))


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

    has_retried: bool = False  # by this process: what a killed one left undone is found by its successor

    def run(self) -> None:
        """One sweep, where there is a Calpendo."""
        config = _usable_config()
        if config is not None:
            self._sweep(config, accepts=False)

    def answer(self) -> None:
        """The sweep that somebody asks for; while another one runs, it is asked for still."""
        request = open_request()
        if request is None:
            return
        config = _usable_config()
        if config is None:
            logger.warning("action=sweep-request-declined request=%d", request.pk)
            decline_request(request, at=timezone.now())
        else:
            self._sweep(config, accepts=accepts_at(request, timezone.now()))

    def _sweep(self, config: CalpendoConfig, *, accepts: bool) -> None:
        """After a good one that brought news, tries again what waits."""
        try:
            result = run_sweep(config, timezone.now(), accept_first=accepts)
        except SweepRunning:
            logger.debug("action=sweep-skipped reason=running")
            return
        level = logging.INFO if result.outcome in GOOD else logging.WARNING
        changes, held = len(result.lines), len(result.holds)
        logger.log(level, "action=sweep outcome=%s changes=%d held=%d", result.outcome, changes, held)
        if result.outcome is SweepOutcome.INCOMPLETE:
            # Calpendo's own words are in it: a line break among them must not make a line of ours.
            reason = printable(result.reason)
            logger.warning("action=sweep-incomplete sweep=%s reason=%s", result.sweep_id, reason)
        elif result.outcome in GOOD and (result.has_news or not self.has_retried):
            retry_waiting()
            self.has_retried = True


def _usable_config() -> CalpendoConfig | None:
    """The configuration of this moment; None where there is none, or a mistake in it, which is logged."""
    if not wiring.calpendo_is_configured():
        return None
    try:
        return wiring.calpendo_config()
    except (CalpendoNotConfigured, CalpendoSettingInvalid) as mistake:
        logger.warning("action=sweep-skipped reason=%s", printable(str(mistake)))
        return None


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
