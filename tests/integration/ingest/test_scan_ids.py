"""Scan ids: the series number, with suffixes where series share it; an id once given never changes."""

from __future__ import annotations

import pytest
from tests.integration.ingest.archive import instance, put_all

from fornix.models import Scan


def series(uid: str, number: str | None, at="100000", **more) -> bytes:
    return instance(SeriesInstanceUID=uid, SeriesNumber=number, AcquisitionTime=at, **more)


def ids() -> dict[str, str]:
    return dict(Scan.objects.values_list("uid", "scan_id"))


def test_series_that_share_a_number_are_ordered_by_acquisition_then_uid(archive, tmp_path):
    files = [
        series("1.2.30", "19001", "120000"),
        series("1.2.20", "19001", "110000"),
        series("1.2.12", "19001", "120000"),
    ]

    archive.take(put_all(tmp_path / "in", files), project="A")

    assert ids() == {"1.2.20": "19001", "1.2.12": "19001-MR2", "1.2.30": "19001-MR3"}


def test_a_series_that_comes_later_takes_the_next_free_suffix(archive, tmp_path):
    archive.take(put_all(tmp_path / "1", [series("1.2.1", "5"), series("1.2.2", "5", "110000")]), project="A")

    archive.take(put_all(tmp_path / "2", [series("1.2.0", "5", "080000")]))

    assert ids() == {"1.2.1": "5", "1.2.2": "5-MR2", "1.2.0": "5-MR3"}


def test_several_numbers_in_one_series_are_one_scan_of_the_smallest_present_at_first(archive, tmp_path):
    archive.take(put_all(tmp_path / "1", [series("1.2.1", n) for n in ("9", "7", "8")]), project="A")

    archive.take(put_all(tmp_path / "2", [series("1.2.1", "2")]))

    (scan,) = archive.sessions()[0]["scans"]
    assert (scan["id"], scan["files"]) == ("7", 4)


ODD_NUMBERS = {
    "missing": (None, "MR1"),
    "empty": ("", "MR1"),
    "no number": ("first", "MR1"),
    "negative": ("-3", "-3"),
    "zero": ("0", "0"),
    "beyond 32 bits": ("99999999999", "MR1"),
    "beyond 64 bits": ("9" * 30, "MR1"),
    "exponential": ("1e11", "MR1"),
}


@pytest.mark.parametrize(("number", "scan_id"), ODD_NUMBERS.values(), ids=ODD_NUMBERS.keys())
def test_odd_series_numbers_still_make_a_scan(archive, tmp_path, number, scan_id):
    archive.take(put_all(tmp_path, [series("1.2.1", number)]), project="A")

    assert ids() == {"1.2.1": scan_id}


def test_a_series_without_uid_is_known_by_its_number(archive, tmp_path):
    files = [series("", "1"), series("", "1"), series("", "2")]
    archive.take(put_all(tmp_path / "1", files), project="A")

    archive.take(put_all(tmp_path / "2", [series("", "2")]))

    scans = archive.sessions()[0]["scans"]
    assert [(scan["id"], scan["files"]) for scan in scans] == [("1", 2), ("2", 2)]


@pytest.mark.parametrize("frames", ["-1", "0", "99999999999", "x", "1.5"])
def test_odd_numbers_of_frames_count_as_one_image(archive, tmp_path, frames):
    image = series("1.2.1", "1", NumberOfFrames=frames, Rows=b"\x10\0", Columns=b"\x10\0")

    archive.take(put_all(tmp_path, [image]), project="A")

    assert archive.sessions()[0]["scans"][0]["frames"] == 1
