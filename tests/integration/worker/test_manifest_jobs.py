"""The worker writes manifests by itself, and they come after what is due."""

from __future__ import annotations

import dataclasses
import threading
from datetime import timedelta

import pytest
from django.utils import timezone
from tests.integration.ingest.archive import Archive, mri

from fornix import wiring
from fornix.access.accounts import create_account
from fornix.access.actors import OPERATOR
from fornix.integrity.manifest_text import stored_numbers
from fornix.integrity.site_names import SITE
from fornix.models import ImagingSession, RoutingRule
from fornix.worker.data_jobs import data_jobs
from fornix.worker.manifest_jobs import (
    SITE_AT_LEAST_EVERY_S,
    SITE_EVERY_S,
    SiteJob,
    manifest_jobs,
    write_sessions,
)

pytestmark = pytest.mark.django_db


def test_a_session_that_is_quiet_has_its_manifest_after_a_round(tmp_path, monkeypatch):
    Archive(wiring.store()).take(mri(tmp_path / "in"), project="A")
    write_sessions()
    assert ImagingSession.objects.get().manifest_number == 0

    at_once = dataclasses.replace(wiring.site_rules(), quiet_time=timedelta(0))
    monkeypatch.setattr(wiring, "site_rules", lambda: at_once)
    write_sessions()
    SiteJob().run()

    session = ImagingSession.objects.get()
    assert stored_numbers(wiring.store(), session.accession) == [session.manifest_number] == [1]
    assert stored_numbers(wiring.store(), SITE) == [1]


def test_the_site_is_read_whole_only_after_a_change(django_assert_max_num_queries):
    site = SiteJob(clock=lambda: 0.0)
    site.run()
    with django_assert_max_num_queries(25):
        site.run()
    assert stored_numbers(wiring.store(), SITE) == [1]

    create_account(OPERATOR, "carol", password="a quiet brown horse", at=timezone.now())
    site.run()

    assert stored_numbers(wiring.store(), SITE) == [1, 2]
    assert site.every_s() == SITE_EVERY_S == 60


def test_a_new_manifest_of_a_session_is_followed_by_one_of_the_site(tmp_path):
    Archive(wiring.store()).take(mri(tmp_path / "in"), project="A")
    site = SiteJob(clock=lambda: 0.0)
    site.run()

    ImagingSession.objects.update(manifest_number=1)
    site.run()

    assert stored_numbers(wiring.store(), SITE) == [1, 2]


def test_what_the_cheap_look_does_not_see_is_written_after_ten_minutes():
    RoutingRule.objects.create(position=1, name="ours", project="A", changed_at=timezone.now())
    seconds = [0.0]
    site = SiteJob(clock=lambda: seconds[0])
    site.run()

    RoutingRule.objects.update(name="theirs")
    site.run()
    assert stored_numbers(wiring.store(), SITE) == [1]

    seconds[0] = SITE_AT_LEAST_EVERY_S
    site.run()
    assert stored_numbers(wiring.store(), SITE) == [1, 2]


def test_a_large_site_is_written_less_often():
    times = iter([0.0, 12.0])
    site = SiteJob(clock=lambda: next(times))

    site.run()

    assert site.every_s() == 240


def test_the_worker_has_the_jobs():
    names = [job.name for job in data_jobs(threading.Event())]

    assert {job.name for job in manifest_jobs()} <= set(names)
    assert names.index("due") < names.index("manifests")
