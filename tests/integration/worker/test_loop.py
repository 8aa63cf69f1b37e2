"""Jobs run in their time; one that fails is counted and tried again, and the others run all the same."""

from __future__ import annotations

import logging
import threading

import pytest

from fornix.worker.loop import Job, run_jobs

pytestmark = pytest.mark.django_db


class Day:
    """A clock that moves only while the loop waits, and tells the loop to end after a while."""

    def __init__(self, lasts_s):
        self.now = 0.0
        self.lasts_s = lasts_s

    def __call__(self):
        return self.now

    def is_set(self):
        return self.now >= self.lasts_s

    def wait(self, seconds):
        self.now += seconds
        return self.is_set()


def run_for(seconds, *jobs):
    day = Day(seconds)
    run_jobs(jobs, day, clock=day, chance=lambda: 0.5)


def test_each_job_runs_in_its_own_time():
    ran = []

    run_for(
        100,
        Job("often", lambda: ran.append("often"), every_s=10),
        Job("once", lambda: ran.append("once"), every_s=3600, first_after_s=45),
    )

    assert (ran.count("often"), ran.count("once")) == (10, 1)
    assert ran.index("once") == 5


def test_a_failure_is_counted_and_named_without_its_words(caplog):
    ran, patient = [], "Vance^Harriet"

    def fail():
        raise ValueError(patient)

    with caplog.at_level(logging.ERROR, "fornix.worker.loop"):
        run_for(30, Job("fails", fail, every_s=3600), Job("goes on", lambda: ran.append(1), every_s=10))

    assert len(ran) == 3
    assert "job=fails error=ValueError failed=3" in caplog.text
    assert "Vance" not in caplog.text


def test_after_a_success_it_runs_as_usual_again():
    outcomes = iter([True, True, False, False, False])
    ran = []

    def run():
        ran.append(1)
        if next(outcomes, False):
            raise ValueError

    run_for(100, Job("recovers", run, every_s=40))

    assert len(ran) == 5  # at 0, 5, 15, 55, 95


def test_a_loop_that_is_told_to_end_ends():
    told = threading.Event()

    run_jobs([Job("ends it", told.set, every_s=3600)], told)

    assert told.is_set()


def test_an_interval_that_is_asked_for_may_change_meanwhile():
    ran = []

    run_for(100, Job("slower and slower", lambda: ran.append(1), every_s=lambda: 10.0 * len(ran)))

    assert len(ran) == 4  # at 0, 10, 30, 60
