"""Which files of the inbox belong together, and which of them are finished. Pure: bytes come through a callback.

A split recording, a `.ds` folder, a BTi run or the files of one stem are taken whole or not yet at all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import BinaryIO

from fornix.ingest.inbox_survey import Seen
from fornix.meg.companions import COMPANION_SUFFIXES
from fornix.meg.fif_parts import split_name
from fornix.meg.recordings import Candidate, find_recordings

# In a folder where something still comes in, what stands still waits longer: a copy goes on file by file, and what
# comes together is filed together. A recording that lacks a part, or was cut off, waits longest: then it is taken.
BUSY, INCOMPLETE = 10, 20
_RECORDINGS = (".fif", ".con", ".sqd", ".vhdr", ".eeg", ".edf", ".bdf", *COMPANION_SUFFIXES)
_LACKS = ("missing", "truncated", "damaged")
_PROJECT_DEPTH = 1


@dataclass(frozen=True, slots=True)
class Watched:
    """A file that is not taken yet, and since when (by our clock) it has been as it is."""

    seen: Seen
    still_since: datetime
    is_open: bool = False  # some process may write to it


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
        parts = _parts(files)
        if not any(_stillness(part, at) >= still for part in parts):
            continue
        parts, incomplete = _by_content(parts, open_)
        for part in parts:
            patience = still * (BUSY if folder in busy else 1)
            if any(file.seen.path in incomplete for file in part):
                patience = still * INCOMPLETE
            if _stillness(part, at) >= patience:
                yield Unit(tuple(file.seen for file in part))


def _stillness(part: Iterable[Watched], at: datetime) -> timedelta:
    """How long all of it has stood still; less than nothing while a process writes."""
    return min(timedelta(-1) if file.is_open else at - file.still_since for file in part)


def _busy_folders(watched: Sequence[Watched], at: datetime, still: timedelta) -> set[str]:
    """Folders in which, or below which, something moves. What moves in one project holds up no other."""
    busy: set[str] = set()
    for file in watched:
        if _stillness([file], at) >= still:
            continue
        folder = _home(file.seen)
        busy.add(folder)
        while folder.count("/") >= _PROJECT_DEPTH:
            folder = folder.rpartition("/")[0]
            if folder.count("/") >= _PROJECT_DEPTH:
                busy.add(folder)
    return busy


def _by_folder(watched: Sequence[Watched]) -> dict[str, list[Watched]]:
    folders: dict[str, list[Watched]] = defaultdict(list)
    for file in watched:
        folders[_home(file.seen)].append(file)
    return folders


def _data_set(path: str) -> str:
    """The `.ds` folder (CTF) that a file lies in, however deep; "" when it lies in none."""
    parts = path.split("/")[:-1]
    for number, part in enumerate(parts, start=1):
        if part.lower().endswith(".ds"):
            return "/".join(parts[:number])
    return ""


def _home(seen: Seen) -> str:
    """The folder that a file lies in; the one beside its `.ds` folder."""
    return (_data_set(seen.path) or seen.path).rpartition("/")[0]


def _parts(files: Sequence[Watched]) -> list[list[Watched]]:
    """The files of one folder by what their names have in common."""
    has_run = any(file.seen.name.lower() == "config" for file in files)
    parts: dict[Hashable, list[Watched]] = defaultdict(list)
    for file in files:
        parts[_key(file.seen, has_run=has_run)].append(file)
    return list(parts.values())


def _key(seen: Seen, *, has_run: bool) -> Hashable:
    data_set = _data_set(seen.path)
    if data_set:
        return "ds", data_set
    if has_run:
        return "run", seen.folder  # BTi: its data files have no names that one could know
    if seen.name.lower().endswith(".fif"):
        return "fif", split_name(seen.name)[0]
    return "stem", seen.name.rpartition(".")[0] or seen.name


def _by_content(
    parts: list[list[Watched]], open_: Callable[[Seen], BinaryIO]
) -> tuple[list[list[Watched]], set[str]]:
    """Joins parts that are of one recording by their headers; and the paths of recordings that are not whole."""
    files = {file.seen.path: file.seen for part in parts for file in part}
    if not any(_may_be_recording(seen) for seen in files.values()):
        return parts, set()
    candidates = [Candidate(seen.path, seen.length) for seen in files.values()]
    found = find_recordings(candidates, lambda path: open_(files[path]))
    belongs = {file.seen.path: number for number, part in enumerate(parts) for file in part}
    joined = list(range(len(parts)))  # part -> an earlier one that it goes with, or itself

    def first(number: int) -> int:
        while joined[number] != number:
            joined[number] = number = joined[joined[number]]
        return number

    incomplete: set[str] = set()
    for recording in found.recordings:
        numbers = {first(belongs[path]) for path in (*recording.files, *recording.companions)}
        for number in numbers:
            joined[number] = min(numbers)
        if any(word in problem for problem in recording.problems for word in _LACKS):
            incomplete.update(recording.files)
    whole: dict[int, list[Watched]] = defaultdict(list)
    for number, part in enumerate(parts):
        whole[first(number)] += part
    return list(whole.values()), incomplete


def _may_be_recording(seen: Seen) -> bool:
    name = seen.name.lower()
    return name.endswith(_RECORDINGS) or name == "config" or bool(_data_set(seen.path))
