"""Chain the parts of split FIF recordings: by the FIFF_REF tags that point to the next and the previous file.

A pair of files is joined when a pointer of one of them is confirmed by an id, a name or the sample count; names alone
(`x.fif`, `x-1.fif`; `x_split-01_meg.fif`, `x_split-02_meg.fif`) join only where the samples continue or the measurement
is the same. Pointers never lead out of a folder: only the file name in them is looked at, and only beside the file.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass

from fornix.meg.fif import FifFile

WEIGHTS = {
    "id": 8,
    "previous id": 8,
    "name": 4,
    "previous name": 4,
    "pattern": 3,
    "measurement": 2,
    "sample": 2,
}
MAX_ALIKE = 300  # files of one folder that share a clue; more of them say nothing

_BIDS_SPLIT = re.compile(r"^(?P<before>.*)_split-(?P<number>[0-9]{1,4})(?P<after>_.*)?\.fif$", re.IGNORECASE)
_DASH_SPLIT = re.compile(r"^(?P<before>.*?)(?:-(?P<number>[0-9]{1,4}))?\.fif$", re.IGNORECASE)

Clue = tuple[str, Hashable]


@dataclass(frozen=True, slots=True)
class Chain:
    """Paths of the parts in order, and what is missing among them."""

    paths: tuple[str, ...]
    problems: tuple[str, ...]


def chain_parts(files: Mapping[str, FifFile]) -> list[Chain]:
    """Every file in exactly one chain; a file that was never split is a chain of one."""
    successor = _join(files)
    later = set(successor.values())
    chains = []
    for path in sorted(files.keys() - later):
        paths = [path]
        while paths[-1] in successor:
            paths.append(successor[paths[-1]])
        chains.append(Chain(tuple(paths), tuple(_missing(files[path], files[paths[-1]], len(paths)))))
    return chains


def _join(files: Mapping[str, FifFile]) -> dict[str, str]:
    """Each path's successor. The best confirmed pairs win; a pair that would close a circle is left out."""
    scores = _scores(files)
    successor: dict[str, str] = {}
    first_of = {path: path for path in files}  # the start of the chain that ends with this path
    taken: set[str] = set()
    for (before, after), _ in sorted(scores.items(), key=lambda item: (-item[1], item[0])):
        if before in successor or after in taken or first_of[before] == after:
            continue
        successor[before] = after
        taken.add(after)
        last = after
        while last in successor:
            last = successor[last]
        first_of[last] = first_of[before]
    return successor


def _scores(files: Mapping[str, FifFile]) -> dict[tuple[str, str], int]:
    """The pairs that may follow each other, weighed by the clues they share."""
    waiting: dict[Clue, list[str]] = defaultdict(list)
    for path, file in files.items():
        for clue in _own_clues(path, file):
            waiting[clue].append(path)
    clues: dict[tuple[str, str], set[str]] = defaultdict(set)
    alike: Counter[Clue] = Counter()
    for path, file in files.items():
        for clue in _clues_to_next(path, file):
            alike[clue] += 1
            if alike[clue] > MAX_ALIKE or len(waiting[clue]) > MAX_ALIKE:
                continue
            for other in waiting[clue]:
                clues[path, other].add(clue[0])
    return {
        pair: sum(WEIGHTS[name] for name in names)
        for pair, names in clues.items()
        if pair[0] != pair[1] and _may_follow(files[pair[0]], files[pair[1]], names)
    }


def _own_clues(path: str, file: FifFile) -> Iterator[Clue]:
    """By what the file before this one would know it. Each clue is bound to the folder."""
    folder, _, name = path.rpartition("/")
    yield "name", (folder, name.lower())
    yield "pattern", (folder, *split_name(name))
    yield "measurement", (folder, _dated(file.meas_id))
    if file.previous and file.previous.name:
        yield "previous name", (folder, file.previous.name.lower())
    if file.previous and _dated(file.previous.id):
        yield "previous id", (folder, file.previous.id)
    for id_ in {_dated(file.file_id), _dated(file.meas_id)} - {b""}:
        yield "id", (folder, id_)
    if file.first_sample:
        yield "sample", (folder, file.first_sample)


def _clues_to_next(path: str, file: FifFile) -> Iterator[Clue]:
    folder, _, name = path.rpartition("/")
    stem, number = split_name(name)
    yield "pattern", (folder, stem, number + 1)
    yield "previous name", (folder, name.lower())
    if _dated(file.meas_id):
        yield "measurement", (folder, file.meas_id)
    for id_ in {_dated(file.file_id), _dated(file.meas_id)} - {b""}:
        yield "previous id", (folder, id_)
    if file.next and file.next.name:
        yield "name", (folder, file.next.name.lower())
    if file.next and _dated(file.next.id):
        yield "id", (folder, file.next.id)
    if file.samples:
        yield "sample", (folder, (file.first_sample or 0) + file.samples)


def _may_follow(before: FifFile, after: FifFile, clues: set[str]) -> bool:
    """Whether the second file can be the next part of the first, and something but its looks says so."""
    alike = (before.content, before.is_maxfiltered, before.channel_count, before.sampling_rate_hz) == (
        after.content,
        after.is_maxfiltered,
        after.channel_count,
        after.sampling_rate_hz,
    )
    if not alike or before.content not in ("raw", "epochs"):
        return False
    own, next_own = _number(before), _number(after)
    if own is not None and next_own is not None and own + 1 != next_own:
        return False
    if before.next or after.previous:
        return bool(clues - {"measurement"}) or (own is not None and next_own is not None)
    return "pattern" in clues and bool(clues & {"measurement", "sample"})


def _number(file: FifFile) -> int | None:
    """The file's own place in the chain, from 0, by its pointers; None when they do not say."""
    if file.previous and file.previous.number is not None:
        return file.previous.number + 1
    if file.next and file.next.number is not None:
        return file.next.number - 1
    return None


def split_name(name: str) -> tuple[str, int]:
    """What the parts of one recording have in common, and the part's number, from 0."""
    bids = _BIDS_SPLIT.match(name)
    if bids:
        return f"{bids['before']}*{bids['after'] or ''}".lower(), int(bids["number"]) - 1
    dash = _DASH_SPLIT.match(name)
    if dash:
        return dash["before"].lower(), int(dash["number"] or 0)
    return name.lower(), 0


def _dated(id_: bytes) -> bytes:
    """The id if it carries a time; ids of anonymised files do not, and are all alike."""
    return id_ if any(id_[12:16]) else b""


def _missing(first: FifFile, last: FifFile, parts: int) -> Iterator[str]:
    """Parts are counted from 1, as people do."""
    start = 0
    if first.previous:
        start = max(first.previous.number or 0, 0) + 1
        yield "part 1 is missing" if start == 1 else f"parts 1 to {start} are missing"
    if last.next:
        yield f"part {start + parts + 1} is missing"
