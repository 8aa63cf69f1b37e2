"""Who is at work: a process by host, number and start, so that a dead one is known for dead at once on its host."""

from __future__ import annotations

import os
import socket
from datetime import datetime, timedelta
from pathlib import Path

_PROC = Path("/proc/self/stat")

# On another host nothing tells whether a process lives; there a lease simply runs out.
LEASE = timedelta(minutes=10)


def this_process() -> str:
    """`host:pid:start` of this process."""
    return f"{socket.gethostname()}:{os.getpid()}:{_started(os.getpid())}"


def is_gone(owner: str, *, last_sign_at: datetime, now: datetime, patience: timedelta = LEASE) -> bool:
    """Whether the process can no longer be at work: it ended, or (elsewhere) gave no sign for as long as `patience`."""
    process, _, start = owner.rpartition(":")
    host, _, pid = process.rpartition(":")
    if host == socket.gethostname() and pid.isdigit():
        return _started(int(pid)) != start
    return now - last_sign_at > patience


def _started(pid: int) -> str:
    """When the process started, in clock ticks since boot (proc(5)); empty when there is none."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return "" if _PROC.exists() else _exists(pid)
    state, *fields = stat.rpartition(")")[2].split()
    return "" if state in ("Z", "X") else fields[18]


def _exists(pid: int) -> str:
    """Where there is no /proc (macOS) only the number tells: "0" if a process has it, else empty."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return ""
    except PermissionError:
        pass
    return "0"
