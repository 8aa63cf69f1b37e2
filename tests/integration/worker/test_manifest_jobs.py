"""The worker writes manifests by itself, and they come after what is due."""

from __future__ import annotations

import dataclasses
import threading
from datetime import timedelta

import pytest
from tests.integration.ingest.archive import Archive, mri

from fornix import wiring
from fornix.integrity.manifest_text import stored_numbers
from fornix.integrity.site_names import SITE
from fornix.models import ImagingSession
from fornix.worker.data_jobs import data_jobs
from fornix.worker.manifest_jobs import manifest_jobs, write_sessions, write_site

pytestmark = pytest.mark.django_db


def test_a_session_that_is_quiet_has_its_manifest_after_a_round(tmp_path, monkeypatch):
    Archive(wiring.store()).take(mri(tmp_path / "in"), project="A")
    write_sessions()
    assert ImagingSession.objects.get().manifest_number == 0

    at_once = dataclasses.replace(wiring.site_rules(), quiet_time=timedelta(0))
    monkeypatch.setattr(wiring, "site_rules", lambda: at_once)
    write_sessions()
    write_site()

    session = ImagingSession.objects.get()
    assert stored_numbers(wiring.store(), session.accession) == [session.manifest_number] == [1]
    assert stored_numbers(wiring.store(), SITE) == [1]


def test_the_worker_has_the_jobs():
    names = [job.name for job in data_jobs(threading.Event())]

    assert {job.name for job in manifest_jobs()} <= set(names)
    assert names.index("due") < names.index("manifests")
