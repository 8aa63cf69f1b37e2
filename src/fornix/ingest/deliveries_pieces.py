"""Pure: a stream of bytes of any length, cut into pieces that are stored one by one. Knows no store."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from fornix.errors import Invalid

PIECE_BYTES = 64 << 20  # what a connection that breaks costs at most


class TooLong(Invalid):
    """More bytes came than the file was announced with. Begin this file again."""


class Pieces:
    """Cuts chunks into pieces. Each piece is read to its end before the next one begins.

    `room` is how many bytes may come in all: more raises TooLong from within the piece. `count` is how many came.
    """

    def __init__(self, chunks: Iterable[bytes], *, room: int, piece_bytes: int | None = PIECE_BYTES) -> None:
        self._chunks = iter(chunks)
        self._room = room
        self._piece_bytes = piece_bytes
        self._waiting = b""
        self.count = 0

    def __iter__(self) -> Iterator[Iterator[bytes]]:
        """The pieces, none of them empty."""
        while self._fetch():
            yield self._piece()

    def _fetch(self) -> bool:
        while not self._waiting:
            chunk = next(self._chunks, None)
            if chunk is None:
                return False
            self._waiting = chunk
        return True

    def _piece(self) -> Iterator[bytes]:
        rest = self._piece_bytes
        while rest != 0 and self._fetch():
            data, self._waiting = self._waiting[:rest], b"" if rest is None else self._waiting[rest:]
            self.count += len(data)
            if self.count > self._room:
                raise TooLong
            rest = None if rest is None else rest - len(data)
            yield data
