"""What was changed after the last manifests is told, and no number that may have been given is given again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.integration.ingest.archive import Archive, mri
from tests.integration.integrity.conftest import later, write_manifests

from fornix import wiring
from fornix.catalog.accessions import next_accession
from fornix.integrity.lost_changes import NUMBERS_SKIPPED, lost_since, settle_numbers
from fornix.integrity.manifests import write_due_manifests
from fornix.integrity.site_manifest import write_site_manifest
from fornix.integrity.site_names import SITE
from fornix.models import AccessionCounter, Arrival
from fornix.storage.keys import manifest_key

pytestmark = pytest.mark.django_db


@pytest.fixture
def filed(tmp_path) -> Archive:
    """One session, and nothing that waits."""
    archive = Archive(wiring.store())
    archive.take(mri(tmp_path / "in"), project="A")
    return archive


def test_a_site_that_was_written_last_lost_nothing(filed):
    assert write_due_manifests(filed.store, at=later()) == 1
    write_site_manifest(filed.store)

    assert lost_since(filed.store, 1, None) == ""


def test_a_newer_manifest_of_a_session_tells_that_changes_were_lost(filed):
    write_site_manifest(filed.store)
    assert write_due_manifests(filed.store, at=later()) == 1
    site = filed.store.stat(manifest_key(SITE, 1))

    told = lost_since(filed.store, 1, None)

    as_of = site.modified_at.astimezone().isoformat(sep=" ", timespec="seconds")
    assert told.startswith(f"the site is as of {as_of}; what was changed after that is lost")


@pytest.mark.parametrize(("seconds", "is_lost"), [(-1, False), (0, False), (1, True)])
def test_bytes_without_a_row_that_are_newer_tell_it_too(filed, seconds, is_lost):
    write_manifests(filed)
    write_site_manifest(filed.store)
    newest = max(stat.modified_at for stat in filed.store.list(manifest_key(SITE, 0)[:-1]))

    told = lost_since(filed.store, 2, newest + timedelta(seconds=seconds))

    assert bool(told) is is_lost


def test_numbers_go_on_where_all_is_in_sessions(filed):
    AccessionCounter.objects.all().delete()

    assert settle_numbers(filed.store, all_read=True) == 0
    assert next_accession("E", "FORNIX") == "FORNIX_E00002"


@pytest.mark.parametrize("known", [0, 25], ids=["by the session", "by the counter"])
def test_numbers_that_may_have_been_given_are_skipped(filed, known):
    AccessionCounter.objects.update(last=known)

    assert settle_numbers(filed.store, all_read=False) == NUMBERS_SKIPPED == 1_000
    assert next_accession("E", "FORNIX") == f"FORNIX_E0{max(known, 1) + 1_001}"


def test_what_waits_may_have_been_filed_since_so_that_numbers_are_skipped(whole):
    assert Arrival.objects.exists()

    assert settle_numbers(whole.store, all_read=True) == NUMBERS_SKIPPED
