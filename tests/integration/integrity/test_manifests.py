"""Manifests are written once sessions are quiet, exactly when rows changed, and the newest two are kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.integration.ingest.archive import mri
from tests.integration.integrity.conftest import later, write_manifests

from fornix.catalog.counters import count_files
from fornix.ingest.flags import raise_flag
from fornix.integrity.manifest_text import ManifestUnreadable, compress, read_lines, stored_numbers
from fornix.integrity.manifests import write_due_manifests, write_manifest
from fornix.integrity.session_lines import session_lines
from fornix.integrity.site_manifest import write_site_manifest
from fornix.integrity.site_names import SITE
from fornix.models import Account, Flag, ImagingSession, SiteSetting
from fornix.storage.keys import manifest_key
from fornix.storage.store import KeyTaken


@pytest.fixture
def session(whole) -> ImagingSession:
    return ImagingSession.objects.order_by("pk").first()


def newest_lines(archive, session) -> list[dict]:
    number = stored_numbers(archive.store, session.accession)[-1]
    return list(read_lines(archive.store, manifest_key(session.accession, number)))


def test_a_quiet_session_gets_its_manifest_and_a_fresh_one_waits(whole):
    assert write_due_manifests(whole.store, at=timezone.now()) == 0
    assert write_due_manifests(whole.store, at=later()) == 2
    assert write_due_manifests(whole.store, at=later()) == 0
    assert whole.findings() == []


def test_a_manifest_tells_all_files_with_their_hashes_and_places(whole, session):
    write_manifests(whole)

    files = [line for line in newest_lines(whole, session) if "file" in line]

    rows = ImagingSession.objects.get(pk=session.pk).resources.values_list(
        "files__name", "files__blob__key", "files__blob__length", "files__blob__sha256"
    )
    told = [(f["file"]["name"], f["blob"]["key"], f["blob"]["length"], f["blob"]["sha256"]) for f in files]
    assert sorted(told) == sorted(rows)


def test_each_change_makes_a_new_manifest_and_the_newest_two_are_kept(whole, session):
    for _ in range(3):
        write_manifests(whole)
        count_files(session, {}, at=timezone.now())
    write_manifests(whole)

    assert stored_numbers(whole.store, session.accession) == [3, 4]
    session.refresh_from_db()
    assert (session.manifest_number, session.manifest_at) == (4, session.changed_at)


def test_a_flag_that_is_raised_later_makes_a_new_manifest_once(whole, session):
    write_manifests(whole)
    raise_flag(session, "odd", "look at this", at=timezone.now())

    assert [write_manifests(whole) for _ in range(2)] == [1, 0]
    assert Flag.objects.get().detail in [
        line["flag"]["detail"] for line in newest_lines(whole, session) if "flag" in line
    ]


def test_a_change_that_is_committed_late_with_an_earlier_time_is_seen(whole, session):
    write_manifests(whole)
    ImagingSession.objects.filter(pk=session.pk).update(changed_at=session.changed_at - timedelta(seconds=1))

    assert [write_manifests(whole) for _ in range(2)] == [1, 0]


def test_a_session_that_changes_while_it_is_read_gets_no_manifest(whole, session, monkeypatch):
    def changing(row):
        yield from session_lines(row)
        ImagingSession.objects.filter(pk=row.pk).update(changed_at=timezone.now())

    monkeypatch.setattr("fornix.integrity.manifests.session_lines", changing)

    assert not write_manifest(session.pk, whole.store)
    assert stored_numbers(whole.store, session.accession) == []


def test_a_worker_that_was_killed_before_it_noted_the_manifest_writes_the_next_one(whole, session):
    whole.store.put(manifest_key(session.accession, 1), compress(session_lines(session)))

    assert write_manifests(whole) == 2
    assert stored_numbers(whole.store, session.accession) == [1, 2]
    assert whole.findings() == []


def test_two_workers_write_one_manifest(whole, session, monkeypatch):
    class Raced:
        """The other worker was a moment faster."""

        def __getattr__(self, name):
            return getattr(whole.store, name)

        def put(self, key, chunks):
            whole.store.put(key, chunks)
            raise KeyTaken

    assert not write_manifest(session.pk, Raced())
    assert write_manifest(session.pk, whole.store)
    assert whole.findings() == []


@pytest.mark.parametrize("cut", [1, 10, 40, -1])
def test_a_manifest_that_is_cut_off_is_known_for_it(whole, session, cut):
    content = b"".join(compress(session_lines(session)))[:cut]
    whole.store.put(manifest_key(session.accession, 1), [content])

    with pytest.raises(ManifestUnreadable):
        newest_lines(whole, session)


def test_the_site_s_manifest_is_written_when_something_of_it_changed(whole):
    assert [write_site_manifest(whole.store) for _ in range(2)] == [True, False]

    SiteSetting.objects.create(key="calpendo.url", value="http://c.example", changed_at=timezone.now())

    assert [write_site_manifest(whole.store) for _ in range(2)] == [True, False]
    assert stored_numbers(whole.store, SITE) == [1, 2]


def test_manifests_hold_no_password(whole):
    secret = "pbkdf2_sha256$1$salt$hash"
    Account.objects.create(username="alice", password=secret, created_at=timezone.now())
    write_manifests(whole)

    told = "".join(str(line) for line in read_lines(whole.store, manifest_key(SITE, 1)))
    assert "alice" in told
    assert secret not in told


def test_a_session_that_gets_more_data_is_written_anew(whole, session, tmp_path):
    write_manifests(whole)
    whole.take(mri(tmp_path / "more", numbers=(1, 2, 3)), project="A")

    assert write_manifests(whole) == 1
    assert len([line for line in newest_lines(whole, session) if line.get("scan")]) == 3
