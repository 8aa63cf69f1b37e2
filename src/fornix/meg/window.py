"""Bounded reads: a stream of known length, in which no offset or count from a header can lead outside.

It knows no format.
"""

from __future__ import annotations

import struct
from typing import Any, BinaryIO

from fornix.errors import Invalid


class NotThisFormat(Invalid):
    """The bytes are not of the format that the name promises."""


class CutShort(NotThisFormat):
    """The file ends before its header does."""


class Window:
    """A seekable stream with a fixed length. Reads outside it raise CutShort instead of giving fewer bytes."""

    MAX_READ = 64 * 1024 * 1024

    def __init__(self, stream: BinaryIO, length: int) -> None:
        self._stream = stream
        self.length = length

    def read(self, offset: int, size: int) -> bytes:
        """Exactly `size` bytes from `offset`."""
        if size > self.MAX_READ:
            raise NotThisFormat(f"a header asks for {size:,} bytes at once")
        if offset < 0 or size < 0 or offset + size > self.length:
            raise CutShort
        self._stream.seek(offset)
        data = self._stream.read(size)
        if len(data) != size:
            raise CutShort
        return data

    def head(self, size: int) -> bytes:
        """The first `size` bytes, or all there are."""
        return self.read(0, min(size, self.length))

    def unpack(self, layout: str, offset: int) -> tuple[Any, ...]:
        """The values of one `struct` layout at `offset`."""
        return struct.unpack(layout, self.read(offset, struct.calcsize(layout)))


def text_of(data: bytes) -> str:
    """A C string of a header: up to the first NUL, UTF-8 where it is, else Latin-1; trimmed, one printable line."""
    raw = data.split(b"\0", 1)[0]
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    return "".join(letter if letter.isprintable() else " " for letter in text).strip()
