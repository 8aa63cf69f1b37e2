"""Data in the background: what is due, what dead processes left, what waits, tidying. One filing at a time."""

from __future__ import annotations

import logging
import threading
from collections import deque
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice

from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from fornix import wiring
from fornix.audit.accesses import close_abandoned
from fornix.ingest.due import file_due
from fornix.ingest.importing import file_leftovers, retry_arrival, waiting_arrivals
from fornix.ingest.leftovers import purge_deleted
from fornix.models import Arrival
from fornix.worker.delivery_jobs import delivery_jobs
from fornix.worker.inbox_jobs import inbox_jobs
from fornix.worker.loop import Job, log_failure
from fornix.worker.manifest_jobs import manifest_jobs

logger = logging.getLogger(__name__)

DUE_EVERY_S = 1.0
LEFTOVERS_EVERY_S = 60.0
TIDY_EVERY_S = 300.0
PURGE_EVERY_S = 3600.0
SOON_S = 3.0
# A download notes every half a minute that it still runs.
ABANDONED_AFTER = timedelta(minutes=5)
UNDO = timedelta(days=30)  # so long a deleted arrival may be taken back
RETRIED_AT_ONCE = 10


def data_jobs(news: threading.Event) -> tuple[Job, ...]:
    """`news`: something was learned because of which what waits may be filed."""
    return (
        Job("due", file_what_is_due, DUE_EVERY_S),
        Job("retry", Retrying(news).run, DUE_EVERY_S),
        Job("leftovers", finish_leftovers, LEFTOVERS_EVERY_S),
        *inbox_jobs(),
        *delivery_jobs(),
        Job("tidy", tidy, TIDY_EVERY_S, first_after_s=SOON_S),
        Job("purge", purge, PURGE_EVERY_S, first_after_s=SOON_S),
        *manifest_jobs(),
    )


def file_what_is_due() -> None:
    """Files some of what is quiet, complete or decided."""
    for filed in file_due(wiring.store(), wiring.site_rules()):
        logger.info("action=arrival-filed arrival=%s waits=%s", filed.arrival_id, bool(filed.waits_because))


def finish_leftovers() -> None:
    """Files to the end what importers that died had received, throws away what they had not, and ends uploads."""
    for filed in file_leftovers(wiring.store(), wiring.site_rules(), by_person=False):
        logger.info("action=leftover-filed arrival=%s waits=%s", filed.arrival_id, bool(filed.waits_because))


@dataclass(slots=True)
class Retrying:
    """After news, tries again to file each arrival that waits: some at a time, so that what is due comes between."""

    news: threading.Event
    remaining: deque[Arrival] = field(default_factory=deque)

    def run(self) -> None:
        """Some of them."""
        if self.news.is_set():
            self.news.clear()
            self.remaining = deque(waiting_arrivals())
        filed = 0
        for _ in islice(range(len(self.remaining)), RETRIED_AT_ONCE):
            filed += self._retry(self.remaining.popleft())
        if filed:
            logger.info("action=waiting-filed arrivals=%d", filed)

    def _retry(self, arrival: Arrival) -> int:
        try:
            outcomes = retry_arrival(arrival, wiring.store(), wiring.site_rules())
        except Exception as error:  # noqa: BLE001 - the others are tried all the same; this one's attempt is counted
            log_failure("retry", error)
            return 0
        return sum(outcome.session is not None for outcome in outcomes)


def tidy() -> None:
    """Ends Access rows of killed processes, and forgets log-ins that have run out."""
    cut = close_abandoned(silent_since=timezone.now() - ABANDONED_AFTER)
    if cut:
        logger.info("action=accesses-ended count=%d", cut)
    SessionStore.clear_expired()


def purge() -> None:
    """Ends arrivals whose deletion cannot be undone any more."""
    purged = purge_deleted(wiring.store(), before=timezone.now() - UNDO)
    if purged:
        logger.info("action=deleted-purged arrivals=%d", purged)
