"""The mirror in the background: sweeps by the clock, and those that somebody asks for."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone

from fornix import wiring
from fornix.booking.config import CalpendoConfig
from fornix.booking.refusals import CalpendoNotConfigured, CalpendoSettingInvalid, SweepRunning
from fornix.booking.requests import accepts_at, decline_request, open_request
from fornix.booking.sweep import find_last_good_sweep, run_sweep
from fornix.catalog.mirror import GOOD
from fornix.ingest.names import printable
from fornix.models import SweepOutcome
from fornix.worker.loop import Job

logger = logging.getLogger(__name__)

SOON_S = 3.0
REQUEST_EVERY_S = 2.0  # somebody looks at the page and waits
UNCONFIGURED_EVERY_S = 30.0
MIN_SWEEP_S = 10.0  # whatever the setting says: Calpendo is not ours to wear out


def mirror_jobs(news: threading.Event) -> tuple[Job, ...]:
    """Whether there is a Calpendo, and how it is reached, is asked anew each time. `news`: see Sweeping."""
    sweeping = Sweeping(news)
    first_after_s = first_sweep_after_s(sweep_every_s(), timezone.now())
    return (
        Job("request", sweeping.answer, REQUEST_EVERY_S),
        Job("sweep", sweeping.run, sweep_every_s, first_after_s=first_after_s),
    )


def sweep_every_s() -> float:
    """Seconds between two sweeps, as configured now; without a Calpendo, until one looks again whether there is one."""
    if not wiring.calpendo_is_configured():
        return UNCONFIGURED_EVERY_S
    return max(MIN_SWEEP_S, float(wiring.sweep_interval_s()))


def first_sweep_after_s(every_s: float, now: datetime) -> float:
    """Soon after a start; later when the last sweep is recent: who restarts often must not ask often."""
    last = find_last_good_sweep()
    if last is None or last.finished_at is None:
        return SOON_S
    return max(SOON_S, every_s - (now - last.finished_at).total_seconds())


@dataclass(slots=True)
class Sweeping:
    """The sweep. `news` is set after a good one that brought some: what waits may be filed now."""

    news: threading.Event = field(default_factory=threading.Event)
    has_told: bool = False  # by this process: what a killed one left undone is found by its successor

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
        elif result.outcome in GOOD and (result.has_news or not self.has_told):
            self.news.set()
            self.has_told = True


def _usable_config() -> CalpendoConfig | None:
    """The configuration of this moment; None where there is none, or a mistake in it, which is logged."""
    if not wiring.calpendo_is_configured():
        return None
    try:
        return wiring.calpendo_config()
    except (CalpendoNotConfigured, CalpendoSettingInvalid) as mistake:
        logger.warning("action=sweep-skipped reason=%s", printable(str(mistake)))
        return None
