"""The list of bytes that a saved database names, beside it: what a backup must hold, and what is restored."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from fornix.errors import Invalid
from fornix.storage.keys import check_key

# Of every key its length, and its SHA-256 where one row has all of it. In the order in which stores list keys.
KEYS_QUERY = """
SELECT key, MAX("offset" + length) AS length,
       CASE WHEN COUNT(*) = 1 AND MIN("offset") = 0 THEN MIN(sha256) ELSE '' END AS sha256
FROM fornix_blob GROUP BY key
"""
PARTS_QUERY = "SELECT key, length, '' AS sha256 FROM fornix_transferpart"
SESSIONS_QUERY = "SELECT accession FROM fornix_imagingsession"


class SavedListDamaged(Invalid):
    """The list of bytes in this backup cannot be read. Take another one of its databases: `--snapshot`."""


@dataclass(frozen=True, slots=True)
class Saved:
    """A key, its length in bytes, and its SHA-256 where it is known."""

    key: str
    length: int
    sha256: str = ""


def write_saved(path: Path, keys: Iterable[Saved]) -> int:
    """Writes the list; returns how many there are."""
    count = 0
    with gzip.open(path, "wt", encoding="ascii", compresslevel=3) as file:
        for saved in keys:
            file.write(f"{saved.key}\t{saved.length}\t{saved.sha256}\n")
            count += 1
    return count


def read_saved(path: Path) -> Iterator[Saved]:
    """The list, line by line. Raises SavedListDamaged."""
    try:
        with gzip.open(path, "rt", encoding="ascii") as file:
            for line in file:
                key, length, sha256 = line.rstrip("\n").split("\t")
                yield Saved(check_key(key), int(length), sha256)
    except (OSError, EOFError, ValueError, Invalid) as error:
        raise SavedListDamaged from error
