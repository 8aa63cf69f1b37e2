"""Which files of the inbox belong together, and which of them are finished. Pure: bytes come through a callback.

A split recording, a `.ds` folder, a BTi run or the files of one stem are taken whole or not yet at all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import BinaryIO

from fornix.ingest.inbox_gaps import has_gap
from fornix.ingest.inbox_parts import Watched, home_of, parts_by_content, parts_by_name
from fornix.ingest.inbox_survey import Seen

# In a folder where something still comes in, what stands still waits longer: a copy goes on file by file, and what
# comes together is filed together. A recording that lacks a part, or was cut off, waits longest: then it is taken.
BUSY, INCOMPLETE = 10, 20
_PROJECT_DEPTH = 1


@dataclass(frozen=True, slots=True)
class Unit:
    """Files that are taken together."""

    files: tuple[Seen, ...]

    @property
    def sender_folder(self) -> str:
        """The folder right below the inbox; "" for files that lie in the inbox itself."""
        return self.files[0].path.partition("/")[0] if "/" in self.files[0].path else ""


def finished_units(
    watched: Sequence[Watched], open_: Callable[[Seen], BinaryIO], *, at: datetime, still: timedelta
) -> Iterator[Unit]:
    """What may be taken, folder by folder. `open_` raises OSError when a file cannot be read."""
    busy = _busy_folders(watched, at, still)
    for folder, files in sorted(_by_folder(watched).items()):
        parts = parts_by_name(files)
        if not any(_stillness(part, at) >= still for part in parts):
            continue
        parts, incomplete = parts_by_content(parts, open_)
        for part in parts:
            patience = still * (BUSY if folder in busy else 1)
            if has_gap(part) or any(file.seen.path in incomplete for file in part):
                patience = still * INCOMPLETE
            if _stillness(part, at) >= patience:
                yield Unit(tuple(file.seen for file in part if not file.seen.is_never_taken))


def _stillness(part: Iterable[Watched], at: datetime) -> timedelta:
    """How long all of it has stood still; less than nothing while a process writes."""
    return min(timedelta(-1) if file.is_open else at - file.still_since for file in part)


def _busy_folders(watched: Sequence[Watched], at: datetime, still: timedelta) -> set[str]:
    """Folders in which, or below which, something moves. What moves in one project holds up no other."""
    busy: set[str] = set()
    for file in watched:
        folder = home_of(file.seen)
        if _stillness([file], at) >= still:
            if file.seen.is_copy_under_way:  # it stopped: for a while, or for good
                busy.add(folder)
            continue
        busy.add(folder)
        while folder.count("/") >= _PROJECT_DEPTH:
            folder = folder.rpartition("/")[0]
            if folder.count("/") >= _PROJECT_DEPTH:
                busy.add(folder)
    return busy


def _by_folder(watched: Sequence[Watched]) -> dict[str, list[Watched]]:
    folders: dict[str, list[Watched]] = defaultdict(list)
    for file in watched:
        folders[home_of(file.seen)].append(file)
    return folders
