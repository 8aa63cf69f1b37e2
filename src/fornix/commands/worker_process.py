"""The worker process: jobs in the background, until it is told to end or its supervisor is gone."""

from __future__ import annotations

import argparse
import os
import signal
import threading
import time

from fornix.commands.lifeline import watch_lifeline
from fornix.commands.setup import open_archive

END_S = 0.8


def main() -> None:
    """`python -m fornix.commands.worker_process --lifeline FD`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--lifeline", type=int, required=True)
    args = parser.parse_args()
    told = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    watch_lifeline(args.lifeline, told.set)
    open_archive(None)

    from fornix.ingest.attempts import release_leases
    from fornix.worker.lanes import site_lanes, start_lanes

    lanes = start_lanes(site_lanes(), told)
    told.wait()
    deadline = time.monotonic() + END_S
    for lane in lanes:
        lane.join(max(0.0, deadline - time.monotonic()))
    if any(lane.is_alive() for lane in lanes):
        # A job that is still at it is cut off: any job may be, at any moment, and the next start goes on. That
        # was no failed attempt; where the database is busy it counts as one.
        last = threading.Thread(target=release_leases, daemon=True)
        last.start()
        last.join(END_S)
    os._exit(0)


if __name__ == "__main__":
    main()
