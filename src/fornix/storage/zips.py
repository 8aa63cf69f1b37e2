"""A stored ZIP as a function of a frozen list: length and hash known beforehand, any range of it computed alone.

The byte layout itself is in zip_records. Knows no table, no rights and no HTTP.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import zlib
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from fornix.errors import Invalid, Unavailable
from fornix.storage.store import Store
from fornix.storage.window import open_window
from fornix.storage.zip_records import Member, central_header, dos_time, end_records, local_header

_LAYOUT = "fornix-zip-1"  # part of the ETag: change it with every change of the bytes that a list becomes

_MAX_NAME_BYTES = 65_535
# Backslashes and drives mean something on Windows; control characters in terminals; lone surrogates have no UTF-8.
_UNSAFE = re.compile(r"^[A-Za-z]:|[\x00-\x1f\x7f\\\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class ZipEntry:
    """One file of a ZIP. `open(offset, length)` reads its own bytes from offset on, to the end without a length.

    `name` is a relative path with '/' between its parts; a caller makes it fit for people's disks.
    """

    name: str
    length: int
    crc32: int
    sha256: str
    open: Callable[[int, int | None], BinaryIO]

    @classmethod
    def of_bytes(cls, name: str, data: bytes) -> ZipEntry:
        """Return an entry of bytes in memory: a manifest."""

        def open_data(offset: int, length: int | None) -> BinaryIO:
            return open_window(io.BytesIO(data), offset, length)

        return cls(name, len(data), zlib.crc32(data), hashlib.sha256(data).hexdigest(), open_data)

    @classmethod
    def of_blob(
        cls, name: str, store: Store, key: str, *, length: int, crc32: int, sha256: str, offset: int = 0
    ) -> ZipEntry:
        """Return an entry of the bytes [offset, offset + length) under a key of a store."""

        def open_blob(start: int, wanted: int | None) -> BinaryIO:
            rest = max(0, length - start)
            return store.open(key, offset + start, rest if wanted is None else min(rest, wanted))

        return cls(name, length, crc32, sha256, open_blob)


class ZipPlan:
    """A ZIP64 of these entries in this order, none compressed, all dated `fixed_time`.

    `length` is exact. `etag` is a strong entity tag without its quotes: equal tags mean equal bytes. ZIP knows no
    zone: the digits of `fixed_time` are written as they are, to two seconds, from 1980 to 2107. Raises Invalid for
    a name that would leave the folder it is unpacked in, and for one name twice.
    """

    def __init__(self, entries: Sequence[ZipEntry], fixed_time: datetime) -> None:
        self._entries = tuple(entries)
        self._names = _encode_names(self._entries)
        self._time = dos_time(fixed_time)
        self._starts = [0]
        for n, entry in enumerate(self._entries):
            self._starts.append(self._starts[n] + len(self._local(n)) + entry.length)
        self._central_starts = [self._starts[-1]]
        for n in range(len(self._entries)):
            self._central_starts.append(self._central_starts[n] + len(self._central(n)))
        self._end = end_records(len(self._entries), self._starts[-1], self._central_starts[-1])
        self.length = self._central_starts[-1] + len(self._end)
        self.etag = self._digest()

    def stream(self, start: int = 0, stop: int | None = None, chunk_bytes: int = 1 << 20) -> Iterator[bytes]:
        """Yield exactly the bytes [start, stop) of the ZIP in pieces of about `chunk_bytes`; no stop means the end.

        Only entries of the range are opened, one at a time. Raises Unavailable as soon as an entry has fewer bytes
        than its length says: what was yielded so far is then shorter than announced, never padded.
        """
        stop = self.length if stop is None else stop
        if not 0 <= start <= stop <= self.length:
            raise Invalid("This range does not lie in the download.")
        gathered: list[bytes] = []
        size = 0
        for piece in self._pieces(start, stop, chunk_bytes):
            if gathered and size + len(piece) > chunk_bytes:
                yield b"".join(gathered)
                gathered, size = [], 0
            gathered.append(piece)
            size += len(piece)
        if size:
            yield b"".join(gathered)

    def _pieces(self, start: int, stop: int, chunk_bytes: int) -> Iterator[bytes]:
        if start == stop:
            return
        for n in self._reaching(self._starts, start, stop):
            yield from self._entry_pieces(n, start - self._starts[n], stop - self._starts[n], chunk_bytes)
        for n in self._reaching(self._central_starts, start, stop):
            yield _cut(self._central(n), start - self._central_starts[n], stop - self._central_starts[n])
        yield _cut(self._end, start - self._central_starts[-1], stop - self._central_starts[-1])

    def _reaching(self, starts: list[int], start: int, stop: int) -> range:
        """Return the entries whose part of this region lies in [start, stop), at least partly."""
        first = max(0, bisect_right(starts, start) - 1)
        return range(first, min(len(self._entries), bisect_left(starts, stop)))

    def _entry_pieces(self, n: int, start: int, stop: int, chunk_bytes: int) -> Iterator[bytes]:
        header = self._local(n)
        yield _cut(header, start, stop)
        first = max(0, start - len(header))
        last = min(self._entries[n].length, stop - len(header))
        if first < last:
            yield from _read(self._entries[n], first, last - first, chunk_bytes)

    def _local(self, n: int) -> bytes:
        return local_header(self._member(n))

    def _central(self, n: int) -> bytes:
        return central_header(self._member(n))

    def _member(self, n: int) -> Member:
        entry = self._entries[n]
        return Member(self._names[n], entry.length, entry.crc32, self._starts[n], self._time)

    def _digest(self) -> str:
        digest = hashlib.sha256(json.dumps([_LAYOUT, self._time]).encode())
        for entry in self._entries:
            line = json.dumps([entry.name, entry.length, entry.crc32, entry.sha256])
            digest.update(b"\n" + line.encode())
        return digest.hexdigest()


def _cut(data: bytes, start: int, stop: int) -> bytes:
    return data[max(0, start) : max(0, stop)]


def _read(entry: ZipEntry, offset: int, length: int, chunk_bytes: int) -> Iterator[bytes]:
    rest = length
    with entry.open(offset, length) as source:
        while rest:
            data = source.read(min(rest, chunk_bytes))
            if not data:
                raise Unavailable(
                    "A stored file has fewer bytes than were received. The download was stopped; tell the "
                    "administrator to run the check of the archive.",
                    sha256=entry.sha256,
                )
            rest -= len(data)
            yield data


def _encode_names(entries: Iterable[ZipEntry]) -> list[bytes]:
    """Return the names in UTF-8. The names of an archive can be those of people: they stay out of the messages."""
    names = []
    for entry in entries:
        if not _is_safe(entry.name):
            raise Invalid(
                "A file in a download needs a relative name without '..', backslashes and control characters."
            )
        if not (entry.length >= 0 and 0 <= entry.crc32 < 1 << 32):
            raise Invalid("A file in a download needs a length of zero or more and a CRC of 32 bits.")
        names.append(entry.name.encode())
    if len(set(names)) < len(names):
        raise Invalid("Two files in a download have one name.")
    return names


def _is_safe(name: str) -> bool:
    parts_are_names = not any(part in ("", ".", "..") for part in name.split("/"))
    return (
        parts_are_names and not _UNSAFE.search(name) and len(name.encode(errors="replace")) <= _MAX_NAME_BYTES
    )
