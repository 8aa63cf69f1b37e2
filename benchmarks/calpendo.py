"""A simulated Calpendo of a large centre, in a process of its own."""

import json
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from benchmarks import processes
from benchmarks.processes import BenchmarkFailed

_COMMAND = [sys.executable, "-m", "fornix.simulator.calpendo"]
_NAME, _PASSWORD = "archive", "archive"


@dataclass(frozen=True, slots=True)
class Calpendo:
    """Where it answers, and the control interface by which it changes."""

    url: str
    control: str
    token: str

    @property
    def settings(self) -> dict[str, str]:
        """What Fornix needs to know to mirror it."""
        return {
            "FORNIX_CALPENDO_URL": self.url,
            "FORNIX_CALPENDO_USERNAME": _NAME,
            "FORNIX_CALPENDO_PASSWORD": _PASSWORD,
        }

    def rows(self, type_name: str, *paths: str) -> list[dict[str, Any]]:
        """The rows of a type."""
        answer = httpx.get(
            f"{self.url}/webdav/q/{type_name}",
            params={"paths": ",".join(paths)},
            headers={"Accept": "application/json"},
            auth=(_NAME, _PASSWORD),
            timeout=60,
        )
        rows: list[dict[str, Any]] = answer.raise_for_status().json()["biskits"]
        return rows

    def stir(self, percent: float, seed: int) -> None:
        """Changes this share of everything."""
        httpx.post(
            f"{self.control}/edit",
            json=[{"op": "stir", "percent": percent, "seed": seed}],
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=60,
        ).raise_for_status()


@contextmanager
def running(*switches: str) -> Iterator[Calpendo]:
    """Serve the set `large`; it ends with the block."""
    token = secrets.token_urlsafe(16)
    command = [*_COMMAND, "--set", "large", "--listen", "127.0.0.1:0", f"--token={token}"]
    process = subprocess.Popen([*command, *(f"--switch={each}" for each in switches)], stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        said = {
            words[0]: words[1]
            for words in (process.stdout.readline().decode().split() for _ in range(2))
            if words
        }
        if not said:
            raise BenchmarkFailed("the simulated Calpendo does not start")
        yield Calpendo(said["ready"], said["control"], token)
    finally:
        processes.stop(process)


def told(run: processes.Run) -> dict[str, Any]:
    """What a sweep said of itself."""
    said: dict[str, Any] = json.loads(run.output[run.output.index("{") :])
    return said
