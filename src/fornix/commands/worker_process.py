"""The worker process: jobs in the background, until it is told to end or its supervisor is gone."""

from __future__ import annotations

import argparse
import os
import signal
import threading

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

    from fornix.worker.jobs import site_jobs
    from fornix.worker.loop import run_jobs

    loop = threading.Thread(target=run_jobs, args=(site_jobs(), told), name="jobs", daemon=True)
    loop.start()
    told.wait()
    loop.join(END_S)
    # A job that is still at it is cut off: any job may be, at any moment, and the next start goes on.
    os._exit(0)


if __name__ == "__main__":
    main()
