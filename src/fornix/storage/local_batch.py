"""Many files made durable together on a local disk. Knows folders and keys; no table.

Each file is written under a temporary name in its target folder; the disk is asked to begin with it at once. At the
end all files are named, then files and folders are synced together, each once. A file gets its name by a hard link,
which (unlike a rename) refuses to overwrite. Why so, with numbers: docs/decisions/0002 and 0013.
"""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from fornix.errors import Unavailable
from fornix.storage.digests import Digests, Hasher
from fornix.storage.durable import FolderTree, disk_errors, start_writing
from fornix.storage.keys import check_key
from fornix.storage.store import Chunks, KeyTaken

_TEMPORARY_ENDING = ".part"
_MAX_OPEN_FILES = 256  # of one batch; that many are synced and closed before it goes on
_WRITE_BACK_BYTES = 8 << 20  # how much of a large file gathers in memory before the disk is asked to begin


def is_temporary(name: str) -> bool:
    """Return whether this file name is one of a batch that has not ended. No key has a part like it."""
    return name.startswith(".") and name.endswith(_TEMPORARY_ENDING)


@dataclass(frozen=True, slots=True)
class _Written:
    temporary: Path
    final: Path


class LocalBatch:
    """Implements store.Batch. `commit` makes everything durable and visible; `close` without it leaves nothing."""

    def __init__(self, folders: FolderTree) -> None:
        self._folders = folders
        self._lock = threading.Lock()
        self._is_open = True
        self._sync_failed = False
        self._keys: set[str] = set()
        self._written: list[_Written] = []
        self._unsynced: list[int] = []
        self._named: list[Path] = []

    def put(self, key: str, chunks: Chunks, *, tail_offset: int | None = None) -> Digests:
        """See store.Batch."""
        final = self._folders.root / check_key(key)
        self._reserve(key, final)
        try:
            return self._write(final, chunks, Hasher(tail_offset))
        except BaseException:
            with self._lock:
                self._keys.discard(key)
            raise

    def commit(self) -> None:
        """Name the files, then sync them and their folders. Raises KeyTaken or Unavailable; then call `close`."""
        with self._lock:
            self._is_open = False
        if self._sync_failed:
            raise Unavailable("The disk of the store could not keep a part of this. Nothing of it was kept.")
        with disk_errors():
            for written in self._written:
                self._name(written)
            folders = {written.final.parent for written in self._written}
            self._sync_and_close(self._unsynced, folders)
        self._named.clear()
        self._written.clear()

    def close(self) -> None:
        """Remove everything that was not committed, as far as the disk lets us."""
        with self._lock:
            self._is_open = False
        while self._unsynced:
            os.close(self._unsynced.pop())
        for path in [*self._named, *(written.temporary for written in self._written)]:
            with suppress(OSError):
                path.unlink(missing_ok=True)

    def _reserve(self, key: str, final: Path) -> None:
        with self._lock, disk_errors():
            if not self._is_open:
                raise RuntimeError("put into a batch that has ended")
            if key in self._keys or final.exists():
                raise KeyTaken(key=key)
            self._keys.add(key)

    def _write(self, final: Path, chunks: Chunks, hasher: Hasher) -> Digests:
        temporary = final.parent / f".{secrets.token_hex(8)}{_TEMPORARY_ENDING}"
        with disk_errors():
            try:
                self._folders.make(final.parent)
            except (FileExistsError, NotADirectoryError) as error:
                raise KeyTaken("A stored key cannot be the folder of another one.") from error
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640)
        try:
            digests = _write_chunks(descriptor, chunks, hasher)
            self._add(_Written(temporary, final), descriptor)
        except BaseException:
            os.close(descriptor)
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise
        self._sync_when_many()
        return digests

    def _add(self, written: _Written, descriptor: int) -> None:
        with self._lock:
            if not self._is_open:
                raise RuntimeError("the batch ended while a put was going on")
            self._written.append(written)
            self._unsynced.append(descriptor)

    def _sync_when_many(self) -> None:
        """Keep the number of open files small. A sync that failed is told once only, so it is remembered."""
        with self._lock:
            if len(self._unsynced) < _MAX_OPEN_FILES:
                return
            descriptors, self._unsynced = self._unsynced, []
        try:
            with disk_errors():
                self._sync_and_close(descriptors)
        except Unavailable:
            self._sync_failed = True
            raise

    def _sync_and_close(self, descriptors: list[int], folders: Collection[Path] = ()) -> None:
        try:
            self._folders.sync(folders, descriptors)
        finally:
            while descriptors:
                os.close(descriptors.pop())

    def _name(self, written: _Written) -> None:
        try:
            written.final.hardlink_to(written.temporary)
        except (FileExistsError, NotADirectoryError) as error:
            raise KeyTaken from error
        self._named.append(written.final)
        written.temporary.unlink()


def _write_chunks(descriptor: int, chunks: Chunks, hasher: Hasher) -> Digests:
    """Write and hash chunk by chunk. Only the disk's errors are translated, never those of the chunks' source."""
    waiting_bytes = 0
    for chunk in chunks:
        hasher.update(chunk)
        rest = memoryview(chunk).cast("B")
        waiting_bytes += len(rest)
        with disk_errors():
            while rest:
                rest = rest[os.write(descriptor, rest) :]
        if waiting_bytes >= _WRITE_BACK_BYTES:
            start_writing(descriptor)
            waiting_bytes = 0
    start_writing(descriptor)
    return hasher.finish()
