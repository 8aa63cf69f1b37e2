"""What `fornix push` sends: the files of the given paths, with their names, sizes and hashes. Knows no server."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file to send. `name` keeps the folders below the path that was given, that one included."""

    path: Path
    name: str
    length: int


@dataclass(frozen=True, slots=True)
class Unsendable:
    """What cannot be sent, and why."""

    name: str
    reason: str


def find_files(paths: list[Path]) -> Iterator[LocalFile | Unsendable]:
    """Everything below the paths, in a stable order, each file once. Links to folders are told, not followed."""
    seen: set[Path] = set()
    for given in paths:
        path = given.absolute()
        for inner, name in _below(path):
            if isinstance(inner, Unsendable):
                yield inner
            elif inner not in seen:
                seen.add(inner)
                yield _file(inner, name)


def _below(path: Path) -> Iterator[tuple[Path | Unsendable, str]]:
    if not path.is_dir():
        yield path, path.name
        return
    refused: list[OSError] = []
    for parent, folders, files in os.walk(path, onerror=refused.append):
        folders.sort()
        for name in folders:
            if Path(parent, name).is_symlink():
                yield Unsendable(name, "it is a link to a folder; give that folder itself"), name
        for name in sorted(files):
            inner = Path(parent, name)
            yield inner, f"{path.name}/{inner.relative_to(path).as_posix()}"
    for error in refused:
        yield Unsendable(str(error.filename), error.strerror or "it cannot be read"), ""


def _file(path: Path, name: str) -> LocalFile | Unsendable:
    shown = name.encode("utf-8", "backslashreplace").decode()
    try:
        status = path.stat()
    except OSError as error:
        return Unsendable(shown, error.strerror or "it cannot be read")
    if not stat.S_ISREG(status.st_mode):
        return Unsendable(shown, "it is no regular file")
    return LocalFile(path, shown, status.st_size)


def hash_file(path: Path) -> str:
    """The SHA-256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def read_part(path: Path, offset: int, size: int) -> bytes:
    """Bytes of a file; fewer at its end."""
    with path.open("rb") as stream:
        stream.seek(offset)
        return stream.read(size)
