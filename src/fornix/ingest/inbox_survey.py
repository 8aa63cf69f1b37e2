"""What lies in the inbox folder: a walk that follows no link and opens no file. It knows no row and no clock."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fornix.ingest.names import plain_name

DONE, FAILED = "done", "failed"  # folders of ours, beside those of the senders
PATH_LENGTH = 1000
# Names under which programs write what is not whole yet. rsync's `.x.fif.Xy12Ab` becomes x.fif.
_UNFINISHED = (".part", ".partial", ".filepart", ".crdownload", ".tmp")
_OF_RSYNC = re.compile(r"\.[^_].*\.[A-Za-z0-9]{6}")
_FOLDERS_OF_RSYNC = (".~tmp~", ".rsync-partial")


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

    @property
    def is_copy_under_way(self) -> bool:
        """Whether its name is one under which a copy is written."""
        name = self.place.name
        is_named_so = name.lower().endswith(_UNFINISHED) or _OF_RSYNC.fullmatch(name) is not None
        return is_named_so or self.place.parent.name in _FOLDERS_OF_RSYNC

    @property
    def is_never_taken(self) -> bool:
        """Copies under way, and hidden files: what moves in them makes their folder busy, that is all."""
        return self.is_copy_under_way or self.place.name.startswith(".")

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
            if folder == inbox and entry.name in (DONE, FAILED):
                continue
            if not entry.is_dir(follow_symlinks=False):
                yield from _look(inbox, entry)
            elif not entry.name.startswith(".") or entry.name in _FOLDERS_OF_RSYNC:
                below.append(Path(entry.path))
        folders += reversed(below)


def told(error: OSError) -> str:
    """The error in words, without the path."""
    return error.strerror or "it cannot be read"


def _look(inbox: Path, entry: os.DirEntry[str]) -> Iterator[Seen | Trouble]:
    place = Path(entry.path)
    path = inbox_path(inbox, place)
    if entry.name.startswith(".") and not _may_hold_up(path, place):
        return
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


def _may_hold_up(path: str, place: Path) -> bool:
    """Hidden files are told of where they are copies, or in a `.ds` folder. Elsewhere Macs leave one per file."""
    return ".ds/" in path.lower() or Seen(path, place, 0, 0).is_copy_under_way


def inbox_path(inbox: Path, place: Path) -> str:
    """The place below the inbox, fit for a column: one that is too long keeps its beginning, then comes a hash."""
    path = plain_name(place.relative_to(inbox).as_posix())
    if path == ".":
        return ""
    if len(path) <= PATH_LENGTH - 1:
        return path
    return f"{path[: PATH_LENGTH - 80]}~{hashlib.sha256(path.encode()).hexdigest()}"
