"""A part of a seekable stream, read as if it were the whole, and what such readers share. Knows nothing of stores."""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING, BinaryIO

from fornix.errors import Invalid

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


def open_window(stream: BinaryIO, offset: int, length: int | None) -> BinaryIO:
    """Return a buffered reader of the bytes [offset, offset + length) of the stream; closing it closes the stream.

    Raises Invalid for negative numbers. A window beyond the end of the stream is empty.
    """
    if offset < 0 or (length is not None and length < 0):
        stream.close()
        raise Invalid("A part of stored bytes has an offset and a length of zero or more.")
    rest = max(0, stream.seek(0, os.SEEK_END) - offset)
    return io.BufferedReader(_Window(stream, offset, rest if length is None else min(rest, length)))


class Positioned(io.RawIOBase):
    """The seeking of a reader of `length` bytes. Whoever extends it reads from `_position`, and moves that on."""

    def __init__(self, length: int) -> None:
        self._length = length
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        origin = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._length}[whence]
        if origin + offset < 0:
            raise ValueError("seek before the first byte")
        self._position = origin + offset
        return self._position


class _Window(Positioned):
    def __init__(self, stream: BinaryIO, offset: int, length: int) -> None:
        super().__init__(length)
        self._stream = stream
        self._offset = offset

    def readinto(self, buffer: WriteableBuffer) -> int:
        target = memoryview(buffer).cast("B")
        wanted = max(0, min(len(target), self._length - self._position))
        self._stream.seek(self._offset + self._position)
        # Straight into the caller's memory: a copy in between is a third of a download's work.
        count = self._stream.readinto(target[:wanted])  # type: ignore[attr-defined]
        self._position += count
        return int(count)

    def close(self) -> None:
        self._stream.close()
        super().close()
