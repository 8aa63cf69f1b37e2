"""Keeps the archive's processes running: starts them, restarts the dead, ends all of them. Serves nothing itself.

Each child holds the reading end of a pipe, the lifeline, whose writing end only this process has: when this process
is gone, however that came, the pipe ends and the child goes too.
"""

from __future__ import annotations

import http.client
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO
from urllib.parse import urlsplit

from fornix.commands.listening import Address
from fornix.errors import Unavailable

logger = logging.getLogger(__name__)

POLL_S = 0.1
END_S = 9.0  # after SIGTERM; the children themselves take less
BACK_OFF_S = (0.2, 1.0, 3.0, 10.0, 30.0)
STEADY_S = 60.0  # who ran for so long begins again with the shortest back-off
STILLBORN = 3  # deaths before the archive was ready for the first time


class NeverReady(Unavailable):
    """The archive does not start. Its log tells why."""


@dataclass(frozen=True, slots=True)
class Program:
    """A module to run as a process, and the files that it inherits besides its lifeline."""

    name: str
    module: str
    arguments: tuple[str, ...] = ()
    files: tuple[int, ...] = ()


@dataclass(slots=True)
class _Child:
    program: Program
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    due_at: float = 0.0
    deaths: int = 0


@dataclass(slots=True)
class Supervisor:
    """The processes of one archive. `run` lasts until SIGTERM, SIGINT or SIGHUP."""

    programs: tuple[Program, ...]
    address: Address
    public_url: str = ""
    on_ready: Callable[[str], None] = lambda _: None
    log: IO[str] = field(default_factory=lambda: sys.stderr)  # of the children; stdout is for the one line
    _stop: threading.Event = field(default_factory=threading.Event)
    _ready: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Runs them. Raises NeverReady when one keeps dying before the archive answered for the first time."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda *_: self._stop.set())
        lifeline, held = os.pipe()
        children = [_Child(program) for program in self.programs]
        threading.Thread(target=self._announce, name="announce", daemon=True).start()
        try:
            while not self._stop.is_set():
                for child in children:
                    self._keep(child, lifeline)
                self._stop.wait(POLL_S)
        finally:
            end_all([child.process for child in children if child.process is not None])
            os.close(lifeline)
            os.close(held)

    def _keep(self, child: _Child, lifeline: int) -> None:
        now = time.monotonic()
        if child.process is not None:
            code = child.process.poll()
            if code is None:
                return
            child.process = None
            child.deaths = 1 if now - child.started_at > STEADY_S else child.deaths + 1
            child.due_at = now + BACK_OFF_S[min(child.deaths, len(BACK_OFF_S)) - 1]
            logger.error(
                "action=child-died child=%s code=%d deaths=%d", child.program.name, code, child.deaths
            )
            if child.deaths >= STILLBORN and not self._ready.is_set():
                raise NeverReady
        if now >= child.due_at:
            child.process, child.started_at = start(child.program, lifeline, self.log), now

    def _announce(self) -> None:
        """Says once, on stdout, that the archive answers."""
        host = urlsplit(self.public_url).netloc or str(self.address)
        while not self._stop.is_set():
            if _answers(self.address, host):
                self._ready.set()
                url = f"http://{self.address}"
                print(f"ready {url}", flush=True)
                self.on_ready(url)
                return
            self._stop.wait(POLL_S)


def start(program: Program, lifeline: int, log: IO[str]) -> subprocess.Popen[bytes]:
    """Starts a program in a process group of its own, so that Ctrl-C reaches only the supervisor."""
    # -P: what lies in the current folder must not be taken for one of our modules.
    command = [sys.executable, "-P", "-m", program.module, "--lifeline", str(lifeline), *program.arguments]
    return subprocess.Popen(  # noqa: S603 - our own module
        command,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        pass_fds=(lifeline, *program.files),
        start_new_session=True,
    )


def end_all(processes: list[subprocess.Popen[bytes]]) -> None:
    """Asks all of them to end, and kills after END_S whoever has not, with all that it started."""
    for process in processes:
        process.terminate()
    deadline = time.monotonic() + END_S
    for process in processes:
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _answers(address: Address, host: str) -> bool:
    # What listens everywhere is asked on loopback.
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address.host, address.host)  # noqa: S104
    connection = http.client.HTTPConnection(reachable, address.port, timeout=5)
    try:
        connection.request("GET", "/", headers={"Host": host})
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
