"""A backup of a running archive: its database, then the bytes that this very database names. Reads the archive only.

First the database, then the bytes: bytes are in the store before the database speaks of them. What is deleted there
in between is missed by the copy; then the database is saved anew, until it names nothing that the backup lacks.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from fornix.errors import Invalid, Unavailable
from fornix.integrity.byte_copies import Copied, Named, copy_bytes
from fornix.integrity.database_address import DatabaseAddress
from fornix.integrity.manifest_text import stored_numbers
from fornix.integrity.saved_database import SavedDatabase, are_named_now, save_database
from fornix.integrity.saved_keys import Saved, read_saved, write_saved
from fornix.integrity.site_names import SITE
from fornix.integrity.snapshots import BackupFolder, Snapshot, writing_backup
from fornix.storage.keys import manifest_key
from fornix.storage.store import Store

ATTEMPTS = 5
Tell = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Origin:
    """The archive to be saved: its database, its bytes, and the files that a restored one needs besides."""

    data: Path
    database: DatabaseAddress
    store: Store
    secret_key: str
    settings: tuple[Path, ...]  # copied with their names
    variables: tuple[str, ...]  # names of settings in the environment, which are in no backup


@dataclass(frozen=True, slots=True)
class BackupReport:
    """What a backup did. `lost` and `damaged` name bytes that the archive itself does not have whole."""

    snapshot: str
    keys: int
    files: int
    bytes: int
    there: int
    lost: Named
    damaged: Named
    dropped: int  # older databases


def back_up(origin: Origin, root: Path, *, at: datetime, keep: int, verify: bool, tell: Tell) -> BackupReport:
    """Saves the archive into the folder, and keeps the databases of the newest `keep` backups.

    Killed at any moment it goes on where it was. Raises Refused, Invalid or Unavailable, in words.
    """
    _require_apart(origin.data, root)
    with writing_backup(root, origin.secret_key) as folder:
        copied = Copied()
        snapshot, saved = _save(origin, folder, copied, at=at, verify=verify, tell=tell)
        manifests = copy_bytes(
            _manifests(origin.store, saved), origin.store, folder.store(), Copied(), tell=tell
        )
        write_saved(snapshot.manifests, manifests)
        _save_settings(origin, snapshot)
        snapshot.note(
            made_at=at.isoformat(),
            keys=saved.keys,
            lost=copied.gone.count,
            damaged=copied.damaged.count,
            settings_in_environment=origin.variables,
        )
        snapshot = folder.complete(snapshot)
        return BackupReport(
            snapshot=snapshot.name,
            keys=saved.keys,
            files=copied.files,
            bytes=copied.bytes,
            there=copied.there,
            lost=copied.gone,
            damaged=copied.damaged,
            dropped=folder.keep_newest(keep),
        )


def _save(
    origin: Origin, folder: BackupFolder, copied: Copied, *, at: datetime, verify: bool, tell: Tell
) -> tuple[Snapshot, SavedDatabase]:
    """The database, and all bytes that it names, as far as the archive has them."""
    for attempt in range(ATTEMPTS):
        folder.sweep()
        snapshot = folder.begin_snapshot(_free_name(folder, at))
        saved = save_database(origin.database, snapshot)
        copied.forget_outcome()
        is_first = attempt == 0
        wanted = read_saved(snapshot.keys)
        for _ in copy_bytes(
            wanted, origin.store, folder.store(), copied, verify=verify and is_first, tell=tell
        ):
            pass
        if are_named_now(origin.database, copied.gone.first):
            return snapshot, saved
    raise Unavailable(
        "So much is deleted in the archive just now that no moment of it can be saved. Try again later."
    )


def _manifests(store: Store, saved: SavedDatabase) -> Iterator[Saved]:
    """Of the sessions that the saved database knows, and the site's. Older ones may go while they are listed."""
    for of in (SITE, *saved.accessions()):
        for number in stored_numbers(store, of):
            stat = store.stat(manifest_key(of, number))
            if stat is not None:
                yield Saved(stat.key, stat.length)


def _save_settings(origin: Origin, snapshot: Snapshot) -> None:
    for path in origin.settings:
        target = snapshot.settings / path.name
        target.touch(mode=0o600)
        shutil.copyfile(path, target)


def _free_name(folder: BackupFolder, at: datetime) -> str:
    name = f"{at.astimezone(UTC):%Y-%m-%dT%H%M%SZ}"
    taken = {snapshot.name for snapshot in folder.snapshots()}
    free, count = name, 1
    while free in taken:
        count += 1
        free = f"{name}-{count}"
    return free


def _require_apart(data: Path, root: Path) -> None:
    data, root = data.resolve(), root.resolve()
    if root.is_relative_to(data) or data.is_relative_to(root):
        raise Invalid(
            "The backup and the archive lie in one another. Give a folder elsewhere, best on another disk."
        )
