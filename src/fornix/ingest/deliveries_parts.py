"""The parts of a transfer read as one file. Knows keys and streams; no names, no HTTP."""

from __future__ import annotations

import hashlib
import io
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from fornix.storage.store import Store
from fornix.storage.window import Positioned

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Part:
    """The bytes [offset, offset + length) of a file, and the key that they lie under."""

    offset: int
    length: int
    key: str


def open_parts(store: Store, parts: Sequence[Part]) -> BinaryIO:
    """A seekable reader of all parts in their order. Raises BytesMissing, at once or while it is read."""
    if len(parts) == 1:
        return store.open(parts[0].key)
    return io.BufferedReader(_Parts(store, parts), _CHUNK)


def hash_parts(store: Store, parts: Sequence[Part]) -> str:
    """The SHA-256 of all parts together."""
    digest = hashlib.sha256()
    with open_parts(store, parts) as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


class _Parts(Positioned):
    """One open part at a time."""

    def __init__(self, store: Store, parts: Sequence[Part]) -> None:
        super().__init__(sum(part.length for part in parts))
        self._store = store
        self._parts = parts
        self._begins = [part.offset for part in parts]
        self._number = -1
        self._stream: BinaryIO | None = None

    def readinto(self, buffer: WriteableBuffer) -> int:
        target = memoryview(buffer).cast("B")
        if self._position >= self._length:
            return 0
        number = bisect_right(self._begins, self._position) - 1
        part = self._parts[number]
        stream = self._open(number)
        inside = self._position - part.offset
        stream.seek(inside)
        data = stream.read(min(len(target), part.length - inside))
        target[: len(data)] = data
        self._position += len(data)
        return len(data)

    def _open(self, number: int) -> BinaryIO:
        if self._stream is None or number != self._number:
            if self._stream is not None:
                self._stream.close()
            self._stream, self._number = self._store.open(self._parts[number].key), number
        return self._stream

    def close(self) -> None:
        if self._stream is not None:
            self._stream.close()
        super().close()
