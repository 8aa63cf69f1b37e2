"""Which small files accompany which recording: by folder, then by the name that has most in common with theirs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import takewhile

from fornix.meg.pool import Pool
from fornix.meg.recording import Recording

# Marker coils, digitised points, head positions over time (MaxFilter's .pos), electrode places.
COMPANION_SUFFIXES = (".mrk", ".elp", ".hsp", ".pos", ".sfp")


def share_out(companions: Iterable[str], names: Mapping[str, str]) -> dict[str, list[str]]:
    """Each companion (a path) to the key with the nearest name."""
    shares: dict[str, list[str]] = {key: [] for key in names}
    for companion in sorted(companions):
        stem = companion.rpartition("/")[2].rpartition(".")[0]
        shares[nearest(stem, names)].append(companion)
    return shares


def nearest(stem: str, names: Mapping[str, str]) -> str:
    """The key whose name has most letters at its beginning in common with the stem; the first one on a tie."""
    return max(sorted(names), key=lambda key: _alike(names[key], stem))


def add_points(pool: Pool, recordings: Sequence[Recording]) -> list[Recording]:
    """Give marker, point and position files that nobody claimed to a recording of their folder."""
    by_folder: dict[str, dict[str, str]] = defaultdict(dict)
    for recording in recordings:
        by_folder[_folder(recording)][recording.files[0]] = recording.name
    claimed: dict[str, list[str]] = {}
    for folder, files in pool.by_folder().items():
        points = [file.path for file in files if file.name.lower().endswith(COMPANION_SUFFIXES)]
        if points and folder in by_folder:
            claimed.update(share_out(points, by_folder[folder]))
            pool.claim(points)
    return [
        replace(recording, companions=(*recording.companions, *claimed.get(recording.files[0], ())))
        for recording in recordings
    ]


def _folder(recording: Recording) -> str:
    """Where the recording lies: beside its `.ds` folder, not in it."""
    folder = recording.files[0].rpartition("/")[0]
    return folder.rpartition("/")[0] if folder.lower().endswith(".ds") else folder


def _alike(one: str, other: str) -> int:
    """How many letters two names begin with in common."""
    return len(list(takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))))
