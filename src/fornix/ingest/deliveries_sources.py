"""A delivery's files as an import reads them. Archives are opened as the command line opens them, one level deep."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast

from fornix.errors import Unavailable
from fornix.ingest.archives import open_archive
from fornix.ingest.deliveries_parts import Part, open_parts
from fornix.ingest.deliveries_transfers import parts_of
from fornix.ingest.names import plain_name
from fornix.ingest.source_files import Source, SourceFile, Unreadable
from fornix.models import Delivery, Transfer
from fornix.storage.durable import disk_errors
from fornix.storage.store import BytesMissing, Store

HEAD_BYTES = 512
# What may be an archive: zip, gzip, bzip2, xz; and a tar by its magic number or its name.
_ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0")
_ROWS = 500


def delivered_sources(delivery: Delivery, store: Store, scratch: Path) -> Iterator[Source]:
    """Everything in it, by name. `scratch`: a folder with room for the largest archive, which is copied there.

    Names begin with a slash and keep their folders: what belongs together lies together.
    """
    after = ""
    while rows := list(delivery.transfers.filter(name__gt=after).order_by("name")[:_ROWS]):
        for transfer in rows:
            yield from _of_transfer(transfer, store, scratch)
        after = rows[-1].name


def sweep_scratch(scratch: Path, older_than: float) -> int:
    """Removes copies that dead workers left: those made before `older_than` (seconds since 1970). Returns how many."""
    left = (
        [path for path in scratch.iterdir() if path.stat().st_mtime < older_than] if scratch.is_dir() else []
    )
    for path in left:
        shutil.rmtree(path, ignore_errors=True)
    return len(left)


def _of_transfer(transfer: Transfer, store: Store, scratch: Path) -> Iterator[Source]:
    parts, name = parts_of(transfer), plain_name(f"/{transfer.name}")
    try:
        with open_parts(store, parts) as stream:
            head = stream.read(HEAD_BYTES)
    except BytesMissing:
        yield Unreadable(name, "its bytes are gone from the store")
        return
    if _may_be_archive(name, head):
        inside = _of_archive(name, head, store, parts, scratch)
        first = next(inside, None)
        if first is not None:
            yield first
            yield from inside
            return
    yield SourceFile(name, _root_of(name), transfer.length, partial(_opened, store, parts))


def _opened(store: Store, parts: list[Part]) -> AbstractContextManager[BinaryIO]:
    try:
        return cast("AbstractContextManager[BinaryIO]", open_parts(store, parts))
    except Unavailable as error:
        raise OSError(str(error)) from error


def _root_of(name: str) -> str:
    """The folder that was handed in: `/sub-01` of `/sub-01/dicom/1.dcm`."""
    top, slash, _ = name[1:].partition("/")
    return f"/{top}" if slash else ""


def _may_be_archive(name: str, head: bytes) -> bool:
    return head.startswith(_ARCHIVES) or head[257:262] == b"ustar" or name.lower().endswith(".tar")


def _of_archive(name: str, head: bytes, store: Store, parts: list[Part], scratch: Path) -> Iterator[Source]:
    """What is in it; nothing when it is no archive after all. Tables of contents stand at the end of a zip: it is
    read from a copy, under its own name, because that tells a tar."""
    scratch.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        copy = Path(folder, f"archive{''.join(Path(name).suffixes[-2:])[:20]}")
        with disk_errors(), copy.open("wb") as target, open_parts(store, parts) as stream:
            shutil.copyfileobj(stream, target, 1 << 20)
        inside = open_archive(copy, _root_of(name), head)
        for source in inside or ():
            yield _renamed(source, str(copy), name)


def _renamed(source: Source, copy: str, name: str) -> Source:
    """Named after the archive that was handed in, not after its copy."""
    told = name + source.name[len(copy) :] if source.name.startswith(copy) else _unpacked(name)
    if isinstance(source, Unreadable):
        return replace(source, name=told)
    return replace(source, name=told, root=name if source.root == copy else source.root)


def _unpacked(name: str) -> str:
    """What is in `/a/1.dcm.gz` is `/a/1.dcm`."""
    return name.rpartition(".")[0] or name
