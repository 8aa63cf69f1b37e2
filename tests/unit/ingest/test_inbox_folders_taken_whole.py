"""Folders that are one recording: nothing of them is taken before all of it stands still."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest

from fornix.ingest.inbox_parts import Watched
from fornix.ingest.inbox_survey import Seen
from fornix.ingest.inbox_units import finished_units

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
STILL = timedelta(seconds=30)


def units(files: dict[str, float]) -> list[set[str]]:
    """What is taken of files that have stood still for so many times the time of stillness."""
    watched = [Watched(Seen(path, Path(path), 1, 1), NOW - STILL * times) for path, times in files.items()]
    found = finished_units(watched, lambda _: BytesIO(b"x"), at=NOW, still=STILL)
    return sorted(({file.path for file in unit.files} for unit in found), key=min)


SIDE_FILES = {"p/a.ds/a.acq", "p/a.ds/a.hc"}
RUN = {"p/run/config", "p/run/c,rfDC", "p/run/hs_file"}
UNDER_WAY = {
    "rsync": (SIDE_FILES, "p/a.ds/.a.meg4.Xy12Ab"),
    "rsync that delays": (SIDE_FILES, "p/a.ds/.~tmp~/a.meg4"),
    "a hidden file": (SIDE_FILES, "p/a.ds/.lock"),
    "a run": (RUN, "p/run/.e,rfDC.Xy12Ab"),
    "a run that begins": ({"p/run/hs_file"}, "p/run/c,rfDC.part"),
}


@pytest.mark.parametrize(("files", "copy"), UNDER_WAY.values(), ids=UNDER_WAY)
def test_a_copy_within_holds_up_the_folder(files, copy):
    assert units(dict.fromkeys(files, 100) | {copy: 0.9}) == []
    assert units(dict.fromkeys(files, 100) | {copy: 20}) == [files]


INCOMPLETE = {
    "header and data": SIDE_FILES,
    "header": {*SIDE_FILES, "p/a.ds/a.meg4"},
    "data": {*SIDE_FILES, "p/a.ds/a.res4"},
    "all but head localisation": {*SIDE_FILES, "p/a.ds/hz.ds/hz.res4", "p/a.ds/hz.ds/hz.meg4"},
    "config": {"p/run/c,rfDC", "p/run/hs_file"},
    "run's data": {"p/run/config", "p/run/hs_file"},
}


@pytest.mark.parametrize("files", INCOMPLETE.values(), ids=INCOMPLETE)
def test_a_folder_that_lacks_what_it_needs_waits_longest_and_is_taken_whole(files):
    assert units(dict.fromkeys(files, 19)) == []
    assert units(dict.fromkeys(files, 20)) == [files]


@pytest.mark.parametrize("copy", ["p/2.fif.part", "p/.2.fif.Xy12Ab"])
def test_a_copy_that_stopped_keeps_its_folder_busy(copy):
    assert units({"p/1.fif": 9, copy: 100}) == []
    assert units({"p/1.fif": 10, copy: 100}) == [{"p/1.fif"}]
