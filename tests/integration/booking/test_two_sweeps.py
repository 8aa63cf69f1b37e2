"""Two sweeps at once, on connections of their own: one is turned away, and two are never applied in turns."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection
from tests.integration.booking.mirrored import (
    AT_ONCE,
    add_accounts,
    config_of,
    everything_but_sweeps,
    rights,
    sweep,
    true_rights,
)

from fornix.booking import sweep as sweeping
from fornix.booking.lease import STALE_AFTER
from fornix.booking.refusals import SweepRunning
from fornix.booking.sweep import run_sweep
from fornix.catalog.projects import create_project
from fornix.models import Event, Project, Sweep, SweepOutcome

pytestmark = pytest.mark.django_db(transaction=True)
HEARING = "300004157000412"


def sweep_together(server, times: int) -> list[str]:
    """Starts sweeps at one moment, each in a thread of its own; how each ended."""
    together, ends = threading.Barrier(times), []

    def start() -> None:
        together.wait()
        try:
            result = run_sweep(config_of(server), server.site.clock, patience=AT_ONCE, accept_first=True)
            ends.append(f"{result.outcome.value}, {'news' if result.has_news else 'nothing new'}")
        except SweepRunning:
            ends.append("turned away")
        finally:
            connection.close()

    threads = [threading.Thread(target=start) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(ends)


def test_of_sweeps_that_begin_together_one_alone_brings_the_news(calpendo):
    add_accounts(calpendo)
    create_project("2023_112", at=calpendo.site.clock, source="command")

    ends = sweep_together(calpendo, 3)

    assert ends.count("complete, news") == 1
    assert set(ends) <= {"complete, news", "complete, nothing new", "turned away"}
    writers = {event.details["sweep"] for event in Event.objects.filter(details__has_key="sweep")}
    assert len(writers) == 1
    assert rights() == true_rights(calpendo)


def test_a_sweep_that_was_taken_for_dead_writes_nothing_after_the_next_one(calpendo, monkeypatch):
    apply_plan, after_the_next = sweeping.apply_plan, []

    def apply_late(plan, instance, sweep_row, at, **options):
        """Its machine stood still between reading and writing, for longer than a sweep may be silent."""
        monkeypatch.setattr(sweeping, "apply_plan", apply_plan)
        ago = at - STALE_AFTER - timedelta(seconds=1)
        Sweep.objects.filter(pk=sweep_row.pk).update(renewed_at=ago)
        calpendo.site.edit(
            {"op": "set", "type": "Calpendo.Project", "id": HEARING, "fields": {"name": "A newer title"}}
        )
        assert sweep(calpendo).outcome is SweepOutcome.COMPLETE
        after_the_next.append(everything_but_sweeps())
        apply_plan(plan, instance, sweep_row, at, **options)

    add_accounts(calpendo)
    create_project("2023_112", at=calpendo.site.clock, source="command")
    monkeypatch.setattr(sweeping, "apply_plan", apply_late)
    late = sweep(calpendo)

    assert late.outcome is SweepOutcome.INCOMPLETE
    assert everything_but_sweeps() == after_the_next[0]
    assert Project.objects.get().name == "A newer title"
    assert rights() == true_rights(calpendo)
