"""What the mirror lane does: sweeps by the clock and by request, and tells the data lane of news."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone
from tests.acceptance.served import write_images
from tests.integration.booking.site_settings import configured_for

from fornix import wiring
from fornix.access.actors import OPERATOR
from fornix.booking.lease import take_lease
from fornix.booking.report import HELD, Line
from fornix.booking.requests import ask_for_sweep, open_request
from fornix.booking.sweep import SweepResult, run_sweep
from fornix.ingest.importing import import_paths, waiting_arrivals
from fornix.ingest.receive import Destination
from fornix.models import Arrival, ImagingSession, Sweep, SweepOutcome, SweepRequest, Upload
from fornix.simulator.calpendo.server import CalpendoServer
from fornix.worker import mirror_jobs
from fornix.worker.data_jobs import Retrying
from fornix.worker.mirror_jobs import (
    SOON_S,
    UNCONFIGURED_EVERY_S,
    Sweeping,
    first_sweep_after_s,
    sweep_every_s,
)

pytestmark = pytest.mark.django_db

CODE = "2023_112"  # of the simulated centre


@pytest.fixture(scope="module")
def calpendo():
    with CalpendoServer(clock=timezone.now()) as server:
        yield server


@pytest.fixture
def sweeping(calpendo, monkeypatch):
    """The job of an archive whose first sweep was confirmed; what waited then waits still."""
    configured_for(calpendo, monkeypatch)
    run_sweep(wiring.calpendo_config(), timezone.now(), accept_first=True)
    return Sweeping()


@pytest.fixture
def fresh(calpendo, monkeypatch):
    """The job of an archive that never swept."""
    configured_for(calpendo, monkeypatch)
    return Sweeping()


def ask(**options) -> SweepRequest:
    return ask_for_sweep(OPERATOR, at=timezone.now(), **options)


@pytest.fixture
def waits(tmp_path):
    """An arrival for a project that nobody knows yet."""
    write_images(tmp_path / "study")
    import_paths([tmp_path / "study"], Destination(project=CODE), wiring.store(), wiring.site_rules())
    return Arrival.objects.get()


def test_what_waited_for_its_project_is_filed_after_the_sweep(waits, sweeping):
    sweeping.run()
    Retrying(sweeping.news).run()

    session = ImagingSession.objects.get()
    assert (session.project.label, session.file_count) == (CODE, 3)
    assert not waiting_arrivals()
    assert not Upload.objects.exists()


def test_without_news_nothing_is_tried_again(waits, sweeping):
    sweeping.run()
    sweeping.news.clear()

    sweeping.run()

    assert not sweeping.news.is_set()
    assert Sweep.objects.filter(outcome=SweepOutcome.COMPLETE).count() == 3


def test_an_archive_that_never_swept_only_plans_and_tries_nothing_again(fresh, waits):
    fresh.run()

    assert not fresh.news.is_set()
    assert Sweep.objects.get().outcome == SweepOutcome.PLANNED


def test_a_request_that_accepts_makes_the_first_sweep_and_files_what_waits(fresh, waits):
    request = ask(accepts=True)

    fresh.answer()
    Retrying(fresh.news).run()

    request.refresh_from_db()
    assert (request.sweep.outcome, open_request()) == (SweepOutcome.COMPLETE, None)
    assert ImagingSession.objects.get().project.label == CODE


def test_a_request_that_waited_long_for_a_worker_accepts_nothing(fresh):
    request = ask(accepts=True)
    SweepRequest.objects.update(asked_at=timezone.now() - timedelta(minutes=16))

    fresh.answer()

    request.refresh_from_db()
    assert (request.sweep.outcome, open_request()) == (SweepOutcome.PLANNED, None)


def test_an_hourly_sweep_accepts_nothing(fresh):
    request = ask(accepts=True)

    fresh.run()

    assert open_request() == request
    assert Sweep.objects.get().outcome == SweepOutcome.PLANNED


def test_without_a_request_nothing_is_swept(sweeping):
    sweeping.answer()

    assert Sweep.objects.count() == 1


def test_a_request_beside_a_running_sweep_waits_for_its_end(sweeping):
    running = take_lease(timezone.now())
    request = ask()

    sweeping.answer()
    waited = open_request()
    Sweep.objects.filter(pk=running.pk).update(outcome=SweepOutcome.INCOMPLETE)
    sweeping.answer()

    request.refresh_from_db()
    assert (waited, request.sweep.outcome) == (request, SweepOutcome.COMPLETE)


def test_a_request_without_a_calpendo_is_declined():
    request = ask()

    Sweeping().answer()

    request.refresh_from_db()
    assert (request.sweep, open_request(), Sweep.objects.exists()) == (None, None, False)


def test_a_mistake_in_the_settings_is_logged_and_swept_over(sweeping, monkeypatch, caplog):
    configured = settings.FORNIX
    broken = replace(configured, calpendo=configured.calpendo | {"calpendo.time_zone": "Mars/Olympus"})
    monkeypatch.setattr(settings, "FORNIX", broken)

    with caplog.at_level(logging.WARNING, "fornix.worker.mirror_jobs"):
        sweeping.run()
    monkeypatch.setattr(settings, "FORNIX", configured)
    sweeping.run()

    assert "action=sweep-skipped reason=" in caplog.text
    assert "Mars/Olympus" in caplog.text
    assert Sweep.objects.count() == 2


def test_words_of_others_make_no_line_in_the_log(sweeping, monkeypatch, caplog):
    forged = "a\n2026-11-23 INFO action=sweep outcome=complete"
    configured = settings.FORNIX
    broken = replace(configured, calpendo=configured.calpendo | {"calpendo.time_zone": forged})
    result = SweepResult(7, SweepOutcome.INCOMPLETE, forged, 1, {})

    with caplog.at_level(logging.WARNING, "fornix.worker.mirror_jobs"):
        monkeypatch.setattr(mirror_jobs, "run_sweep", lambda *_, **__: result)
        sweeping.run()
        monkeypatch.setattr(settings, "FORNIX", broken)
        sweeping.run()

    told = [record.getMessage() for record in caplog.records]
    assert [each.partition(" ")[0] for each in told][-2:] == [
        "action=sweep-incomplete",
        "action=sweep-skipped",
    ]
    assert not any("\n" in each for each in told)


def test_settings_count_from_the_next_sweep_on(calpendo, monkeypatch):
    sweeping = Sweeping()
    sweeping.run()
    before = (Sweep.objects.count(), sweep_every_s())
    configured_for(calpendo, monkeypatch, interval_s=120)

    sweeping.run()

    assert before == (0, UNCONFIGURED_EVERY_S)
    assert (Sweep.objects.count(), sweep_every_s()) == (1, 120.0)


def test_what_is_held_again_in_each_sweep_is_no_news():
    held = Line(HELD, "7", "nobody is left")
    result = SweepResult(1, SweepOutcome.HELD, "", 4, {}, lines=(held,))

    assert not result.has_news
    assert replace(result, lines=(held, Line("person.left", "P1", "Ada as user"))).has_news


def test_a_sweep_beside_another_is_left_out(sweeping):
    take_lease(timezone.now())

    sweeping.run()

    assert Sweep.objects.count() == 2


def test_the_first_sweep_comes_soon_and_after_a_recent_one_in_its_time():
    now = timezone.now()
    begun = first_sweep_after_s(3600.0, now)
    Sweep.objects.create(
        started_at=now, finished_at=now - timedelta(seconds=600), outcome=SweepOutcome.COMPLETE
    )

    assert (begun, first_sweep_after_s(3600.0, now)) == (SOON_S, 3000.0)
