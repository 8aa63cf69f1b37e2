"""Processes that make pictures (`inside`), kept for the next one: started when needed, ended when they misbehave."""

from __future__ import annotations

import os
import queue
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import suppress
from typing import BinaryIO

from fornix.preview.inside import BROKEN, CLOCK_S, WRITTEN_BYTES

AT_ONCE = 2
QUEUED_S = 20.0
PATIENCE_S = CLOCK_S + 15.0  # with its start


class AllBusy(Exception):
    """Too many pictures are asked for at this moment."""


class Painter:
    """One process, used by one thread at a time."""

    def __init__(self, program: str = "fornix.preview.inside") -> None:
        self._program = program
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: socket.socket | None = None

    @property
    def pid(self) -> int:
        """Of the process, if there is one; else 0."""
        return self._process.pid if self._process else 0

    def paint(self, source: BinaryIO, size: int) -> tuple[int, bytes]:
        """Its exit code (see `inside`) and what it wrote, whatever that is."""
        # A pipe would take whatever it is given; a file no more than the child may write.
        with tempfile.TemporaryFile() as answer:
            code = self._ask(source, answer, size)
            answer.seek(0)
            return code, answer.read(WRITTEN_BYTES)

    def _ask(self, source: BinaryIO, answer: BinaryIO, size: int) -> int:
        # One that ended because nobody asked is started again; one that ends twice has a reason.
        for _ in range(2):
            connection = self._connection or self._start()
            try:
                socket.send_fds(connection, [b"%d" % size], [source.fileno(), answer.fileno()])
                told = connection.recv(1)
            except TimeoutError:
                self.close()
                return BROKEN
            except ConnectionError:
                told = b""
            if told:
                return told[0]
            self.close()
        return BROKEN

    def _start(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "-I", "-m", self._program, str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                env=_environment(),
                cwd="/",
                start_new_session=True,  # so that it can be ended with its child
            )
        ours.settimeout(PATIENCE_S)
        self._connection = ours
        return ours

    def close(self) -> None:
        """Ends the process."""
        if self._connection is not None:
            self._connection.close()
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._process = self._connection = None


class Painters:
    """So many of them as may work at once."""

    def __init__(self, count: int = AT_ONCE) -> None:
        self._idle: queue.LifoQueue[Painter] = queue.LifoQueue()
        for _ in range(count):
            self._idle.put(Painter())

    def paint(self, source: BinaryIO, size: int) -> tuple[int, bytes]:
        """By the next one that is free. Raises AllBusy."""
        try:
            painter = self._idle.get(timeout=QUEUED_S)
        except queue.Empty:
            raise AllBusy from None
        try:
            return painter.paint(source, size)
        finally:
            self._idle.put(painter)

    def close(self) -> None:
        """Ends those that are idle: when this process ends, none is at work any more."""
        with suppress(queue.Empty):
            while True:
                self._idle.get_nowait().close()


def _environment() -> dict[str, str]:
    """No secret of ours; one thread, whose memory is bounded with it."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    return kept | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "LC_ALL": "C.UTF-8"}
