"""Watches the downloads of this process from a thread of its own: a reader who takes nothing cannot be asked in theirs.

One watcher per process; it starts with the first download.
"""

from __future__ import annotations

import logging
import threading
import time

from django.db import transaction

from fornix.audit.accesses import AccessOutcome
from fornix.http.sending import Sending, release_connection

logger = logging.getLogger(__name__)

LOOK_S = 1.0
NOTE_S = 30.0


class Watch:
    """The downloads that run now."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sendings: set[Sending] = set()
        self._thread: threading.Thread | None = None
        self._noted_at = time.monotonic()

    def add(self, sending: Sending) -> None:
        """Watches it until it ends."""
        with self._lock:
            self._sendings.add(sending)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="download-watch", daemon=True)
                self._thread.start()

    def end_all(self) -> None:
        """Cuts every download: the process is about to end."""
        for sending in self._running():
            sending.end(AccessOutcome.CUT)

    def is_done(self) -> bool:
        """Whether every download has ended and its row says how."""
        with self._lock:
            return all(sending.is_written for sending in self._sendings)

    def _run(self) -> None:
        while True:
            time.sleep(LOOK_S)
            with self._lock:
                if not self._running_locked():
                    self._thread = None
                    return
            try:
                self._look(time.monotonic())
            except Exception as error:  # noqa: BLE001 - the watch must go on
                logger.error("action=watch-failed error=%s", type(error).__name__)  # noqa: TRY400

    def _look(self, now: float) -> None:
        running = self._running()
        for sending in running:
            sending.check_if_due(now)
        if now - self._noted_at >= NOTE_S:
            self._noted_at = now
            try:
                with transaction.atomic():
                    for sending in running:
                        sending.note()
            finally:
                release_connection()

    def _running(self) -> list[Sending]:
        with self._lock:
            return self._running_locked()

    def _running_locked(self) -> list[Sending]:
        self._sendings = {sending for sending in self._sendings if not sending.is_written}
        return [sending for sending in self._sendings if sending.outcome is None]


watch = Watch()
