"""The lanes of the worker: what takes long in one delays nothing in another."""

from __future__ import annotations

import threading

import pytest

from fornix.worker.lanes import site_lanes, start_lanes
from fornix.worker.loop import Job

PATIENCE_S = 60


def test_a_long_job_of_one_lane_delays_no_other_lane():
    told, begun, swept = threading.Event(), threading.Event(), threading.Event()

    def file_for_long():
        begun.set()
        assert swept.wait(PATIENCE_S)
        told.set()

    def sweep():
        assert begun.wait(PATIENCE_S)
        swept.set()

    lanes = {"mirror": (Job("sweep", sweep, 3600.0),), "data": (Job("due", file_for_long, 3600.0),)}
    for lane in start_lanes(lanes, told):
        lane.join(PATIENCE_S)

    assert told.is_set()


@pytest.mark.django_db
def test_sweeps_and_filing_are_in_lanes_of_their_own():
    lanes = {name: {job.name for job in jobs} for name, jobs in site_lanes().items()}

    assert {"sweep", "request"} <= lanes["mirror"]
    assert {"due", "retry", "leftovers", "tidy", "purge"} <= lanes["data"]
