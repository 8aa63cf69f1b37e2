"""What lies in the inbox folder: a walk that follows no link and opens no file. It knows no row and no clock."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fornix.ingest.names import plain_name

DONE, FAILED = "done", "failed"  # folders of ours, beside those of the senders
PATH_LENGTH = 1000
# Names under which programs write what is not whole yet: rsync and many others begin them with a dot.
_UNFINISHED = (".part", ".partial", ".filepart", ".crdownload", ".tmp")


@dataclass(frozen=True, slots=True)
class Seen:
    """A file as it lies there now. `path` is its name below the inbox, '/' separated, as rows have it."""

    path: str
    place: Path
    length: int
    modified_ns: int

    @property
    def folder(self) -> str:
        return self.path.rpartition("/")[0]

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    def is_as_seen(self) -> bool:
        """Whether it lies there still, with the same length and time."""
        try:
            now = self.place.lstat()
        except OSError:
            return False
        return stat.S_ISREG(now.st_mode) and (now.st_size, now.st_mtime_ns) == (self.length, self.modified_ns)


@dataclass(frozen=True, slots=True)
class Trouble:
    """What nothing can be taken from, with the reason: a folder that cannot be read, a link, a device."""

    path: str
    reason: str


def survey(inbox: Path) -> Iterator[Seen | Trouble]:
    """All files in the folders of the senders, in a stable order. Raises nothing: what fails is a Trouble."""
    folders = [inbox]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(folder) as entries:
                listed = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            yield Trouble(inbox_path(inbox, folder) + "/", told(error))
            continue
        below = []
        for entry in listed:
            if entry.name.startswith(".") or (folder == inbox and entry.name in (DONE, FAILED)):
                continue
            if entry.is_dir(follow_symlinks=False):
                below.append(Path(entry.path))
            else:
                yield from _look(inbox, entry)
        folders += reversed(below)


def told(error: OSError) -> str:
    """The error in words, without the path."""
    return error.strerror or "it cannot be read"


def _look(inbox: Path, entry: os.DirEntry[str]) -> Iterator[Seen | Trouble]:
    if entry.name.lower().endswith(_UNFINISHED):
        return
    place = Path(entry.path)
    path = inbox_path(inbox, place)
    try:
        status = entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return  # taken away meanwhile
    except OSError as error:
        yield Trouble(path, told(error))
        return
    if stat.S_ISLNK(status.st_mode):
        yield Trouble(path, "it is a link, which could lead anywhere; put the file itself here")
    elif not stat.S_ISREG(status.st_mode):
        yield Trouble(path, "it is no regular file")
    else:
        yield Seen(path, place, status.st_size, status.st_mtime_ns)


def inbox_path(inbox: Path, place: Path) -> str:
    """The place below the inbox, fit for a column: one that is too long keeps its beginning, then comes a hash."""
    path = plain_name(place.relative_to(inbox).as_posix())
    if path == ".":
        return ""
    if len(path) <= PATH_LENGTH - 1:
        return path
    return f"{path[: PATH_LENGTH - 80]}~{hashlib.sha256(path.encode()).hexdigest()}"
