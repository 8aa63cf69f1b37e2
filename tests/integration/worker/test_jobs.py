"""What the worker does: finishes what importers left, sweeps, files what waited for the sweep, tidies up."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from tests import factories
from tests.acceptance.served import write_images

from fornix import wiring
from fornix.audit.accesses import open_access
from fornix.booking.config import CalpendoConfig
from fornix.booking.lease import take_lease
from fornix.booking.report import Line
from fornix.booking.sweep import SweepResult
from fornix.catalog.projects import create_project
from fornix.ingest.importing import import_paths, waiting_arrivals
from fornix.ingest.receive import Destination
from fornix.models import Access, Arrival, ImagingSession, Sweep, SweepOutcome, Upload
from fornix.models.memberships import Role
from fornix.simulator.calpendo.server import CalpendoServer
from fornix.worker import jobs
from fornix.worker.jobs import SOON_S, Sweeping, finish_leftovers, first_sweep_after_s, retry_waiting, tidy

pytestmark = pytest.mark.django_db

CODE = "2023_112"  # of the simulated centre


@pytest.fixture(scope="module")
def calpendo():
    with CalpendoServer(clock=timezone.now()) as server:
        yield server


@pytest.fixture
def sweeping(calpendo):
    return Sweeping(CalpendoConfig(calpendo.url, "archive", "archive"))


@pytest.fixture
def waits(tmp_path):
    """An arrival for a project that nobody knows yet."""
    write_images(tmp_path / "study")
    import_paths([tmp_path / "study"], Destination(project=CODE), wiring.store(), wiring.site_rules())
    return Arrival.objects.get()


def test_what_waited_for_its_project_is_filed_after_the_sweep(waits, sweeping):
    sweeping.run()

    session = ImagingSession.objects.get()
    assert (session.project.label, session.file_count) == (CODE, 3)
    assert not waiting_arrivals()
    assert not Upload.objects.exists()


def test_without_news_nothing_is_tried_again(sweeping, waits, monkeypatch):
    sweeping.run()
    monkeypatch.setattr(jobs, "retry_waiting", lambda: pytest.fail("nothing is new"))

    sweeping.run()

    assert Sweep.objects.filter(outcome=SweepOutcome.COMPLETE).count() == 2


def test_what_is_held_again_in_each_sweep_is_no_news():
    held = Line("removal.held", "7", "nobody is left")
    result = SweepResult(1, SweepOutcome.HELD, "", 4, {}, lines=(held,))

    assert not result.has_news
    assert replace(result, lines=(held, Line("person.left", "P1", "Ada as user"))).has_news


def test_what_still_nobody_knows_goes_on_waiting(waits):
    before = waits.refusal

    filed = retry_waiting()

    waits.refresh_from_db()
    assert (filed, waits.refusal, waits.lease_owner) == (0, before, "")
    assert Upload.objects.get().settled_at is not None


def test_one_that_cannot_be_filed_does_not_hold_up_the_others(waits, monkeypatch):
    create_project(CODE, at=factories.AT, source="command")
    real, calls = jobs.retry_arrival, []

    def fail_first(*args):
        calls.append(args)
        if len(calls) == 1:
            raise ValueError
        return real(*args)

    monkeypatch.setattr(jobs, "retry_arrival", fail_first)
    monkeypatch.setattr(jobs, "waiting_arrivals", lambda: [waits, waits])

    assert retry_waiting() == 1


def test_a_sweep_beside_another_is_left_out(sweeping):
    take_lease(timezone.now())

    sweeping.run()

    assert Sweep.objects.count() == 1


def test_the_first_sweep_comes_soon_and_after_a_recent_one_in_its_time():
    now = timezone.now()
    begun = first_sweep_after_s(3600.0, now)
    Sweep.objects.create(
        started_at=now, finished_at=now - timedelta(seconds=600), outcome=SweepOutcome.COMPLETE
    )

    assert (begun, first_sweep_after_s(3600.0, now)) == (SOON_S, 3000.0)


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
