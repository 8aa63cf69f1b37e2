"""Running programs for a benchmark: time, peak memory, loopback ports, waiting until a server answers."""

import os
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path


class BenchmarkFailed(Exception):
    """A program that is measured did not do its work; its last words are in the message."""


@dataclass(frozen=True, slots=True)
class Run:
    """One finished command. `peak_bytes` is the largest resident size of it or of any child it waited for."""

    seconds: float
    peak_bytes: int
    output: str


def run(
    command: list[str],
    environment: Mapping[str, str] | None = None,
    accepted: tuple[int, ...] = (0,),
    input_text: str = "",
) -> Run:
    """Run a command to its end; raises BenchmarkFailed for an exit code that is not accepted."""
    started = time.perf_counter()
    with subprocess.Popen(
        command,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(input_text)
        process.stdin.close()
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in accepted:
        raise BenchmarkFailed(f"{' '.join(command[:4])} … ended with {process.returncode}:\n{output[-1500:]}")
    return Run(seconds, usage.ru_maxrss * 1024, output)


def free_port() -> int:
    """A loopback port that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def wait_until(ready: Callable[[], bool], what: str, seconds: float = 30) -> None:
    """Ask ten times a second; raises BenchmarkFailed when the time is over."""
    end = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > end:
            raise BenchmarkFailed(f"{what} did not answer within {seconds:g} s")
        time.sleep(0.1)


def stop(process: "subprocess.Popen[bytes]") -> None:
    """Ask a server to end, and make it end after 15 s."""
    process.terminate()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def peak_bytes(pid: int) -> int:
    """The largest resident size a running process has had."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0
