"""Thumbnails of stored files. A failure is a reason in words, never an error."""

from __future__ import annotations

import atexit
import shutil
import tempfile
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import BinaryIO

from fornix.errors import Unavailable
from fornix.models import Blob
from fornix.preview.inside import NO_PICTURE, PICTURE
from fornix.preview.painters import AllBusy, Painters
from fornix.storage.store import Store

SIZE = 192
MOST_BYTES = 512 << 20
KEPT = 256  # pictures of some 20 kB each
PNG = b"\x89PNG\r\n\x1a\n"
ENDED = "making it took too much memory or time, or the file is damaged"


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A PNG; or none, and why. `is_final`: the same bytes will always give the same."""

    png: bytes = b""
    why_none: str = ""
    is_final: bool = True


class _Kept:
    """The last pictures, in the memory of this process."""

    def __init__(self) -> None:
        self._made: OrderedDict[str, Thumbnail] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, key: str) -> Thumbnail | None:
        with self._lock:
            if key in self._made:
                self._made.move_to_end(key)
            return self._made.get(key)

    def keep(self, key: str, made: Thumbnail) -> None:
        with self._lock:
            self._made[key] = made
            while len(self._made) > KEPT:
                self._made.popitem(last=False)


_kept = _Kept()
_painters = Painters()
atexit.register(_painters.close)


def thumbnail(store: Store, blob: Blob, *, size: int = SIZE) -> Thumbnail:
    """The picture of a stored file. Raises nothing that the file could cause."""
    key = f"{blob.sha256} {size}"
    made = _kept.find(key)
    if made is None:
        made = _make(store, blob, size)
        if made.is_final:
            _kept.keep(key, made)
    return made


def _make(store: Store, blob: Blob, size: int) -> Thumbnail:
    if blob.length > MOST_BYTES:
        return Thumbnail(why_none="the file is too large for a picture")
    try:
        with store.open(blob.key, blob.offset, blob.length) as stream, _as_file(stream) as source:
            code, told = _painters.paint(source, size)
    except Unavailable:
        return Thumbnail(why_none="the bytes of the file are not in the store", is_final=False)
    except AllBusy:
        return Thumbnail(why_none="too many pictures are asked for now", is_final=False)
    return result_of(code, told)


def result_of(code: int, told: bytes) -> Thumbnail:
    """What a painter's answer means; what is no PNG is never shown as one."""
    if code == PICTURE and told.startswith(PNG):
        return Thumbnail(told)
    if code == NO_PICTURE:
        return Thumbnail(why_none=told[:200].decode("utf-8", "replace"))
    return Thumbnail(why_none=ENDED)


def _as_file(stream: BinaryIO) -> BinaryIO:
    """What another process can read: the bytes as a file that has no name."""
    copy = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    shutil.copyfileobj(stream, copy, 1 << 20)
    copy.seek(0)
    return copy
