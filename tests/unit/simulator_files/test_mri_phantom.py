"""The procedural head, Siemens' private blobs and the bulk sets."""

import struct

import numpy as np
import pytest
from pydicom import dcmread

from fornix.simulator.mri import SeriesSpec, write_classic, write_mosaic
from fornix.simulator.mri.csa import csa_header, image_header, series_header
from fornix.simulator.mri.phantom import Grid, Tissue, head

GRID = Grid((-100.0, -120.0, -80.0), (8.0, 8.0, 8.0), (26, 31, 24))


def csa_names(blob: bytes) -> dict[str, int]:
    """Walk the blob as readers do; name and number of values."""
    assert blob[:4] == b"SV10"
    count, mark = struct.unpack_from("<II", blob, 8)
    assert mark == 77
    found, at = {}, 16
    for _ in range(count):
        name, multiplicity, _vr, _type, items, _mark = struct.unpack_from("<64si4siii", blob, at)
        found[name.split(b"\0")[0].decode()] = multiplicity
        at += 84
        for _ in range(items):
            (length,) = struct.unpack_from("<i", blob, at + 4)
            at += 16 + -(-length // 4) * 4
    return found


def test_every_voxel_is_shared_out_among_the_tissues():
    fractions = head(GRID, 3)

    assert fractions.sum(axis=0) == pytest.approx(1, abs=1e-4)
    assert fractions.min() >= 0


def test_a_head_has_air_outside_and_a_brain_of_human_size_inside():
    fractions = head(GRID, 3)

    litres = fractions.sum(axis=(1, 2, 3)) * 8**3 / 1e6
    assert np.all(fractions[Tissue.AIR, :, 0, 0] == 1)
    assert 0.9 < litres[Tissue.GREY] + litres[Tissue.WHITE] < 1.7


def test_csa_blobs_can_be_walked_to_the_end():
    series = SeriesSpec(4, "bold", slices=7)

    assert csa_names(image_header(series, mosaic=True, b_value=None))["MosaicRefAcqTimes"] == 7
    assert "MrPhoenixProtocol" in csa_names(series_header(series))
    assert csa_names(csa_header([("B_value", "IS", ("1000",))])) == {"B_value": 1}


def test_the_classic_set_is_what_the_measurements_used(tmp_path):
    paths = write_classic(tmp_path, files=11, series=3)

    images = [dcmread(path) for path in paths]
    assert [sum(ds.SeriesNumber == n for ds in images) for n in (1, 2, 3)] == [4, 4, 3]
    assert all(140_000 < path.stat().st_size < 147_000 for path in paths)
    assert len({ds.PixelData for ds in images}) == 11


def test_the_mosaic_set_is_what_the_measurements_used(tmp_path):
    paths = write_mosaic(tmp_path, files=2)

    assert all(1_180_000 < path.stat().st_size < 1_200_000 for path in paths)
    assert {"MOSAIC" in dcmread(path).ImageType for path in paths} == {True}
