"""Which files of the inbox are taken together, and when."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fornix.ingest.inbox_parts import Watched
from fornix.ingest.inbox_survey import Seen
from fornix.ingest.inbox_units import finished_units
from fornix.simulator.meg import RecordingSpec, write_recording

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
STILL = timedelta(seconds=30)


def units(files: dict[str, float], *, contents: dict[str, bytes] | None = None, opened=()) -> list[set[str]]:
    """What is taken of files that have stood still for so many times the time of stillness."""
    held = contents or {}
    watched = [
        Watched(Seen(path, Path(path), len(held.get(path, b"x")), 1), NOW - STILL * times, path in opened)
        for path, times in files.items()
    ]
    found = finished_units(watched, lambda seen: io.BytesIO(held.get(seen.path, b"x")), at=NOW, still=STILL)
    return sorted(({file.path for file in unit.files} for unit in found), key=min)


TOGETHER = {
    "names of parts": {"p/a_raw.fif", "p/a_raw-1.fif", "p/a_raw-2.fif"},
    "BIDS names of parts": {"p/a_split-01_meg.fif", "p/a_split-02_meg.fif"},
    "a CTF folder": {"p/a.ds/a.res4", "p/a.ds/a.meg4", "p/a.ds/hz.ds/x"},
    "a BTi run": {"p/run/config", "p/run/c,rfDC", "p/run/hs_file"},
    "one stem": {"p/a.vhdr", "p/a.eeg", "p/a.vmrk"},
}


@pytest.mark.parametrize("files", TOGETHER.values(), ids=TOGETHER)
def test_files_are_taken_together_or_not_at_all(files):
    first, *others = sorted(files)

    assert units(dict.fromkeys(files, 20)) == [files]
    assert units(dict.fromkeys(others, 20) | {first: 0.9}) == []


def test_files_of_nothing_in_common_are_taken_apart():
    assert units({"p/1.dcm": 1, "p/2.dcm": 1}) == [{"p/1.dcm"}, {"p/2.dcm"}]


@pytest.mark.parametrize(
    ("moving", "waits"),
    [
        ("p/scan/2.dcm", True),
        ("p/scan/deeper/2.dcm", True),
        ("p/other/2.dcm", False),
        ("p/2.dcm", False),
        ("2.dcm", False),
    ],
)
def test_what_moves_holds_up_its_folder_and_those_above_it_only(moving, waits):
    taken = [] if waits else [{"p/scan/1.dcm"}]

    assert units({"p/scan/1.dcm": 9, moving: 0}) == taken
    assert units({"p/scan/1.dcm": 10, moving: 0}) == [{"p/scan/1.dcm"}]


def test_a_file_that_is_open_for_writing_is_not_finished_however_long_it_stands_still():
    assert units({"p/1.dcm": 100}, opened={"p/1.dcm"}) == []


@pytest.fixture(scope="module")
def renamed_parts(tmp_path_factory) -> dict[str, bytes]:
    """Three parts under names that have nothing in common: their headers alone tell."""
    spec = RecordingSpec("MEG07", "STUDY_A", NOW, duration_s=1, parts=3)
    parts = write_recording(tmp_path_factory.mktemp("meg"), "rest_raw", spec)
    return {f"p/{name}.fif": part.read_bytes() for name, part in zip("xyz", parts, strict=True)}


def test_renamed_parts_are_known_by_their_headers(renamed_parts):
    assert units(dict.fromkeys(renamed_parts, 1), contents=renamed_parts) == [set(renamed_parts)]
    assert units(dict.fromkeys(renamed_parts, 10) | {"p/z.fif": 0}, contents=renamed_parts) == []


def test_a_recording_without_its_last_part_waits_longest(renamed_parts):
    first = {path: content for path, content in renamed_parts.items() if path != "p/z.fif"}

    assert units(dict.fromkeys(first, 19), contents=first) == []
    assert units(dict.fromkeys(first, 20), contents=first) == [set(first)]
