"""What every store of bytes promises. Knows keys and streams; no table, no file name, no DICOM."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Protocol

from fornix.errors import Refused, Unavailable
from fornix.storage.digests import Digests

Chunks = Iterable[bytes | memoryview]


class KeyTaken(Refused):
    """Bytes are never overwritten, and this key already has some."""


class NoRoom(Unavailable):
    """The disk of the store is full. Nothing of this was kept: make room, then repeat."""


class BytesMissing(Unavailable):
    """The store has no bytes under this key."""


@dataclass(frozen=True, slots=True)
class Stat:
    """One key of a store: its length in bytes, and when the bytes were written (aware)."""

    key: str
    length: int
    modified_at: datetime


class Batch(Protocol):
    """Puts that become durable and visible together. Any number of threads may put at once."""

    def put(self, key: str, chunks: Chunks, *, tail_offset: int | None = None) -> Digests:
        """Take the bytes for a key; see Store.put. A put that raises leaves the rest of the batch as it was."""
        ...


class Store(Protocol):
    """Bytes under keys that are written once.

    Keys are checked by `keys.check_key` (Invalid). A key can not be the folder of another one. Whatever goes
    wrong with the medium itself, a full disk for one, is raised as Unavailable. Errors of the given `chunks` pass
    through unchanged, and nothing of what they gave stays.
    """

    def put(self, key: str, chunks: Chunks, *, tail_offset: int | None = None) -> Digests:
        """Store the bytes durably and return their digests. Raises KeyTaken. The same as a batch of one."""
        ...

    def batch(self) -> AbstractContextManager[Batch]:
        """Return a batch: all its bytes are durable and visible when the context has ended without an error.

        When it ends with one, nothing of the batch stays. Puts in other threads must have returned before it ends.
        """
        ...

    def open(self, key: str, offset: int = 0, length: int | None = None) -> BinaryIO:
        """Return a seekable reader of the bytes [offset, offset + length), to the end without a length.

        Its position 0 is the offset. It ends early where the stored bytes end. Raises BytesMissing.
        """
        ...

    def stat(self, key: str) -> Stat | None:
        """Return what is stored under the key, or None."""
        ...

    def list(self, prefix: str = "") -> Iterator[Stat]:
        """Yield all keys that begin with the prefix, sorted as text; never bytes that are still being written."""
        ...

    def delete(self, key: str) -> None:
        """Remove the bytes durably. A key that is not there is no error."""
        ...

    def list_temporaries(self, older_than: datetime, prefix: str = "") -> Iterator[Stat]:
        """Yield what `sweep_temporaries` would remove, under names that are no keys."""
        ...

    def sweep_temporaries(self, older_than: datetime, prefix: str = "") -> int:
        """Remove what writers that died left unfinished under the prefix; return how many files that were.

        Only files last written before `older_than` (aware) go: leave enough room for the longest living batch.
        """
        ...
