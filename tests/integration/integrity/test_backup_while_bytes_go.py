"""What is deleted in the archive while its bytes are copied: the database is saved anew, or the loss is told."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fornix.errors import Unavailable
from fornix.integrity import backup
from fornix.integrity.backup import Origin, back_up
from fornix.integrity.database_address import DatabaseAddress, DatabaseKind
from fornix.integrity.saved_keys import read_saved
from fornix.integrity.snapshots import BackupFolder
from fornix.storage.local import LocalStore

AT = datetime(2026, 11, 23, 2, tzinfo=UTC)
TABLES = """
CREATE TABLE fornix_blob (key TEXT, "offset" INTEGER DEFAULT 0, length INTEGER, sha256 TEXT DEFAULT '');
CREATE TABLE fornix_imagingsession (accession TEXT);
"""


class Archive:
    """A database of two tables and a store: all that a backup looks at."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "fornix.sqlite3"
        self.store = LocalStore(folder / "blobs")
        with closing(sqlite3.connect(self.path)) as connection:
            connection.executescript(TABLES)
        self.origin = Origin(
            folder, DatabaseAddress(DatabaseKind.SQLITE, str(self.path)), self.store, "key", (), ()
        )

    def execute(self, query: str, *values: object) -> None:
        with closing(sqlite3.connect(self.path)) as connection, connection:
            connection.execute(query, values)

    def add(self, key: str) -> None:
        self.store.put(key, [b"four"])
        self.execute("INSERT INTO fornix_blob (key, length) VALUES (?, 4)", key)

    def delete(self, key: str) -> None:
        self.execute("DELETE FROM fornix_blob WHERE key = ?", key)
        self.store.delete(key)


@pytest.fixture
def archive(tmp_path) -> Archive:
    (tmp_path / "data").mkdir()
    archive = Archive(tmp_path / "data")
    for number in range(4):
        archive.add(f"2026/11/23/u/{number}")
    return archive


def save(archive: Archive, folder: Path) -> backup.BackupReport:
    return back_up(archive.origin, folder, at=AT, keep=3, verify=False, tell=lambda _what, _count: None)


def deleting(monkeypatch, archive: Archive, keys: list[str]) -> None:
    """One after the other, these keys come just before the database is saved, and go just after."""
    saving = backup.save_database

    def save_and_delete(*arguments):
        key = keys.pop(0) if keys else None
        if key:
            archive.add(key)
        saved = saving(*arguments)
        if key:
            archive.delete(key)
        return saved

    monkeypatch.setattr(backup, "save_database", save_and_delete)


def test_a_file_that_is_deleted_meanwhile_is_not_in_the_saved_database(archive, tmp_path, monkeypatch):
    deleting(monkeypatch, archive, ["2026/11/23/u/8", "2026/11/23/u/9"])

    report = save(archive, tmp_path / "backup")

    (snapshot,) = BackupFolder(tmp_path / "backup").snapshots()
    named = [saved.key for saved in read_saved(snapshot.keys)]
    assert (report.lost.count, named) == (0, [f"2026/11/23/u/{number}" for number in range(4)])
    assert [stat.key for stat in LocalStore(tmp_path / "backup" / "blobs").list()] == named


def test_an_archive_in_which_deleting_does_not_end_is_not_saved_by_halves(archive, tmp_path, monkeypatch):
    deleting(monkeypatch, archive, [f"2026/11/23/u/{number}" for number in range(4, 10)])

    with pytest.raises(Unavailable, match="Try again later"):
        save(archive, tmp_path / "backup")

    assert BackupFolder(tmp_path / "backup").snapshots() == []


def test_bytes_that_the_archive_lost_are_told_and_all_else_is_saved(archive, tmp_path):
    archive.store.delete("2026/11/23/u/1")

    report = save(archive, tmp_path / "backup")

    assert (report.lost.first, report.files) == (["2026/11/23/u/1"], 3)


def test_a_copy_that_was_cut_short_is_made_again(archive, tmp_path):
    save(archive, tmp_path / "backup")
    short = tmp_path / "backup" / "blobs" / "2026/11/23/u/2"
    short.write_bytes(b"fo")

    assert save(archive, tmp_path / "backup").files == 1
    assert short.read_bytes() == b"four"


def test_a_damaged_database_is_told_and_the_backups_before_it_stay(archive, tmp_path):
    first = save(archive, tmp_path / "backup").snapshot
    archive.path.write_bytes(b"SQLite format 3\0" + b"x" * 8000)

    with pytest.raises(Unavailable, match="database"):
        save(archive, tmp_path / "backup")

    assert [snapshot.name for snapshot in BackupFolder(tmp_path / "backup").snapshots()] == [first]
