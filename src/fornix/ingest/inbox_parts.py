"""Files of one folder of the inbox that are of one recording: by their names, and by what their headers say. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from fornix.ingest.inbox_survey import Seen
from fornix.meg.companions import COMPANION_SUFFIXES
from fornix.meg.fif_parts import split_name
from fornix.meg.recordings import Candidate, find_recordings

_RECORDINGS = (".fif", ".con", ".sqd", ".vhdr", ".eeg", ".edf", ".bdf", *COMPANION_SUFFIXES)
_LACKS = ("missing", "truncated", "damaged")


@dataclass(frozen=True, slots=True)
class Watched:
    """A file that is not taken yet, and since when (by our clock) it has been as it is."""

    seen: Seen
    still_since: datetime
    is_open: bool = False  # some process may write to it


def _data_set(path: str) -> str:
    """The `.ds` folder (CTF) that a file lies in, however deep; "" when it lies in none."""
    parts = path.split("/")[:-1]
    for number, part in enumerate(parts, start=1):
        if part.lower().endswith(".ds"):
            return "/".join(parts[:number])
    return ""


def home_of(seen: Seen) -> str:
    """The folder that a file lies in; the one beside its `.ds` folder."""
    return (_data_set(seen.path) or seen.path).rpartition("/")[0]


def parts_by_name(files: Sequence[Watched]) -> list[list[Watched]]:
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


def parts_by_content(
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
