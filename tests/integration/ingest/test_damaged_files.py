"""Files cut off anywhere, or with any bit flipped: all are kept, none ends the import (hostile inputs, B14, F1)."""

from __future__ import annotations

import random

import pytest
from tests.integration.ingest.archive import instance, meg, mri, put
from tests.unit.meg.test_ctf import data_set
from tests.unit.meg.test_kit import kit

FLIPS = 150


def truncated(content: bytes) -> list[bytes]:
    return [content[: len(content) * percent // 100] for percent in range(100)]


def flipped(content: bytes) -> list[bytes]:
    """A bit flipped at places that are drawn from the whole and, as often, from the header."""
    chosen = random.Random(1)
    places = [
        chosen.randrange(size) for size in (len(content), min(len(content), 2000)) for _ in range(FLIPS)
    ]
    return [
        content[:at] + bytes([content[at] ^ (1 << chosen.randrange(8))]) + content[at + 1 :] for at in places
    ]


@pytest.fixture
def samples(tmp_path) -> dict[str, bytes]:
    image = next(iter(sorted(mri(tmp_path / "samples", numbers=(1,)).rglob("*.IMA")))).read_bytes()
    fif = meg(tmp_path / "samples") / "rest_raw.fif"
    header = next(content for name, content in data_set().items() if name.endswith(".res4"))
    return {
        "dcm": image,
        "bare": instance()[128:],
        "fif": fif.read_bytes()[:60_000],
        "con": kit(),
        "ds/x.res4": header,
    }


@pytest.mark.parametrize("damage", [truncated, flipped])
@pytest.mark.parametrize("kind", ["dcm", "bare", "fif", "con", "ds/x.res4"])
def test_damaged_files_are_all_kept(archive, tmp_path, samples, kind, damage):
    copies = damage(samples[kind])
    for number, content in enumerate(copies):
        put(tmp_path / "in" / f"{number}.{kind}", content)

    report = archive.take(tmp_path / "in", project="A", subject="S1")

    assert report.unreadable == ()
    assert [item.waits_because for item in report.filed if item.is_failure] == []
    assert sum(item.files + item.already_here for item in report.filed) == len(copies)
