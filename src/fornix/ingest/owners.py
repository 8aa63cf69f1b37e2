"""Who is at work: a process by host, number and start, so that a dead one is known for dead at once on its host."""

from __future__ import annotations

import os
import socket
from datetime import datetime, timedelta
from pathlib import Path

# On another host nothing tells whether a process lives; there a lease simply runs out.
LEASE = timedelta(minutes=10)


def this_process() -> str:
    """`host:pid:start` of this process."""
    return f"{socket.gethostname()}:{os.getpid()}:{_started(os.getpid())}"


def is_gone(owner: str, *, last_sign_at: datetime, now: datetime) -> bool:
    """Whether the process can no longer be at work: it ended, or (elsewhere) gave no sign for the length of a lease."""
    host, _, rest = owner.rpartition(":")[0].rpartition(":")
    start = owner.rpartition(":")[2]
    if host == socket.gethostname() and rest.isdigit():
        return _started(int(rest)) != start
    return now - last_sign_at > LEASE


def _started(pid: int) -> str:
    """When the process started, in clock ticks since boot (proc(5)); empty when there is none."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return "" if pid != os.getpid() else "0"
    state, *fields = stat.rpartition(")")[2].split()
    return "" if state in ("Z", "X") else fields[18]
