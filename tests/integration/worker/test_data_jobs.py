"""What the data lane does: files what is due and what waited for news, finishes what the dead left, tidies up."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from tests import factories
from tests.acceptance.served import write_images

from fornix import wiring
from fornix.audit.accesses import open_access
from fornix.catalog.projects import create_project
from fornix.ingest.importing import import_paths
from fornix.ingest.receive import Destination
from fornix.models import Access, Arrival, File, ImagingSession, Upload
from fornix.models.memberships import Role
from fornix.worker import data_jobs
from fornix.worker.data_jobs import (
    UNDO,
    Retrying,
    file_what_is_due,
    finish_leftovers,
    purge,
    tidy,
)

pytestmark = pytest.mark.django_db

CODE = "STUDY_A"


@pytest.fixture
def waits(tmp_path):
    """An arrival for a project that nobody knows yet."""
    write_images(tmp_path / "study")
    import_paths([tmp_path / "study"], Destination(project=CODE), wiring.store(), wiring.site_rules())
    return Arrival.objects.get()


@pytest.fixture
def news():
    told = threading.Event()
    told.set()
    return told


def test_what_still_nobody_knows_goes_on_waiting(waits, news):
    before = waits.refusal

    Retrying(news).run()

    waits.refresh_from_db()
    assert (waits.refusal, waits.lease_owner, ImagingSession.objects.count()) == (before, "", 0)
    assert Upload.objects.get().settled_at is not None


def test_one_that_cannot_be_filed_does_not_hold_up_the_others(waits, news, monkeypatch):
    create_project(CODE, at=factories.AT, source="command")
    real, calls = data_jobs.retry_arrival, []

    def fail_first(*args):
        calls.append(args)
        if len(calls) == 1:
            raise ValueError
        return real(*args)

    monkeypatch.setattr(data_jobs, "retry_arrival", fail_first)
    monkeypatch.setattr(data_jobs, "waiting_arrivals", lambda: [waits, waits])

    Retrying(news).run()

    assert ImagingSession.objects.get().file_count == 3


def test_without_news_nothing_is_tried_again(waits):
    create_project(CODE, at=factories.AT, source="command")

    Retrying(threading.Event()).run()

    assert not ImagingSession.objects.exists()


def test_what_a_person_decided_is_filed(waits):
    create_project(CODE, at=factories.AT, source="command")
    Arrival.objects.update(refusal="", decided_at=timezone.now(), committed_at=timezone.now())

    file_what_is_due()

    assert ImagingSession.objects.get().file_count == 3


def delete(arrival: Arrival, *, ago: timedelta) -> None:
    Arrival.objects.filter(pk=arrival.pk).update(deleted_at=timezone.now() - ago)


def test_what_was_deleted_long_ago_is_purged_with_its_bytes(waits):
    delete(waits, ago=UNDO + timedelta(hours=1))

    purge()

    assert not Arrival.objects.exists()
    assert not File.objects.exists()
    assert not Upload.objects.exists()
    assert list(wiring.store().list("")) == []


def test_what_was_deleted_lately_is_kept_and_neither_filed_nor_tried_again(waits, news):
    create_project(CODE, at=factories.AT, source="command")
    delete(waits, ago=UNDO - timedelta(hours=1))

    purge()
    file_what_is_due()
    Retrying(news).run()

    assert (Arrival.objects.count(), File.objects.count(), ImagingSession.objects.count()) == (1, 3, 0)


def test_what_a_dead_importer_had_sealed_is_filed(waits):
    create_project(CODE, at=factories.AT, source="command")
    Arrival.objects.update(refusal="")
    Upload.objects.update(owner="elsewhere:1:1", settled_at=None, sealed_at=factories.AT)

    finish_leftovers()

    assert ImagingSession.objects.get().file_count == 3


def test_tidying_ends_abandoned_downloads_and_forgets_old_log_ins():
    alice = factories.make_account("alice")
    session = factories.make_session(
        factories.make_subject(factories.make_project(people={alice: Role.OWNER}))
    )
    open_access(
        "session",
        at=factories.AT,
        account=alice,
        token=None,
        address="",
        session=session,
        scan=None,
        file_count=1,
        byte_count=1,
    )
    Session.objects.create(session_key="old", session_data="", expire_date=factories.AT)

    tidy()

    assert Access.objects.get().outcome == "cut"
    assert not Session.objects.exists()
