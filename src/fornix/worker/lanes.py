"""The lanes of the worker: jobs of one lane run one after the other, so that a long filing never delays a sweep."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence

from fornix.worker.data_jobs import data_jobs
from fornix.worker.loop import Job, run_jobs
from fornix.worker.mirror_jobs import mirror_jobs


def site_lanes() -> Mapping[str, Sequence[Job]]:
    """The jobs of this site, by lane. What the mirror learns makes the data lane try again what waits."""
    news = threading.Event()
    return {"mirror": mirror_jobs(news), "data": data_jobs(news)}


def start_lanes(lanes: Mapping[str, Sequence[Job]], told: threading.Event) -> list[threading.Thread]:
    """A thread for each, until they are told to end."""
    threads = [
        threading.Thread(target=run_jobs, args=(jobs, told), name=name, daemon=True)
        for name, jobs in lanes.items()
    ]
    for thread in threads:
        thread.start()
    return threads
