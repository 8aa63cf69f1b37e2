"""A backup becomes an archive again, in an empty place: bytes, verified as they pass, then the database.

Works without the framework: the archive that it makes is not there yet.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from fornix.errors import Invalid, Refused
from fornix.integrity.byte_copies import Copied, Named, copy_bytes
from fornix.integrity.database_address import DatabaseAddress, DatabaseKind
from fornix.integrity.postgresql_copy import require_empty, restore_dump
from fornix.integrity.saved_keys import read_saved
from fornix.integrity.snapshots import BackupFolder, NoBackup, Snapshot, sync_file
from fornix.storage.durable import sync_folder
from fornix.storage.local import LocalStore

_MARKER = "restore-under-way.json"
_MADE_BY_LOOKING = {"secret-key"}  # whoever reads the settings of an empty folder makes one


@dataclass(frozen=True, slots=True)
class RestoreReport:
    """What was restored. `lost` and `damaged` name bytes that the backup does not have whole."""

    snapshot: str
    files: int
    bytes: int
    lost: Named
    damaged: Named
    variables: tuple[str, ...]  # settings that the archive had in its environment


def choose_snapshot(folder: BackupFolder, name: str) -> Snapshot:
    """The saved database of this name, or the newest."""
    found = folder.snapshots()
    if not found:
        raise NoBackup(f"{folder.root} holds no saved database: no backup into it was ever completed.")
    if not name:
        return found[-1]
    for snapshot in found:
        if snapshot.name == name:
            return snapshot
    raise Invalid(f"There is no saved database {name}. There are: {', '.join(each.name for each in found)}.")


def restore(
    folder: BackupFolder,
    snapshot: Snapshot,
    data: Path,
    database: DatabaseAddress,
    tell: Callable[[str, int], None],
) -> RestoreReport:
    """Restores into a data folder that is empty, or in which a restore of the same was cut off. The database comes
    last: without it there is no archive yet. Raises Refused, Invalid or Unavailable, in words."""
    _require_kind(snapshot, database)
    about = snapshot.about()
    _begin(folder, snapshot, data)
    if database.kind is DatabaseKind.POSTGRESQL:
        require_empty(database)
    copied = Copied()
    wanted = chain(read_saved(snapshot.keys), read_saved(snapshot.manifests))
    for _ in copy_bytes(wanted, folder.store(), LocalStore(data / "blobs"), copied, tell=tell):
        pass
    for path in snapshot.settings.iterdir():
        _copy_file(path, data / path.name)
    if database.kind is DatabaseKind.SQLITE:
        _copy_file(snapshot.database, database.path)
    else:
        restore_dump(database, snapshot.database)
    (data / _MARKER).unlink()
    return RestoreReport(
        snapshot=snapshot.name,
        files=copied.files + copied.there,
        bytes=copied.bytes,
        lost=copied.gone,
        damaged=copied.damaged,
        variables=tuple(map(str, about.get("settings_in_environment", ()))),
    )


def _require_kind(snapshot: Snapshot, database: DatabaseAddress) -> None:
    if snapshot.kind is database.kind:
        return
    if snapshot.kind is DatabaseKind.POSTGRESQL:
        raise Refused("This backup is of a PostgreSQL database. Name an empty one in FORNIX_DATABASE.")
    raise Refused("This backup is of an SQLite database. Restore it without FORNIX_DATABASE.")


def _begin(folder: BackupFolder, snapshot: Snapshot, data: Path) -> None:
    """Refuses a folder that holds anything else than what a restore of the same has begun."""
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    marker = data / _MARKER
    mine = {"backup": str(folder.root.resolve()), "snapshot": snapshot.name}
    if marker.exists():
        begun = None
        with suppress(ValueError):
            begun = json.loads(marker.read_text())
        if begun != mine:
            raise Refused(f"In {data} another restore was begun. Give a new folder.")
    elif {path.name for path in data.iterdir()} - _MADE_BY_LOOKING:
        raise Refused(
            f"{data} is not empty. A backup is restored into a new folder: `fornix restore DIR --data NEW`."
        )
    else:
        marker.write_text(json.dumps(mine))


def _copy_file(path: Path, target: Path) -> None:
    """There whole, readable by its owner only, or not there."""
    aside = target.with_name(f".{target.name}.restored")
    aside.touch(mode=0o600)
    shutil.copyfile(path, aside)
    sync_file(aside)
    aside.rename(target)
    sync_folder(target.parent)
