"""Accepts connections, gives each a thread, and ends them. Keeps the number of both within bounds."""

from __future__ import annotations

import logging
import os
import select
import socket
import threading
import time
from contextlib import suppress

from django.db import DatabaseError
from django.db import connection as database

from fornix.receiver.association import Association, Desk
from fornix.receiver.callers import plain_address
from fornix.receiver.places import Place, why_no_place
from fornix.receiver.service import log_failure

logger = logging.getLogger(__name__)

WAITING_CONNECTIONS = 32  # that have not asked yet, or are being refused; beyond it the oldest ones go
FINISH_S = 4.0  # for objects under way, once told to end
ABORT_S = 1.5  # for the aborts to be sent
_TROUBLE_S = 0.5  # after an error of accept(), such as too many open files


class Receiver:
    """Serves a listening socket until it is told to end."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._lock = threading.Lock()
        self._waiting: dict[Association, threading.Thread] = {}  # the oldest first
        self._open: dict[Association, threading.Thread] = {}
        self._places: dict[Association, Place] = {}  # of those that are open
        self._wake, self._waker = os.pipe()

    def end(self) -> None:
        """Tells `run` to return: from any thread, or a signal's handler."""
        with suppress(OSError):
            os.write(self._waker, b"\0")

    def run(self, listener: socket.socket) -> None:
        """Returns once it was told to end, and all associations have ended."""
        # The socket is shared with whoever opened it, who gives it to our successor: it is never shut down here.
        listener.settimeout(0)
        self._desk.journal.start()
        try:
            while not _can_read(self._wake, [listener.fileno(), self._wake]):
                self._take(listener)
        finally:
            self._end_all()
            self._seal()
            self._desk.journal.stop(ABORT_S)

    def _take(self, listener: socket.socket) -> None:
        try:
            connection, address = listener.accept()
        except (BlockingIOError, InterruptedError, ConnectionAbortedError):
            return  # it went away before it was taken
        except OSError as error:
            logger.error("action=accept-failed error=%s", error.strerror)  # noqa: TRY400
            time.sleep(_TROUBLE_S)
            return
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        association = Association(self._desk, connection, plain_address(str(address[0])), self._admit)
        thread = threading.Thread(target=self._run, args=(association,), name="association", daemon=True)
        with self._lock:
            if len(self._waiting) >= WAITING_CONNECTIONS:
                oldest = next(iter(self._waiting))
                del self._waiting[oldest]
                oldest.tell_to_end()
            self._waiting[association] = thread
        thread.start()

    def _admit(self, association: Association, place: Place) -> str:
        """Gives it the place, or says why there is none."""
        with self._lock:
            if association not in self._waiting:
                return "Too many connections came at once."
            why_not = why_no_place(place, self._places.values(), self._desk.rules.max_associations)
            if not why_not:
                self._places[association] = place
                self._open[association] = self._waiting.pop(association)
            return why_not

    def _run(self, association: Association) -> None:
        try:
            association.run()
        except Exception as error:  # noqa: BLE001 - one association's failure is nobody else's
            log_failure("association-failed", error)
        finally:
            database.close()
            with self._lock:
                self._waiting.pop(association, None)
                self._open.pop(association, None)
                self._places.pop(association, None)

    def _seal(self) -> None:
        try:
            self._desk.intake.close()
        except DatabaseError as error:
            log_failure("not-sealed", error)  # the worker does it, once it sees that this process is gone
        finally:
            database.close()

    def _end_all(self) -> None:
        """Those that wait for a message end now, those with an object under way in a few seconds."""
        with self._lock:
            threads = {**self._waiting, **self._open}
        deadline = time.monotonic() + FINISH_S
        for association in threads:
            if not association.is_at_work:
                association.tell_to_end()
        while time.monotonic() < deadline and any(each.is_at_work for each in threads):
            time.sleep(0.05)
        for association in threads:
            association.tell_to_end()
        deadline = time.monotonic() + ABORT_S
        for thread in threads.values():
            thread.join(max(0.0, deadline - time.monotonic()))


def _can_read(wanted: int, files: list[int]) -> bool:
    """Waits until one of the files can be read; whether it is the wanted one."""
    return wanted in select.select(files, [], [])[0]
