"""Manifests in the background: of sessions that have been quiet, and of the site."""

from __future__ import annotations

import logging

from django.utils import timezone

from fornix import wiring
from fornix.integrity.manifests import write_due_manifests
from fornix.integrity.site_manifest import write_site_manifest
from fornix.worker.loop import Job

logger = logging.getLogger(__name__)

SESSIONS_EVERY_S = 15.0
# Its tables are read whole each time.
SITE_EVERY_S = 600.0


def manifest_jobs() -> tuple[Job, ...]:
    """Both come after what is due: filing waits for no manifest longer than one round of them takes."""
    return (
        Job("manifests", write_sessions, SESSIONS_EVERY_S, first_after_s=SESSIONS_EVERY_S),
        Job("site-manifest", write_site, SITE_EVERY_S, first_after_s=SESSIONS_EVERY_S),
    )


def write_sessions() -> None:
    """Some sessions."""
    quiet = wiring.site_rules().quiet_time
    written = write_due_manifests(wiring.store(), at=timezone.now(), quiet=quiet)
    if written:
        logger.info("action=manifests-written sessions=%d", written)


def write_site() -> None:
    """The site, where something of it changed."""
    if write_site_manifest(wiring.store()):
        logger.info("action=site-manifest-written")
