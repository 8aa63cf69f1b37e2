"""The steps that make files outlive a power cut: early write-back, synced files, synced folders. Knows no keys.

Each step turns an error of the operating system into Unavailable, so that a full or a broken disk is told as such.
"""

from __future__ import annotations

import ctypes
import errno
import os
import threading
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from fornix.errors import Unavailable
from fornix.storage.store import NoRoom

_SYNCING = ThreadPoolExecutor(
    8, thread_name_prefix="sync"
)  # of all batches; more of one batch were not faster
_REMEMBERED_FOLDERS = 10_000
_START_WRITING = 2  # SYNC_FILE_RANGE_WRITE of sync_file_range(2)

# Linux only; Python has no name for it. Elsewhere the disk starts to work a little later, at the sync.
_sync_file_range = getattr(ctypes.CDLL(None), "sync_file_range", None)
if _sync_file_range is not None:
    _sync_file_range.argtypes = [ctypes.c_int, ctypes.c_int64, ctypes.c_int64, ctypes.c_uint]


@contextmanager
def disk_errors() -> Iterator[None]:
    """Turn an OSError of the store's own disk into NoRoom or Unavailable. Paths stay out of the message."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise NoRoom from error
        raise Unavailable(
            f"The disk of the store refused: {error.strerror or type(error).__name__}."
        ) from error


def start_writing(descriptor: int) -> None:
    """Ask the disk to begin with what the file has so far, without waiting. A hint: it syncs nothing."""
    if _sync_file_range is not None:
        _sync_file_range(descriptor, 0, 0, _START_WRITING)


def sync_files(descriptors: Collection[int], folders: Collection[Path] = ()) -> None:
    """Return when these open files, and the names in these folders, are on the disk. At once, so that one commit of the
    file system's journal serves many: a file and its folder take a quarter of the time that one after the other takes.
    """
    steps = [partial(os.fsync, descriptor) for descriptor in descriptors]
    steps += [partial(sync_folder, folder) for folder in folders]
    if not steps:
        return
    others = [_SYNCING.submit(step) for step in steps[1:]]
    try:
        steps[0]()
    finally:
        wait(others)  # whoever called closes these files next
    for other in others:
        other.result()


def sync_folder(folder: Path) -> None:
    """Return when the names in the folder are on the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class FolderTree:
    """The folders under a root, made on demand, with a memory of those whose own name is known to be on the disk.

    A folder that is found there may have been made a moment ago by another process that has not synced it yet, so
    only what this process synced is remembered. Folders are never removed: nobody can pull one from under a writer.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._lock = threading.Lock()
        self._durable: set[Path] = set()
        missing = [folder for folder in (root, *root.parents) if not folder.exists()]
        for folder in reversed(missing):
            folder.mkdir(mode=0o750, exist_ok=True)
            sync_folder(folder.parent)

    def make(self, folder: Path) -> None:
        """Make the folder and what is missing above it. Not durable before `sync`."""
        if folder == self.root or folder.is_dir():
            return
        self.make(folder.parent)
        folder.mkdir(mode=0o750, exist_ok=True)

    def sync(self, changed: Collection[Path], descriptors: Collection[int] = ()) -> None:
        """Return when the names in the changed folders, and those of all folders above them, are on the disk, and
        these open files with them."""
        unsynced = set(changed)
        fresh: set[Path] = set()
        for folder in changed:
            for above in (folder, *folder.parents):
                if above == self.root or above in self._durable or above in fresh:
                    break
                fresh.add(above)
                unsynced.add(above.parent)
        sync_files(descriptors, unsynced)
        with self._lock:
            if len(self._durable) > _REMEMBERED_FOLDERS:
                self._durable.clear()
            self._durable |= fresh
