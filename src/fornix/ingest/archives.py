"""Archives to import, one level deep: zip, tar, and gzip around one DICOM file. What they claim is not believed."""

from __future__ import annotations

import gzip
import lzma
import stat
import struct
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Protocol, cast

from fornix.dicom.header import looks_like_dicom
from fornix.ingest.names import plain_name
from fornix.ingest.source_files import Source, SourceFile, Unreadable

# An archive may unpack to a gibibyte, or to so many times its size (brain images compress about twofold, masks far
# more), and to this many files. A zip's table of contents is read into memory before anything else.
MAX_RATIO = 200
FREE_BYTES = 1 << 30
MAX_MEMBERS = 1_000_000
MAX_DIRECTORY_BYTES = 32 << 20
_SPOOL_BYTES = 4 << 20
_CHUNK = 1 << 20
_TAR_BLOCK = 512
_LOCAL_HEADER = 30  # of a zip's member, without its name (APPNOTE 4.3.7)
_NO_FILE = "it is a link or device, not a file"
_COMPRESSED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0")
_TAR_SUFFIXES = (".tar", ".tgz", ".tar.gz", ".tbz2", ".tar.bz2", ".txz", ".tar.xz")
_ERRORS = (
    OSError,
    EOFError,
    ValueError,
    OverflowError,  # sizes that no machine can seek to
    MemoryError,  # or hold: a header of terabytes
    NotImplementedError,
    RuntimeError,  # zipfile: an encrypted member; tarfile: headers nested without end
    struct.error,
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
)


class TooMuch(ValueError):
    """It unpacks to far more than brain images do; unpack it by hand if it is genuine."""

    def __init__(self) -> None:
        super().__init__(str(self.__doc__))


def open_archive(path: Path, root: str, head: bytes) -> Iterator[Source] | None:
    """What the archive at `path` holds; None if it is none. `head` is the file's first 512 bytes."""
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return None if _is_document(path) else _of_zip(path)
    if _is_tar(path, head):
        return _of_tar(path)
    if head.startswith(b"\x1f\x8b") and _holds_dicom(path):
        return _of_gzip(path, root)
    return None


def _is_document(path: Path) -> bool:
    """Office and OpenDocument files are zips too, and are kept whole."""
    try:
        _check_directory(path)
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except _ERRORS:
        return False
    return "[Content_Types].xml" in names or names[:1] == ["mimetype"]


def _is_tar(path: Path, head: bytes) -> bool:
    if head[257:262] == b"ustar":
        return True
    is_compressed, is_named_so = head.startswith(_COMPRESSED), path.name.lower().endswith(_TAR_SUFFIXES)
    if not (is_compressed or is_named_so):
        return False
    try:
        return tarfile.is_tarfile(path) or (is_compressed and is_named_so)
    except _ERRORS:
        return is_named_so


def _holds_dicom(path: Path) -> bool:
    """Whether this is one DICOM file under gzip. Anything else under gzip is kept as it is."""
    try:
        with gzip.open(path) as stream:
            return looks_like_dicom(stream.read(512))
    except _ERRORS:
        return False


def _of_zip(path: Path) -> Iterator[Source]:
    budget = _Budget(path)
    try:
        _check_directory(path)
        with zipfile.ZipFile(path) as archive:
            _check_overlap(archive.infolist())
            for member in archive.infolist():
                if member.is_dir():
                    continue
                name = _member_name(path, member.filename)
                if stat.S_ISLNK(member.external_attr >> 16):
                    yield Unreadable(name, _NO_FILE)
                    continue
                try:
                    with archive.open(member) as stream:
                        source = budget.spool(name, path, stream)
                except TooMuch:
                    raise
                except _ERRORS as error:
                    yield Unreadable(name, _why(error))
                else:
                    yield source
    except _ERRORS as error:
        yield _refused(path, "zip archive", error)


def _check_directory(path: Path) -> None:
    """Refuses a table of contents that would fill the memory (APPNOTE 4.3.16, 4.3.14; hostile inputs, A10)."""
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - (1 << 16) - 42))
        tail = stream.read()
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or len(tail) < end + 22:
        raise EOFError("it is cut off")
    (size,) = struct.unpack_from("<L", tail, end + 12)
    record = tail.rfind(b"PK\x06\x06", 0, end)
    if size == 0xFFFFFFFF and record >= 0:
        (size,) = struct.unpack_from("<Q", tail, record + 40)
    if size > MAX_DIRECTORY_BYTES:
        raise TooMuch


def _check_overlap(members: list[zipfile.ZipInfo]) -> None:
    """Refuses members that share bytes: a few megabytes can claim to be terabytes so (hostile inputs, A8)."""
    end = 0
    for member in sorted(members, key=lambda member: member.header_offset):
        if member.header_offset < end:
            raise ValueError("its members lie one in the other")
        end = member.header_offset + _LOCAL_HEADER + member.compress_size


def _of_tar(path: Path) -> Iterator[Source]:
    budget = _Budget(path)
    try:
        with tarfile.open(path) as archive:
            for member in archive:
                budget.count()
                name = _member_name(path, member.name)
                stream = archive.extractfile(member) if member.isreg() else None
                if stream is not None:
                    yield budget.spool(name, path, stream)
                elif not member.isdir():
                    # Links, devices and pipes are no data; folders say nothing.
                    yield Unreadable(name, _NO_FILE)
            _check_end(archive)
    except _ERRORS as error:
        yield _refused(path, "tar archive", error)


def _check_end(archive: tarfile.TarFile) -> None:
    """The end of a tar is a block of zeros (POSIX, pax). tarfile takes any end, even one in the middle of the data."""
    if archive.fileobj is None:
        return
    archive.fileobj.seek(archive.offset)
    if archive.fileobj.read(_TAR_BLOCK) != bytes(_TAR_BLOCK):
        raise EOFError("it is cut off, or goes on with something else")


def _of_gzip(path: Path, root: str) -> Iterator[Source]:
    name = plain_name(str(path.with_suffix("")))
    try:
        with gzip.open(path) as stream:
            yield _Budget(path).spool(name, root, stream)
    except _ERRORS as error:
        yield _refused(path, "gzip file", error)


def _member_name(path: Path, name: str) -> str:
    """A member's name without what could lead elsewhere. It names a row only, never a file of ours."""
    parts = PurePosixPath(name.replace("\\", "/").replace("\0", "")).parts
    inside = "/".join(part for part in parts if part not in ("/", "//", "..", ".")) or "unnamed"
    return plain_name(f"{path}/{inside}")


def _refused(path: Path, what: str, error: Exception) -> Unreadable:
    reason = str(error) if isinstance(error, TooMuch) else f"the {what} is damaged: {_why(error)}"
    return Unreadable(plain_name(str(path)), reason)


def _why(error: Exception) -> str:
    text = str(error)
    if "encrypted" in text or "password" in text:
        return "it is encrypted"
    return plain_name(text)[:200] or type(error).__name__


class _Stream(Protocol):
    def read(self, size: int, /) -> bytes: ...


class _Budget:
    """What one archive may still unpack to."""

    def __init__(self, path: Path) -> None:
        self.bytes = max(path.stat().st_size * MAX_RATIO, FREE_BYTES)
        self.members = MAX_MEMBERS

    def count(self) -> None:
        """One member more."""
        self.members -= 1
        if self.members < 0:
            raise TooMuch

    def spool(self, name: str, root: Path | str, stream: _Stream) -> SourceFile:
        """The member's bytes, in memory or (if large) in a temporary file."""
        self.count()
        spool = tempfile.SpooledTemporaryFile(max_size=_SPOOL_BYTES)  # noqa: SIM115 - closed by its reader
        try:
            while chunk := stream.read(_CHUNK):
                self.bytes -= len(chunk)
                if self.bytes < 0:
                    raise TooMuch
                spool.write(chunk)
        except BaseException:
            spool.close()
            raise
        length = spool.tell()
        spool.seek(0)
        reader = cast("AbstractContextManager[BinaryIO]", spool)
        return SourceFile(name, plain_name(str(root)), length, lambda: reader, is_spooled=True)
