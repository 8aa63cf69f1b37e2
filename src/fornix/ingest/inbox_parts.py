"""Files of one folder of the inbox that are of one recording: by their names, and by what their headers say. Pure."""

from __future__ import annotations

import re
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
_OF_RUN = re.compile(r"config|hs_file|[a-z]{1,3},rf.*", re.IGNORECASE)
_LACKS = ("missing", "truncated", "damaged")


@dataclass(frozen=True, slots=True)
class Watched:
    """A file that is not taken yet, and since when (by our clock) it has been as it is."""

    seen: Seen
    still_since: datetime
    is_open: bool = False  # some process may write to it


def data_set_of(path: str) -> str:
    """The `.ds` folder (CTF) that a file lies in, however deep; "" when it lies in none."""
    parts = path.split("/")[:-1]
    for number, part in enumerate(parts, start=1):
        if part.lower().endswith(".ds"):
            return "/".join(parts[:number])
    return ""


def home_of(seen: Seen) -> str:
    """The folder that a file lies in; the one beside its `.ds` folder."""
    return (data_set_of(seen.path) or _without_copy_folder(seen)).rpartition("/")[0]


def _without_copy_folder(seen: Seen) -> str:
    """What lies in rsync's folder for copies under way belongs to the folder around it."""
    is_in_one = seen.is_copy_under_way and seen.folder.rpartition("/")[2].startswith(".")
    return seen.folder if is_in_one else seen.path


def parts_by_name(files: Sequence[Watched]) -> list[list[Watched]]:
    """The files of one folder by what their names have in common."""
    has_run = any(is_of_run(file.seen) for file in files)
    parts: dict[Hashable, list[Watched]] = defaultdict(list)
    for file in files:
        parts[_key(file.seen, has_run=has_run)].append(file)
    return [part for part in parts.values() if not all(file.seen.is_never_taken for file in part)]


def is_of_run(seen: Seen) -> bool:
    """Whether the name is one of BTi's: `config`, `hs_file`, or a data file's (`c,rfDC`)."""
    return _OF_RUN.fullmatch(seen.name) is not None


def _key(seen: Seen, *, has_run: bool) -> Hashable:
    data_set = data_set_of(seen.path)
    if data_set:
        return "ds", data_set
    if has_run:
        return "run", home_of(seen)  # BTi: other files of a run have no names that one could know
    if seen.is_never_taken:
        return "never taken", seen.path
    if seen.name.lower().endswith(".fif"):
        return "fif", split_name(seen.name)[0]
    return "stem", seen.name.rpartition(".")[0] or seen.name


def parts_by_content(
    parts: list[list[Watched]], open_: Callable[[Seen], BinaryIO]
) -> tuple[list[list[Watched]], set[str]]:
    """Joins parts that are of one recording by their headers; and the paths of recordings that are not whole."""
    files = {file.seen.path: file.seen for part in parts for file in part if not file.seen.is_never_taken}
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
    return name.endswith(_RECORDINGS) or is_of_run(seen) or bool(data_set_of(seen.path))
