"""Names inside a download: harmless on any disk, and told apart by all of them."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fornix.catalog.download_names import safe_part, safe_path, scan_folder, unique_paths


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        pytest.param("000001.dcm", "000001.dcm", id="plain"),
        pytest.param("sub/deep/a b.txt", "sub/deep/a b.txt", id="folders stay"),
        pytest.param("../../etc/passwd", "etc/passwd", id="upwards"),
        pytest.param("/etc/passwd", "etc/passwd", id="absolute"),
        pytest.param("C:\\data\\x.ima", "C_/data/x.ima", id="a drive"),
        pytest.param("a\x00b\nc\x1b.dcm", "a_b_c_.dcm", id="control characters"),
        pytest.param("what?<1>*.dcm", "what__1__.dcm", id="what Windows forbids"),
        pytest.param("aux.txt", "_aux.txt", id="a device of Windows"),
        pytest.param("auxiliary.txt", "auxiliary.txt", id="only begins like a device"),
        pytest.param("dots. . ", "dots", id="dots and blanks at the end"),
        pytest.param("..//./", "file", id="nothing is left"),
        pytest.param("Grün 🧊 محمد.dcm", "Grün 🧊 محمد.dcm", id="letters of all scripts"),
    ],
)
def test_a_name_becomes_a_harmless_path(name, safe):
    assert safe_path(name) == safe


def test_a_long_part_is_shortened_and_keeps_its_suffix():
    part = safe_part("é" * 300 + ".dcm")

    assert len(part.encode()) <= 200
    assert part.endswith("é.dcm")


@given(st.text())
def test_no_name_leaves_its_folder(name):
    parts = safe_path(name).split("/")

    assert not {"", ".", ".."} & set(parts)
    assert not any(unicodedata.category(character) == "Cc" for part in parts for character in part)


@pytest.mark.parametrize(
    ("scan_id", "kind", "folder"),
    [
        pytest.param("4", "T1", "4-T1", id="XNAT's form"),
        pytest.param("4", "", "4", id="no type"),
        pytest.param("19001-MR2", "fMRI (BOLD)", "19001-MR2-fMRI__BOLD_", id="non-word characters"),
    ],
)
def test_a_scans_folder_is_named_as_in_xnats_zips(scan_id, kind, folder):
    assert scan_folder(scan_id, kind) == folder


@pytest.mark.parametrize(
    ("paths", "unique"),
    [
        pytest.param(["x/a.dcm", "x/b.dcm"], ["x/a.dcm", "x/b.dcm"], id="different"),
        pytest.param(["x/a.dcm", "x/A.DCM"], ["x/a.dcm", "x/A_2.DCM"], id="capitals"),
        pytest.param(["x/é", "x/e\u0301"], ["x/é", "x/e\u0301_2"], id="Unicode forms"),
        pytest.param(["a", "A", "a_2"], ["a", "A_2", "a_2_2"], id="the new name is taken later"),
        pytest.param(["x", "x/y"], ["x_2", "x/y"], id="a file where a folder is"),
        pytest.param(["x/y", "X"], ["x/y", "X_2"], id="the folder first"),
    ],
)
def test_names_that_a_disk_takes_for_one_are_told_apart(paths, unique):
    assert unique_paths(paths) == unique


@given(st.lists(st.text("aA/.é", min_size=1, max_size=6).map(safe_path), max_size=12))
def test_paths_stay_unique_without_capitals_whatever_they_were(paths):
    unique = [path.casefold() for path in unique_paths(paths)]

    assert len(set(unique)) == len(paths)
    assert not any(other.startswith(f"{path}/") for path in unique for other in unique)
