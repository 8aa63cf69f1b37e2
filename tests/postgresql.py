"""A PostgreSQL of our own for one run of the tests: a new cluster in a temporary folder, on a loopback port.

Only the standard library, and nothing of Fornix. By hand, for an empty folder: `python -m tests.postgresql
start FOLDER` prints its address, `python -m tests.postgresql stop FOLDER` ends it.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.peers import POSTGRESQL

ATTEMPTS = 3  # another program can take the free port between our look and the server's start


class CannotStart(Exception):
    """PostgreSQL is installed and does not start here."""


def unprivileged() -> str | None:
    """Who runs the server: initdb refuses to run as root. None: we ourselves."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            return pwd.getpwnam(name).pw_name
    raise CannotStart("root may not run PostgreSQL, and there is neither a user postgres nor nobody")


def server_command(name: str, *arguments: str) -> list[str]:
    initdb = POSTGRESQL.find()
    if initdb is None:
        raise CannotStart(f"not installed: {POSTGRESQL.install}")
    command = [str(initdb.resolve().with_name(name)), *arguments]
    user = unprivileged()
    return ["runuser", "-u", user, "--", *command] if user else command


def run(command: list[str], folder: Path) -> None:
    # The server keeps what it inherits open: its output goes to a file, or we would wait for its end.
    with (folder / "out.log").open("ab") as output:
        finished = subprocess.run(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if finished.returncode:
        logs = [path.read_text(errors="replace")[-2000:] for path in sorted(folder.glob("*.log"))]
        raise CannotStart("\n".join([" ".join(command), *logs]))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start(folder: Path) -> str:
    """Make and start a cluster in an empty folder; its address, with rights to create databases."""
    if user := unprivileged():
        shutil.chown(folder, user)
    password = secrets.token_hex(16)
    password_file = folder / "password"
    password_file.write_text(password)
    if user:
        shutil.chown(password_file, user)
    accounts = ["--username", "fornix", "--pwfile", str(password_file), "--auth", "scram-sha-256"]
    text = ["--encoding", "UTF8", "--locale", "C"]
    data = ["--pgdata", str(folder / "data")]
    run(server_command("initdb", *data, *accounts, *text, "--no-sync"), folder)
    for attempt in range(1, ATTEMPTS + 1):
        port = free_port()
        # Without fsync: this cluster is thrown away, and only the tests' speed hangs on it.
        options = f"-h 127.0.0.1 -p {port} -k {folder} -c fsync=off -c max_connections=200"
        logged = ["--log", str(folder / "server.log"), "--options", options]
        try:
            run(server_command("pg_ctl", *data, "--wait", *logged, "start"), folder)
        except CannotStart:
            if attempt == ATTEMPTS:
                raise
            continue
        return f"postgresql://fornix:{password}@127.0.0.1:{port}/postgres"
    raise AssertionError("unreachable")


def stop(folder: Path) -> None:
    """End the cluster of that folder, and forget it."""
    if (folder / "data" / "postmaster.pid").exists():
        run(server_command("pg_ctl", "--pgdata", str(folder / "data"), "--mode", "immediate", "stop"), folder)
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def temporary_server() -> Iterator[str]:
    """A server for as long as the block runs."""
    # A socket's path may have about 100 characters: keep the folder's name short.
    folder = Path(tempfile.mkdtemp(prefix="fornix-pg-", dir="/tmp"))
    try:
        yield start(folder)
    finally:
        stop(folder)


def main(arguments: list[str]) -> int:
    match arguments:
        case ["start", folder]:
            print(start(Path(folder)))
        case ["stop", folder]:
            stop(Path(folder))
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
