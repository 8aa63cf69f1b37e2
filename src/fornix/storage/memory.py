"""The store in memory, for tests and trials: the same promises, gone with the process."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import BinaryIO

from fornix.storage.digests import Digests, Hasher
from fornix.storage.keys import check_key, check_prefix
from fornix.storage.store import Batch, BytesMissing, Chunks, KeyTaken, Stat
from fornix.storage.window import open_window


@dataclass(frozen=True, slots=True)
class _Content:
    data: bytes
    modified_at: datetime


class _Contents(dict[str, _Content]):
    """Contents by key, with all folders that the keys ever had: as on a disk, these stay."""

    def __init__(self) -> None:
        super().__init__()
        self.folders: set[str] = set()

    def add(self, key: str, content: _Content) -> None:
        self[key] = content
        self.folders.update(_folders_above(key))

    def refuse_taken(self, key: str) -> None:
        """Raise KeyTaken for a key that has bytes, and for one that is, or would need, a folder in place of a key."""
        if key in self or key in self.folders or not self.keys().isdisjoint(_folders_above(key)):
            raise KeyTaken(key=key)


class MemoryStore:
    """Keeps bytes in a dictionary. Implements store.Store."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._contents = _Contents()

    def put(self, key: str, chunks: Chunks, *, tail_offset: int | None = None) -> Digests:
        """See Store.put."""
        with self.batch() as batch:
            return batch.put(key, chunks, tail_offset=tail_offset)

    @contextmanager
    def batch(self) -> Iterator[Batch]:
        """See Store.batch."""
        batch = _MemoryBatch(self._contents)
        try:
            yield batch
        finally:
            batch.is_open = False
        with self._lock:
            for key in batch.contents:
                self._contents.refuse_taken(key)
            for key, content in batch.contents.items():
                self._contents.add(key, content)

    def open(self, key: str, offset: int = 0, length: int | None = None) -> BinaryIO:
        """See Store.open."""
        content = self._contents.get(check_key(key))
        if content is None:
            raise BytesMissing(key=key)
        return open_window(io.BytesIO(content.data), offset, length)

    def stat(self, key: str) -> Stat | None:
        """See Store.stat."""
        content = self._contents.get(check_key(key))
        return None if content is None else Stat(key, len(content.data), content.modified_at)

    def list(self, prefix: str = "") -> Iterator[Stat]:
        """See Store.list."""
        check_prefix(prefix)
        for key in sorted(self._contents.copy()):
            if key.startswith(prefix) and (stat := self.stat(key)):
                yield stat

    def delete(self, key: str) -> None:
        """See Store.delete."""
        self._contents.pop(check_key(key), None)

    def list_temporaries(self, older_than: datetime, prefix: str = "") -> Iterator[Stat]:  # noqa: ARG002 - as below
        """See Store.list_temporaries."""
        return iter(())

    def sweep_temporaries(self, older_than: datetime, prefix: str = "") -> int:  # noqa: ARG002 - the store's verb
        """See Store.sweep_temporaries. A dead process leaves nothing in memory."""
        return 0


class _MemoryBatch:
    def __init__(self, stored: _Contents) -> None:
        self._stored = stored
        self._lock = threading.Lock()
        self.contents = _Contents()
        self.is_open = True

    def put(self, key: str, chunks: Chunks, *, tail_offset: int | None = None) -> Digests:
        check_key(key)
        if not self.is_open:
            raise RuntimeError("put into a batch that has ended")
        self._stored.refuse_taken(key)
        self.contents.refuse_taken(key)
        hasher = Hasher(tail_offset)
        data = bytearray()
        for chunk in chunks:
            hasher.update(chunk)
            data += chunk
        with self._lock:
            self.contents.refuse_taken(key)
            self.contents.add(key, _Content(bytes(data), datetime.now(UTC)))
        return hasher.finish()


def _folders_above(key: str) -> list[str]:
    return [key[:end] for end, character in enumerate(key) if character == "/"]
