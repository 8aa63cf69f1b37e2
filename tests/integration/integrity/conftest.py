"""An archive with something of everything, for tests of manifests, backups and repairs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.integration.ingest.archive import Archive, meg, mri, put

from fornix import wiring
from fornix.integrity.manifests import write_due_manifests
from fornix.integrity.site_manifest import write_site_manifest


@pytest.fixture
def whole(db, tmp_path) -> Archive:
    """Two sessions, a passenger and an arrival that waits, with nothing wrong."""
    archive = Archive(wiring.store())
    folder = mri(tmp_path / "in")
    put(folder / "notes.txt", b"she moved")
    archive.take(folder, meg(tmp_path / "meg"), project="A")
    archive.take(mri(tmp_path / "waits", "P02", day=2))
    return archive


def later() -> timezone.datetime:
    """When what was just changed has been quiet for long enough."""
    return timezone.now() + timedelta(minutes=5)


def write_manifests(archive: Archive) -> int:
    """What the worker does, once all is quiet."""
    write_site_manifest(archive.store)
    return write_due_manifests(archive.store, at=later())
