"""Scanners' files with bytes changed and ends cut off: never a crash, and every file is accounted for."""

from __future__ import annotations

import json
import random

import pytest

EXTREMES = [bytes(4), b"\xff" * 4, b"\x7f\xff\xff\xff", b"\xff\xff\xff\x7f", b"\x80\0\0\0"]
HEADERS = [
    64,
    600,
    5000,
    60_000,
    10**9,
]  # how far into a file to change bytes: headers matter more than samples
FOLDERS = [
    "meg/neuromag-split",
    "meg/ctf-as-fif",
    "meg/bti-4d-magnes",
    "meg/kit-nyu",
    "eeg/brainvision",
    "eeg/edf",
    "eeg/bdf",
]


def damage(data: bytes, chance: random.Random) -> bytes:
    if chance.random() < 0.3:
        return data[: chance.randrange(len(data) + 1)]
    changed = bytearray(data)
    for _ in range(chance.choice([1, 3, 30])):
        at = chance.randrange(min(len(changed), chance.choice(HEADERS)))
        changed[at : at + 4] = chance.choice([*EXTREMES, chance.randbytes(4)])
    return bytes(changed)


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize("seed", range(6))
def test_damaged_files_are_all_accounted_for(shared_data, find, folder, seed):
    chance = random.Random(seed)
    files = {
        path.name: damage(path.read_bytes(), chance) for path in sorted((shared_data / folder).iterdir())
    }

    found = find(files)

    kept = [path for recording in found.recordings for path in (*recording.files, *recording.companions)]
    assert sorted([*kept, *found.unrecognised]) == sorted(files)
    json.dumps([recording.card for recording in found.recordings], allow_nan=False)
