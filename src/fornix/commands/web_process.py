"""The web process: gunicorn with one worker of many threads, on a socket that the supervisor has opened."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import threading
import time
from typing import Any

from gunicorn.app.base import BaseApplication

from fornix.commands.lifeline import watch_lifeline

GRACE_S = 2.0  # for downloads that are nearly through
CUT_S = 4.0  # after which the worker goes whatever pages still run
WRITE_S = 6.0  # after which it goes even if a row does not tell yet how its download ended
KILL_S = 7  # when gunicorn kills a worker that has not gone

CONFIG = {
    "worker_class": "gthread",
    "workers": 1,
    "keepalive": 15,
    "timeout": 120,  # of the worker's own loop; a slow reader holds up a thread, not the loop
    "graceful_timeout": KILL_S,
    "limit_request_line": 8190,
    "accesslog": None,  # it would write raw paths; fornix.http.request_log writes names and ids
    "errorlog": "-",
    "loglevel": "error",
    "control_socket_disable": True,
    "proc_name": "fornix-web",
}


class WebServer(BaseApplication):  # type: ignore[misc]
    """Gunicorn, told what it needs without a configuration file."""

    def __init__(self, listener: int, lifeline: int) -> None:
        self._listener = listener
        self._lifeline = lifeline
        super().__init__()

    def load_config(self) -> None:
        """Gunicorn's hook."""
        from fornix.http.slots import THREADS

        for name, value in CONFIG.items():
            self.cfg.set(name, value)
        self.cfg.set("bind", f"fd://{self._listener}")
        self.cfg.set("threads", THREADS)
        self.cfg.set("when_ready", self._watch_from_the_arbiter)
        self.cfg.set("post_worker_init", self._watch_from_the_worker)

    def load(self) -> Any:
        """Gunicorn's hook: what answers requests."""
        from django.core.wsgi import get_wsgi_application

        # It tells of each HEAD that the framework answers as a GET; nothing is wrong with that.
        logging.getLogger("gunicorn.http.wsgi").setLevel(logging.ERROR)
        return get_wsgi_application()

    def _watch_from_the_arbiter(self, server: Any) -> None:  # noqa: ARG002 - gunicorn's hook
        watch_lifeline(self._lifeline, lambda: os.kill(os.getpid(), signal.SIGTERM))

    def _watch_from_the_worker(self, worker: Any) -> None:
        gone = threading.Event()
        watch_lifeline(self._lifeline, gone.set)
        # Not a daemon: when no page runs any more, Python would else leave while it still writes the last row.
        threading.Thread(target=_end_when_told, args=(worker, gone), name="end").start()


def _end_when_told(worker: Any, gone: threading.Event) -> None:
    """Ends the worker in a few seconds, slow downloads or not. It is told by SIGTERM, or by its parents' death."""
    main = threading.main_thread()
    while worker.alive and main.is_alive() and not gone.wait(0.2):
        pass
    from fornix.http.watch import watch

    worker.alive = False
    told_at = time.monotonic()
    while (passed := time.monotonic() - told_at) < (CUT_S if watch.is_done() else WRITE_S):
        if watch.is_done() and not main.is_alive():
            break  # the main thread has waited for all others
        if passed >= GRACE_S:
            watch.end_all()
        time.sleep(0.1)
    os._exit(0)  # threads that wait for their readers would hold up any other way out


def main() -> None:
    """`python -m fornix.commands.web_process --lifeline FD --listener FD`."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fornix.settings")
    parser = argparse.ArgumentParser()
    parser.add_argument("--lifeline", type=int, required=True)
    parser.add_argument("--listener", type=int, required=True)
    args = parser.parse_args()
    WebServer(args.listener, args.lifeline).run()


if __name__ == "__main__":
    main()
