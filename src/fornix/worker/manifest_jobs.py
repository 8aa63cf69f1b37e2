"""Manifests in the background: of sessions that have been quiet, and of the site."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Hashable

from django.utils import timezone

from fornix import wiring
from fornix.integrity.manifests import write_due_manifests
from fornix.integrity.site_manifest import write_site_manifest
from fornix.integrity.site_mark import site_mark
from fornix.worker.loop import Job

logger = logging.getLogger(__name__)

SESSIONS_EVERY_S = 15.0
SITE_EVERY_S = 60.0
# Its tables are read whole when it is written: of a large site no more than a twentieth of the time.
SITE_PAUSE = 20
SITE_AT_LEAST_EVERY_S = 600.0  # then it is compared, whatever the cheap look says


class SiteJob:
    """Writes the site's manifest soon after something of it changed. What was seen last is this process's own."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen: Hashable = None
        self._compared_at = -SITE_AT_LEAST_EVERY_S
        self._every_s = SITE_EVERY_S

    def run(self) -> None:
        """Looks whether anything changed; only then reads the tables and writes."""
        mark, began = site_mark(), self._clock()
        if mark == self._seen and began - self._compared_at < SITE_AT_LEAST_EVERY_S:
            return
        if write_site_manifest(wiring.store()):
            logger.info("action=site-manifest-written")
        self._seen, self._compared_at = mark, began
        took_s = self._clock() - began
        self._every_s = min(max(SITE_EVERY_S, SITE_PAUSE * took_s), SITE_AT_LEAST_EVERY_S)

    def every_s(self) -> float:
        """Seconds to the next look."""
        return self._every_s


def manifest_jobs() -> tuple[Job, ...]:
    """Both come after what is due: filing waits for no manifest longer than one round of them takes."""
    site = SiteJob()
    return (
        Job("manifests", write_sessions, SESSIONS_EVERY_S, first_after_s=SESSIONS_EVERY_S),
        Job("site-manifest", site.run, site.every_s, first_after_s=SESSIONS_EVERY_S),
    )


def write_sessions() -> None:
    """Some sessions."""
    quiet = wiring.site_rules().quiet_time
    written = write_due_manifests(wiring.store(), at=timezone.now(), quiet=quiet)
    if written:
        logger.info("action=manifests-written sessions=%d", written)
