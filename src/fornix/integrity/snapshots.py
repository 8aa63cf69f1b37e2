"""What a backup's folder looks like: the bytes of all its days once, and beside them the newest databases.

fornix-backup.json      whose backup this is
lock                    held by whoever writes
blobs/                  the bytes, under their keys
databases/<time>/       one saved database, the list of bytes that it names, key and settings of that day
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fornix.errors import Invalid, Refused
from fornix.integrity.database_address import DatabaseKind
from fornix.storage.durable import sync_files, sync_folder
from fornix.storage.local import LocalStore
from fornix.storage.store import Store

FORMAT = 1
_MARKER = "fornix-backup.json"
_ABOUT = "backup.json"
_UNFINISHED = ".unfinished"
_LET_BE = {"lost+found", "lock", f".{_MARKER}"}


class BackupRunning(Refused):
    """Another backup writes to this folder just now."""


class NoBackup(Invalid):
    """This is no folder of `fornix backup`."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One saved database, whole: its folder has its name once everything it names is in the backup."""

    folder: Path

    @property
    def name(self) -> str:
        """The time at which it was saved, as text."""
        return self.folder.name

    @property
    def kind(self) -> DatabaseKind:
        """What kind of database it is of."""
        return DatabaseKind.SQLITE if self.database.suffix == ".sqlite3" else DatabaseKind.POSTGRESQL

    @property
    def database(self) -> Path:
        """The saved database."""
        copy = self.folder / "fornix.sqlite3"
        return copy if copy.exists() else self.folder / "fornix.dump"

    @property
    def keys(self) -> Path:
        """The list of bytes that it names."""
        return self.folder / "bytes.tsv.gz"

    @property
    def manifests(self) -> Path:
        """The list of its sessions' manifests."""
        return self.folder / "manifests.tsv.gz"

    @property
    def settings(self) -> Path:
        """The folder of key and settings."""
        return self.folder / "settings"

    def about(self) -> dict[str, Any]:
        """What was noted when it was made."""
        try:
            told = json.loads((self.folder / _ABOUT).read_text())
        except (OSError, ValueError) as error:
            raise NoBackup(
                f"The saved database {self.name} is not whole. Take another one: `--snapshot`."
            ) from error
        return told if isinstance(told, dict) else {}

    def note(self, **told: object) -> None:
        """Notes what it is."""
        (self.folder / _ABOUT).write_text(json.dumps({"format": FORMAT, **told}, indent=1))


@dataclass(frozen=True, slots=True)
class BackupFolder:
    """A folder of `fornix backup`."""

    root: Path

    @property
    def databases(self) -> Path:
        """Where the saved databases lie."""
        return self.root / "databases"

    def store(self) -> LocalStore:
        """The bytes."""
        return LocalStore(self.root / "blobs")

    def snapshots(self) -> list[Snapshot]:
        """The saved databases that are whole, the oldest first."""
        found = self.databases.iterdir() if self.databases.is_dir() else ()
        return [Snapshot(path) for path in sorted(found) if path.is_dir() and not path.name.startswith(".")]

    def begin_snapshot(self, name: str) -> Snapshot:
        """A folder for a database to be saved in; not yet one of `snapshots`."""
        folder = self.databases / f".{name}{_UNFINISHED}"
        (folder / "settings").mkdir(parents=True, mode=0o700)
        return Snapshot(folder)

    def complete(self, snapshot: Snapshot) -> Snapshot:
        """Everything that it names is here: from now on it can be restored."""
        for path in sorted(snapshot.folder.rglob("*")):
            sync_folder(path) if path.is_dir() else sync_file(path)
        sync_folder(snapshot.folder)
        name = snapshot.folder.name.removeprefix(".").removesuffix(_UNFINISHED)
        final = Snapshot(snapshot.folder.rename(self.databases / name))
        sync_folder(self.databases)
        return final

    def sweep(self) -> None:
        """Throws away what a killed backup left unfinished. Bytes that it copied stay."""
        for path in self.databases.glob(f".*{_UNFINISHED}"):
            shutil.rmtree(path)

    def keep_newest(self, count: int) -> int:
        """Drops older databases; returns how many. Their bytes stay."""
        dropped = self.snapshots()[:-count]
        for snapshot in dropped:
            gone = snapshot.folder.with_name(f".{snapshot.name}{_UNFINISHED}")
            shutil.rmtree(snapshot.folder.rename(gone))
        return len(dropped)


def open_backup(root: Path) -> BackupFolder:
    """A folder to restore from, or to look in. Raises NoBackup."""
    if not (root / _MARKER).is_file():
        raise NoBackup(f"{root} is no folder of `fornix backup`.")
    return BackupFolder(root)


def backup_store(root: Path) -> Store:
    """The bytes of a backup."""
    return open_backup(root).store()


@contextmanager
def writing_backup(root: Path, archive: str) -> Iterator[BackupFolder]:
    """A folder to write a backup of this archive to: new, empty, or one with its backups. One writer at a time.

    :param archive: what is this archive's alone, and stays when it is restored: only its digest is kept.
    """
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    identity = hashlib.sha256(archive.encode()).hexdigest()
    with (root / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise BackupRunning from error
        _require_ours(root, identity)
        folder = BackupFolder(root)
        folder.databases.mkdir(exist_ok=True, mode=0o700)
        folder.sweep()
        yield folder


def _require_ours(root: Path, identity: str) -> None:
    marker = root / _MARKER
    if marker.exists():
        try:
            told = json.loads(marker.read_text())["archive"]
        except (ValueError, KeyError, TypeError) as error:
            raise NoBackup(f"{marker} cannot be read. Give another folder.") from error
        if told != identity:
            raise Refused(f"{root} holds the backups of another archive. Give each its own folder.")
        return
    if {path.name for path in root.iterdir()} - _LET_BE:
        raise Refused(f"{root} is not empty, and no backup of Fornix. Give a new folder.")
    aside = root / f".{_MARKER}"
    aside.write_text(json.dumps({"format": FORMAT, "archive": identity}))
    aside.rename(marker)


def sync_file(path: Path) -> None:
    """Returns when the file is on the disk."""
    with path.open("rb") as stream:
        sync_files([stream.fileno()])
