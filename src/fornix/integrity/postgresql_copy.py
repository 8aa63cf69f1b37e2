"""A PostgreSQL database saved by its own programs, and what that very moment of it names."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fornix.errors import Refused, Unavailable
from fornix.integrity.database_address import DatabaseAddress
from fornix.integrity.saved_keys import KEYS_QUERY, PARTS_QUERY, SESSIONS_QUERY, Saved

if TYPE_CHECKING:
    import psycopg

_ROWS_AT_ONCE = 5_000


class ProgramMissing(Unavailable):
    """A program of PostgreSQL is not installed."""


class DatabaseNotEmpty(Refused):
    """The database holds something already. An archive is restored into a new one."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A state of the database that lasts as long as this is open, whatever others commit."""

    address: DatabaseAddress
    snapshot_id: str
    connection: psycopg.Connection[Any]

    def dump(self, target: Path) -> None:
        """Saves it with pg_dump."""
        chosen = ["--format=custom", "--no-owner", "--no-privileges", "--no-password"]
        run_program("pg_dump", [*chosen, f"--snapshot={self.snapshot_id}", f"--file={target}"], self.address)

    def named(self) -> Iterator[Saved]:
        """The bytes that it names."""
        for query in (KEYS_QUERY, PARTS_QUERY) if _has_parts(self.connection) else (KEYS_QUERY,):
            # The server's own order of text is the country's.
            yield from (Saved(*row) for row in self._rows(query + ' ORDER BY key COLLATE "C"'))

    def sessions(self) -> Iterator[str]:
        """Accessions of the sessions that it knows."""
        yield from (accession for (accession,) in self._rows(SESSIONS_QUERY))

    def _rows(self, query: str) -> Iterator[tuple[Any, ...]]:
        with self.connection.cursor("fornix_backup") as cursor:
            cursor.itersize = _ROWS_AT_ONCE
            yield from cursor.execute(query.encode())


@contextmanager
def moment_of(address: DatabaseAddress) -> Iterator[Moment]:
    """Holds one moment of the database still, for reading."""
    with connect(address) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        row = connection.execute("SELECT pg_export_snapshot()").fetchone()
        yield Moment(address, row[0] if row else "", connection)
        connection.rollback()


def are_named_now(address: DatabaseAddress, keys: list[str]) -> bool:
    """Whether the database, as it is at this moment, names all these keys."""
    with connect(address) as connection:
        rows = connection.execute(
            "SELECT DISTINCT key FROM fornix_blob WHERE key = ANY(%s)", [keys]
        ).fetchall()
        if _has_parts(connection):
            parts = "SELECT key FROM fornix_transferpart WHERE key = ANY(%s)"
            rows += connection.execute(parts, [keys]).fetchall()
    return {key for (key,) in rows} >= set(keys)


def _has_parts(connection: psycopg.Connection[Any]) -> bool:
    """An archive of an earlier version has no such table."""
    row = connection.execute("SELECT to_regclass('fornix_transferpart') IS NOT NULL").fetchone()
    return bool(row and row[0])


def require_empty(address: DatabaseAddress) -> None:
    """Raises DatabaseNotEmpty when there is a table in the database."""
    with connect(address) as connection:
        if connection.execute("SELECT 1 FROM pg_tables WHERE schemaname = 'public'").fetchone():
            raise DatabaseNotEmpty(
                f"The database {address.name} is not empty. Make a new one (`createdb`) and name it in FORNIX_DATABASE."
            )


def restore_dump(address: DatabaseAddress, dump: Path) -> None:
    """All of the dump, or nothing."""
    chosen = ["--no-owner", "--no-privileges", "--no-password", "--exit-on-error", "--single-transaction"]
    run_program("pg_restore", [*chosen, f"--dbname={address.name}", str(dump)], address)


def run_program(name: str, arguments: list[str], address: DatabaseAddress) -> None:
    """Runs one of PostgreSQL's programs. Raises ProgramMissing, or Unavailable with what it said."""
    path = find_program(name)
    done = subprocess.run(  # noqa: S603 - a program of PostgreSQL, without a shell
        [str(path), *arguments],
        env=os.environ | address.variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["it said nothing"])[0]
        raise Unavailable(f"{name} could not do it: {said[:500]}")


def find_program(name: str) -> Path:
    """Where it is. Debian keeps one for each version beside the path."""
    found = shutil.which(name)
    if found is None:
        versions = Path("/usr/lib/postgresql").glob(f"*/bin/{name}")
        newest = sorted(
            versions, key=lambda path: [int(part) for part in path.parts[4].split(".") if part.isdigit()]
        )
        found = str(newest[-1]) if newest else None
    if found is None:
        raise ProgramMissing(
            f"{name} is not installed here. It comes with PostgreSQL's client (Debian: `apt-get install "
            "postgresql-client`), and must not be older than the server."
        )
    return Path(found)


@contextmanager
def connect(address: DatabaseAddress) -> Iterator[psycopg.Connection[Any]]:
    """A connection of its own, for one transaction."""
    try:
        import psycopg
    except ImportError as error:
        raise Unavailable(
            "For PostgreSQL install Fornix with its extra: `pip install fornix[postgresql]`."
        ) from error
    try:
        with psycopg.connect(**address.connection_arguments) as connection:  # type: ignore[arg-type]
            yield connection
    except psycopg.Error as error:
        said = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise Unavailable(f"The database does not answer as it should: {said[:500]}") from error
