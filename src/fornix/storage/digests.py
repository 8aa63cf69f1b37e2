"""Hashes of bytes that pass by once. Knows nothing of where the bytes come from or go to."""

from __future__ import annotations

import hashlib
import os
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache

_WORTH_A_THREAD = 64 * 1024  # bytes: below this, handing over costs more than a second core saves


@dataclass(frozen=True, slots=True)
class Digests:
    """What is known of a run of bytes after it has passed once. Hashes are lower-case hexadecimal.

    `md5` exists only because XNAT's API calls it the `digest`. `crc32` is what ZIP needs.
    `tail_sha256` is the SHA-256 of everything from the Hasher's `tail_offset` on, None when none was asked for.
    """

    length: int
    sha256: str
    md5: str
    crc32: int
    tail_sha256: str | None


class Hasher:
    """Feeds each chunk to all hashes, so that the bytes are read only once.

    `tail_offset` is counted in bytes from the start: for a DICOM file the end of group 0002, where the data set
    begins. hashlib lets other threads run while it works on chunks above 2047 bytes, so give it large ones: then
    MD5, the slowest, runs beside the others.
    """

    def __init__(self, tail_offset: int | None = None) -> None:
        self._sha256 = hashlib.sha256()
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._crc32 = 0
        self._length = 0
        self._tail_offset = tail_offset
        self._tail = None if tail_offset is None else hashlib.sha256()

    def update(self, chunk: bytes | memoryview) -> None:
        """Take the next bytes."""
        if memoryview(chunk).nbytes < _WORTH_A_THREAD:
            self._md5.update(chunk)
            self._update_others(chunk)
            return
        beside = _second_hands().submit(self._md5.update, chunk)
        try:
            self._update_others(chunk)
        finally:
            beside.result()  # the caller may use the chunk's memory again

    def _update_others(self, chunk: bytes | memoryview) -> None:
        self._sha256.update(chunk)
        self._crc32 = zlib.crc32(chunk, self._crc32)
        if self._tail is not None and self._tail_offset is not None:
            skipped = max(0, self._tail_offset - self._length)
            self._tail.update(memoryview(chunk).cast("B")[skipped:])
        self._length += memoryview(chunk).nbytes

    def finish(self) -> Digests:
        """Return the digests of all bytes taken so far."""
        return Digests(
            length=self._length,
            sha256=self._sha256.hexdigest(),
            md5=self._md5.hexdigest(),
            crc32=self._crc32,
            tail_sha256=self._tail.hexdigest() if self._tail is not None else None,
        )


@cache
def _second_hands() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="md5")


# A forked process has none of its parent's threads: its own are begun when it needs them.
os.register_at_fork(after_in_child=_second_hands.cache_clear)
