"""An SQLite database, copied while it is in use, and what the copy names. Never writes to the original."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fornix.errors import Unavailable
from fornix.integrity.saved_keys import KEYS_QUERY, PARTS_QUERY, SESSIONS_QUERY, Saved

_NAMING = ("SELECT 1 FROM fornix_blob", "SELECT 1 FROM fornix_transferpart")


class DatabaseMissing(Unavailable):
    """There is no database here."""


def copy_sqlite(path: Path, target: Path) -> None:
    """One moment of the database as one file. Readers and writers go on meanwhile."""
    if not path.is_file():
        raise DatabaseMissing(f"There is no archive in {path.parent}: it has no {path.name}.")
    try:
        with closing(_open_to_read(path)) as source, closing(sqlite3.connect(target)) as copy:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
            told = copy.execute("PRAGMA quick_check").fetchone()[0]
    except sqlite3.Error as error:
        raise Unavailable(f"The database cannot be copied: {error}.") from error
    if told != "ok":
        raise Unavailable(f"The database is damaged ({told}). The backups before this one are as they were.")


def named_in_copy(path: Path) -> Iterator[Saved]:
    """The bytes that the copy names."""
    for query in (KEYS_QUERY, PARTS_QUERY):
        yield from (Saved(*row) for row in _rows(path, f"{query} ORDER BY key"))


def sessions_in_copy(path: Path) -> Iterator[str]:
    """Accessions of the sessions that the copy knows."""
    yield from (accession for (accession,) in _rows(path, SESSIONS_QUERY))


def are_named_now(path: Path, keys: list[str]) -> bool:
    """Whether the database, as it is at this moment, names all these keys."""
    return all(any(any(_rows(path, f"{query} WHERE key = ?", key)) for query in _NAMING) for key in keys)


def _rows(path: Path, query: str, *values: str) -> Iterator[tuple[Any, ...]]:
    with closing(_open_to_read(path)) as connection:
        try:
            yield from connection.execute(query, values)
        except sqlite3.OperationalError as error:
            if "no such table" not in str(error):  # an archive of an earlier version has fewer
                raise


def _open_to_read(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=60)
