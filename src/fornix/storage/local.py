"""The store on a local disk: one file per key, the key being the path below the root. Knows no table.

A writer that is killed leaves at most temporaries, which `sweep_temporaries` finds, and bytes under keys that nobody
was told of, which `list` shows.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from fornix.storage.digests import Digests
from fornix.storage.durable import FolderTree, disk_errors, sync_folder
from fornix.storage.keys import check_key, check_prefix, is_key_part
from fornix.storage.local_batch import LocalBatch, is_temporary
from fornix.storage.store import Batch, BytesMissing, Chunks, Stat
from fornix.storage.window import open_window


class LocalStore:
    """Keeps bytes in files of mode 640 below `root`, which is made when missing. Implements store.Store."""

    def __init__(self, root: Path) -> None:
        with disk_errors():
            self._folders = FolderTree(root)
        self._root = root

    def put(self, key: str, chunks: Chunks, *, tail_offset: int | None = None) -> Digests:
        """See Store.put."""
        with self.batch() as batch:
            return batch.put(key, chunks, tail_offset=tail_offset)

    @contextmanager
    def batch(self) -> Iterator[Batch]:
        """See Store.batch."""
        batch = LocalBatch(self._folders)
        try:
            yield batch
            batch.commit()
        finally:
            batch.close()

    def open(self, key: str, offset: int = 0, length: int | None = None) -> BinaryIO:
        """See Store.open."""
        path = self._root / check_key(key)
        with disk_errors():
            if not path.is_file():
                raise BytesMissing(key=key)
            stream = path.open("rb")
        return stream if (offset, length) == (0, None) else open_window(stream, offset, length)

    def stat(self, key: str) -> Stat | None:
        """See Store.stat."""
        path = self._root / check_key(key)
        with disk_errors():
            return _stat_of(key, path.stat()) if path.is_file() else None

    def list(self, prefix: str = "") -> Iterator[Stat]:
        """See Store.list. One folder at a time is held in memory; a key deleted meanwhile may be left out."""
        with disk_errors():
            folder, slash, start = check_prefix(prefix).rpartition("/")
            for key, entry in _walk(self._root / folder, folder + slash, start, is_key_part):
                with suppress(FileNotFoundError):
                    yield _stat_of(key, entry.stat())

    def delete(self, key: str) -> None:
        """See Store.delete. Its folder stays: see durable.FolderTree."""
        path = self._root / check_key(key)
        with disk_errors():
            if path.is_file():
                path.unlink(missing_ok=True)
                sync_folder(path.parent)

    def list_temporaries(self, older_than: datetime, prefix: str = "") -> Iterator[Stat]:
        """See Store.list_temporaries. The prefix is of whole folders."""
        above = f"{prefix.removesuffix('/')}/" if prefix else ""
        with disk_errors():
            for name, entry in _walk(self._root / check_prefix(prefix), above, "", is_temporary):
                with suppress(FileNotFoundError):
                    stat = _stat_of(name, entry.stat())
                    if stat.modified_at < older_than:
                        yield stat

    def sweep_temporaries(self, older_than: datetime, prefix: str = "") -> int:
        """See Store.sweep_temporaries. The prefix is of whole folders."""
        swept = 0
        with disk_errors():
            for stat in self.list_temporaries(older_than, prefix):
                (self._root / stat.key).unlink(missing_ok=True)
                swept += 1
        return swept


def _walk(
    folder: Path, above: str, start: str, is_wanted: Callable[[str], bool]
) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Yield path and entry of the wanted files below a folder, sorted as the keys are. Links are not followed."""
    try:
        with os.scandir(folder) as entries:
            found = sorted((entry for entry in entries if entry.name.startswith(start)), key=_sort_key)
    except (FileNotFoundError, NotADirectoryError):
        return
    for entry in found:
        if entry.is_dir(follow_symlinks=False) and is_key_part(entry.name):
            yield from _walk(Path(entry.path), f"{above}{entry.name}/", "", is_wanted)
        elif entry.is_file(follow_symlinks=False) and is_wanted(entry.name):
            yield above + entry.name, entry


def _sort_key(entry: os.DirEntry[str]) -> str:
    return entry.name + "/" if entry.is_dir(follow_symlinks=False) else entry.name


def _stat_of(key: str, status: os.stat_result) -> Stat:
    return Stat(key=key, length=status.st_size, modified_at=_written_at(status))


def _written_at(status: os.stat_result) -> datetime:
    return datetime.fromtimestamp(status.st_mtime, UTC)
