"""Saves the database of either kind, with the lists of what that very moment of it names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fornix.integrity import postgresql_copy, sqlite_copy
from fornix.integrity.database_address import DatabaseAddress, DatabaseKind
from fornix.integrity.saved_keys import write_saved
from fornix.integrity.snapshots import Snapshot


@dataclass(frozen=True, slots=True)
class SavedDatabase:
    """A saved database: how many keys it names, and the accessions of its sessions, one a line."""

    keys: int
    sessions: Path

    def accessions(self) -> Iterator[str]:
        """The accessions."""
        with self.sessions.open(encoding="ascii", errors="replace") as lines:
            yield from (line.rstrip("\n") for line in lines)


def save_database(address: DatabaseAddress, snapshot: Snapshot) -> SavedDatabase:
    """Saves one moment of the database, while it is in use, into the snapshot's folder."""
    sessions = snapshot.folder / "sessions.txt"
    if address.kind is DatabaseKind.SQLITE:
        target = snapshot.folder / "fornix.sqlite3"
        sqlite_copy.copy_sqlite(address.path, target)
        keys = write_saved(snapshot.keys, sqlite_copy.named_in_copy(target))
        _write_lines(sessions, sqlite_copy.sessions_in_copy(target))
        return SavedDatabase(keys, sessions)
    with postgresql_copy.moment_of(address) as moment:
        moment.dump(snapshot.folder / "fornix.dump")
        keys = write_saved(snapshot.keys, moment.named())
        _write_lines(sessions, moment.sessions())
    return SavedDatabase(keys, sessions)


def are_named_now(address: DatabaseAddress, keys: list[str]) -> bool:
    """Whether the database, as it is at this moment, names all these keys."""
    if address.kind is DatabaseKind.SQLITE:
        return sqlite_copy.are_named_now(address.path, keys)
    return postgresql_copy.are_named_now(address, keys)


def _write_lines(path: Path, lines: Iterator[str]) -> None:
    with path.open("w", encoding="ascii", errors="replace") as file:
        for line in lines:
            file.write(f"{line}\n")
