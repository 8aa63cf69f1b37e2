"""What there is to import: files, folders, zip, tar and gzip, as one stream of named, readable files."""

from __future__ import annotations

import gzip
import os
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Protocol, cast

from fornix.dicom.header import looks_like_dicom

# An archive may unpack to this many times its size (brain images compress about twofold) and to this many files.
MAX_RATIO = 200
MAX_MEMBERS = 1_000_000
_SPOOL_BYTES = 64 * 1024 * 1024
_CHUNK = 1 << 20
ARCHIVE_ERRORS = (
    OSError,
    EOFError,
    ValueError,
    NotImplementedError,
    RuntimeError,  # zipfile: an encrypted member
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
)


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file to import. `open` may be called from any thread when `is_parallel`, else at once and once."""

    name: str  # where it came from: path of the file, or of the archive and in it, '/' separated
    root: str  # the folder, or archive, that was named for import
    length: int
    open: Callable[[], AbstractContextManager[BinaryIO]]
    is_parallel: bool = True


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that could not be read, with the reason. It is told to the operator, and the import fails."""

    name: str
    reason: str


Source = SourceFile | Unreadable


def find_sources(paths: list[Path]) -> Iterator[Source]:
    """Everything under the paths, in a stable order. Archives are opened, one level deep."""
    for path in paths:
        absolute = path.absolute()
        root = absolute if absolute.is_dir() else absolute.parent
        if not absolute.exists():
            yield Unreadable(str(path), "there is no such file or folder")
        elif absolute.is_dir():
            for file in _walk(absolute):
                yield from _of_file(file, str(root))
        else:
            yield from _of_file(absolute, str(root))


def _walk(folder: Path) -> Iterator[Path]:
    # Links to folders are not followed: they could lead in a circle or out of what was named.
    for parent, folders, files in os.walk(folder):
        folders.sort()
        for name in sorted(files):
            yield Path(parent) / name


def _of_file(path: Path, root: str) -> Iterator[Source]:
    try:
        if not path.is_file():
            yield Unreadable(str(path), "it is no regular file")
            return
        length = path.stat().st_size
        with path.open("rb") as stream:
            head = stream.read(512)
    except OSError as error:
        yield Unreadable(str(path), error.strerror or "it cannot be read")
        return
    if head.startswith(b"PK\x03\x04") and zipfile.is_zipfile(path):
        yield from _of_zip(path)
    elif _is_tar(path, head):
        yield from _of_tar(path)
    elif _holds_dicom(path, head):
        yield from _of_gzip(path, root)
    else:
        yield SourceFile(
            str(path), root, length, lambda: cast("AbstractContextManager[BinaryIO]", path.open("rb"))
        )


def _is_tar(path: Path, head: bytes) -> bool:
    if head[257:262] == b"ustar":
        return True
    return head.startswith((b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0")) and tarfile.is_tarfile(path)


def _holds_dicom(path: Path, head: bytes) -> bool:
    """Whether this is one DICOM file under gzip. Anything else under gzip is kept as it is."""
    if not head.startswith(b"\x1f\x8b"):
        return False
    try:
        with gzip.open(path) as stream:
            return looks_like_dicom(stream.read(512))
    except ARCHIVE_ERRORS:
        return False


def _of_zip(path: Path) -> Iterator[Source]:
    budget = _Budget(path)
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                if member.is_dir():
                    continue
                name = f"{path}/{_safe(member.filename)}"
                try:
                    with archive.open(member) as stream:
                        yield budget.spool(name, str(path), stream)
                except ARCHIVE_ERRORS as error:
                    yield Unreadable(name, _why(error))
    except ARCHIVE_ERRORS as error:
        yield Unreadable(str(path), f"the zip archive is damaged: {_why(error)}")


def _of_tar(path: Path) -> Iterator[Source]:
    budget = _Budget(path)
    try:
        with tarfile.open(path) as archive:
            for member in archive:
                if not member.isreg():
                    # Links, devices and pipes are no data; folders say nothing.
                    if not member.isdir():
                        yield Unreadable(f"{path}/{_safe(member.name)}", "it is a link or device, not a file")
                    continue
                stream = archive.extractfile(member)
                if stream is not None:
                    yield budget.spool(f"{path}/{_safe(member.name)}", str(path), stream)
    except ARCHIVE_ERRORS as error:
        yield Unreadable(str(path), f"the tar archive is damaged: {_why(error)}")


def _of_gzip(path: Path, root: str) -> Iterator[Source]:
    try:
        with gzip.open(path) as stream:
            yield _Budget(path).spool(str(path.with_suffix("")), root, stream)
    except ARCHIVE_ERRORS as error:
        yield Unreadable(str(path), f"the gzip file is damaged: {_why(error)}")


def _safe(name: str) -> str:
    """A member's name without what could lead elsewhere. It names a row only, never a file of ours."""
    parts = PurePosixPath(name.replace("\\", "/").replace("\0", "")).parts
    return "/".join(part for part in parts if part not in ("/", "..", ".")) or "unnamed"


def _why(error: Exception) -> str:
    text = str(error)
    return "it is encrypted" if "encrypted" in text or "password" in text else text or type(error).__name__


class _Stream(Protocol):
    def read(self, size: int, /) -> bytes: ...


class _Budget:
    """What one archive may still unpack to."""

    def __init__(self, path: Path) -> None:
        self.bytes = max(path.stat().st_size, 1 << 16) * MAX_RATIO
        self.members = MAX_MEMBERS

    def spool(self, name: str, root: str, stream: _Stream) -> SourceFile:
        """The member's bytes, in memory or (if large) in a temporary file."""
        self.members -= 1
        spool = tempfile.SpooledTemporaryFile(max_size=_SPOOL_BYTES)  # noqa: SIM115 - closed by its reader
        while chunk := stream.read(_CHUNK):
            self.bytes -= len(chunk)
            if self.bytes < 0 or self.members < 0:
                spool.close()
                raise ValueError(
                    "it unpacks to far more than brain images do; unpack it by hand if it is genuine"
                )
            spool.write(chunk)
        length = spool.tell()
        spool.seek(0)
        reader = cast("BinaryIO", spool)
        return SourceFile(name, root, length, lambda: nullcontext(reader), is_parallel=False)
