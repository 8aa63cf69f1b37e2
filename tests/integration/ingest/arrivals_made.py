"""Arrivals that wait, as imports leave them, and the filing that follows a decision."""

from __future__ import annotations

from pathlib import Path

from tests import factories
from tests.integration.ingest.archive import Archive, instance, put_all

from fornix.access.actors import Actor
from fornix.ingest.filing import Filed, file_arrival
from fornix.ingest.importing import import_sources
from fornix.ingest.receive import Destination, Origin
from fornix.ingest.sources import find_sources
from fornix.models import Account, Arrival

AT = factories.AT
ROOT = "root"


def root() -> Actor:
    return factories.actor_of(factories.make_account(ROOT, is_administrator=True))


def waiting(
    archive: Archive,
    folder: Path,
    *contents: bytes,
    account: Account | None = None,
    project: str = "",
    count: int = 2,
    **header: str,
) -> Arrival:
    """An arrival of these files, or of `count` slices of these values, that waits: nothing names a project of it."""
    known = set(Arrival.objects.values_list("pk", flat=True))
    told = {"StudyDescription": None, "AccessionNumber": None} | header
    put_all(folder, contents or [instance(**told) for _ in range(count)])
    source = "browser" if account else "import"
    origin = Origin(source, account)
    import_sources(find_sources([folder]), Destination(project), origin, archive.store, archive.rules)
    return Arrival.objects.exclude(pk__in=known).get()


def file_due(archive: Archive, arrival_id: str) -> Filed | None:
    """What the worker does with an arrival that is due."""
    arrival = Arrival.objects.get(pk=arrival_id)
    assert not arrival.refusal
    return file_arrival(arrival, archive.store, archive.rules, source=arrival.upload.source, by_person=False)
