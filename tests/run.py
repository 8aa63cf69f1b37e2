"""Runs the whole suite: once on SQLite, and what touches the database once more on PostgreSQL.

`make test` calls it after `make check`, which has run tests/rules; `make test ARGS="-k labels"` hands arguments on.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.peers import POSTGRESQL, missing_peers, missing_report, peers_are_required
from tests.postgresql import CannotStart, temporary_server

ROOT = Path(__file__).resolve().parents[1]
NOTHING_COLLECTED = 5
SERVER = "FORNIX_TEST_POSTGRESQL"


def workers() -> int:
    return max(2, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 2)


def plain_environment() -> dict[str, str]:
    """The caller's, without the settings of an archive that he may have."""
    ours = {name for name in os.environ if name.startswith("FORNIX_") and name != "FORNIX_REQUIRE_PEERS"}
    return {name: value for name, value in os.environ.items() if name not in ours}


def pytest_part(name: str, arguments: list[str], **environment: str) -> bool:
    """One run of pytest. A part in which the caller's own selection leaves nothing is not a failure."""
    print(f"\n===== {name} =====", flush=True)
    command = [sys.executable, "-m", "pytest", "-q", "-n", str(workers()), "--dist", "worksteal"]
    ended = subprocess.run(
        [*command, "--ignore", "tests/rules", *arguments],
        cwd=ROOT,
        env=plain_environment() | environment,
        check=False,
    )
    return ended.returncode == 0 or (bool(arguments) and ended.returncode == NOTHING_COLLECTED)


@contextmanager
def postgresql_server() -> Iterator[str | None]:
    """The address of a server: the caller's, else one of our own, else None."""
    if given := os.environ.get(SERVER):
        yield given
    elif POSTGRESQL.find():
        with temporary_server() as address:
            yield address
    else:
        yield None


def run_on_postgresql(arguments: list[str]) -> str:
    try:
        with postgresql_server() as address:
            if address is None:
                return "skipped"
            on = {"FORNIX_DATABASE": address, "FORNIX_TEST_PART": "postgresql"}
            return "passed" if pytest_part("PostgreSQL", arguments, **on) else "FAILED"
    except CannotStart as refusal:
        print(f"PostgreSQL does not start: {refusal}", flush=True)
        return "FAILED"


def main(arguments: list[str]) -> int:
    # Ended from outside: leave by the way that also ends the server.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    results = {"SQLite": "passed" if pytest_part("SQLite", arguments) else "FAILED"}
    results["PostgreSQL"] = run_on_postgresql(arguments)
    missing = missing_peers()
    print("\n===== summary =====")
    for name, result in results.items():
        print(f"{name}: {result}")
    for line in missing_report(missing):
        print(line)
    failed = "FAILED" in results.values() or (peers_are_required() and missing)
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
