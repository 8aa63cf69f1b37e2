"""Jobs for what people hand in over HTTP: committed deliveries are imported, forgotten ones expire."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from fornix import wiring
from fornix.ingest.deliveries_import import import_due_deliveries
from fornix.ingest.deliveries_removal import remove_expired
from fornix.ingest.deliveries_sources import sweep_scratch
from fornix.worker.loop import Job

IMPORT_EVERY_S = 1.0  # somebody looks at the page and waits
EXPIRE_EVERY_S = 900.0
SOON_S = 3.0
SCRATCH_KEPT = timedelta(days=1)  # longer than any archive is read


def delivery_jobs() -> tuple[Job, ...]:
    """The jobs of deliveries."""
    return (
        Job("deliveries", import_deliveries, IMPORT_EVERY_S),
        Job("deliveries-expiry", expire_deliveries, EXPIRE_EVERY_S, first_after_s=SOON_S),
    )


def import_deliveries() -> None:
    """Imports one that is committed: what scanners send is filed in between."""
    import_due_deliveries(wiring.store(), wiring.site_rules(), wiring.scratch(), at_most=1)


def expire_deliveries() -> None:
    """Ends what nobody goes on with, and what a killed process left of those that have ended."""
    now = timezone.now()
    remove_expired(wiring.store(), now)
    sweep_scratch(wiring.scratch(), (now - SCRATCH_KEPT).timestamp())
