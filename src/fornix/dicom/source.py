"""A forward-moving window over bytes that may be longer than memory: a prefix at hand, the rest fetched when asked for.

It knows nothing of files: the caller gives a function that returns bytes at an offset.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable

#: `read_at(offset, size)` returns up to `size` bytes that lie at `offset`, fewer only at the end of the source.
ReadAt = Callable[[int, int], bytes]

CHUNK = 64 * 1024

#: No header needs more than this much inflated text before its last wanted attribute; a deflate bomb is cut here.
INFLATED_LIMIT = 64 * 1024 * 1024


class Window:
    """The part of a source that is in memory: `data`, whose first byte lies at `start` of the source."""

    __slots__ = ("_read_at", "data", "start")

    def __init__(self, prefix: bytes, read_at: ReadAt | None) -> None:
        self.data = prefix
        self.start = 0
        self._read_at = read_at

    def cover(self, position: int, size: int) -> int:
        """Make `size` bytes at `position` readable; answers how many there are (fewer only at the end)."""
        offset = position - self.start
        if self._read_at is not None and (offset < 0 or offset + size > len(self.data)):
            self.data = self._read_at(position, max(size, CHUNK))
            self.start, offset = position, 0
        return max(0, min(size, len(self.data) - offset))

    def bytes_at(self, position: int, size: int) -> bytes:
        """Up to `size` bytes at `position`."""
        present = self.cover(position, size)
        offset = position - self.start
        return self.data[offset : offset + present]


class Inflater:
    """Reads a raw deflate stream (PS3.5 A.5) forwards, in bounded memory and up to a bounded length."""

    def __init__(self, window: Window, position: int) -> None:
        self._window = window
        self._position = position
        self._engine = zlib.decompressobj(-zlib.MAX_WBITS)
        self._pending = b""
        self._out = bytearray()
        self._out_start = 0
        self._is_done = False

    def read_at(self, position: int, size: int) -> bytes:
        """Inflated bytes at `position`, which never moves backwards."""
        while not self._is_done and self._out_start + len(self._out) < position + size:
            self._drop_before(position)
            self._inflate_some()
        self._drop_before(position)
        return bytes(self._out[:size]) if position >= self._out_start else b""

    def _drop_before(self, position: int) -> None:
        surplus = min(position - self._out_start, len(self._out))
        if surplus > 0:
            del self._out[:surplus]
            self._out_start += surplus

    def _inflate_some(self) -> None:
        if not self._pending:
            self._pending = self._window.bytes_at(self._position, CHUNK)
            self._position += len(self._pending)
        try:
            piece = self._engine.decompress(self._pending, CHUNK)
        except zlib.error:
            self._is_done = True
            return
        ended = self._engine.eof or (not piece and not self._pending)
        self._pending = self._engine.unconsumed_tail
        self._out += piece
        self._is_done = ended or self._out_start + len(self._out) > INFLATED_LIMIT
