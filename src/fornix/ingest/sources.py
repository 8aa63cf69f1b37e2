"""What there is to import: files, folders and archives, as one stream of named, readable files."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO, cast

from fornix.ingest.archives import open_archive
from fornix.ingest.names import plain_name
from fornix.ingest.source_files import Source, SourceFile, Unreadable

_HEAD_BYTES = 512


def find_sources(paths: list[Path]) -> Iterator[Source]:
    """Everything under the paths, in a stable order, each file once. Archives are opened, one level deep."""
    folders: list[Path] = []
    files: set[Path] = set()
    for path in dict.fromkeys(path.absolute() for path in paths):
        if any(path.is_relative_to(folder) for folder in folders):
            continue
        if not os.path.lexists(path):
            yield _unreadable(path, "there is no such file or folder")
        elif os.path.isdir(path):  # noqa: PTH112 - Path.is_dir raises where a folder above may not be read
            for source in _walk(path, leave_out=files):
                yield from [source] if isinstance(source, Unreadable) else _of_file(source, path)
            folders.append(path)
        else:
            files.add(path)
            yield from _of_file(path, path.parent)


def _walk(folder: Path, leave_out: set[Path]) -> Iterator[Path | Unreadable]:
    """The files of a folder. Links to folders are told, not followed: they could lead in a circle, or out of it."""
    refused: list[Unreadable] = []

    def note(error: OSError) -> None:
        refused.append(_unreadable(Path(error.filename), error.strerror or "it cannot be read"))

    for parent, folders, files in os.walk(folder, onerror=note):
        folders.sort()
        for name in folders:
            path = Path(parent, name)
            if path.is_symlink():
                yield _unreadable(path, "it is a link to a folder; import that folder itself")
        for name in sorted(files):
            path = Path(parent, name)
            if path not in leave_out:
                yield path
    yield from refused


def _of_file(path: Path, root: Path) -> Iterator[Source]:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            # Nothing is opened before this: a pipe would wait for its writer without end.
            yield _unreadable(path, "it is no regular file")
            return
        with path.open("rb") as stream:
            head = stream.read(_HEAD_BYTES)
        inside = open_archive(path, plain_name(str(root)), head)
    except OSError as error:
        yield _unreadable(path, error.strerror or "it cannot be read")
        return
    if inside is not None:
        yield from inside
    else:
        yield SourceFile(
            plain_name(str(path)),
            plain_name(str(root)),
            status.st_size,
            lambda: cast("AbstractContextManager[BinaryIO]", path.open("rb")),
        )


def _unreadable(path: Path, reason: str) -> Unreadable:
    return Unreadable(plain_name(str(path)), reason)
