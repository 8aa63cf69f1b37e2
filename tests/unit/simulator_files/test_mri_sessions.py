"""The simulated MR sessions, read back with pydicom."""

from collections import Counter
from datetime import date, time
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from pydicom import Dataset, dcmread

from fornix.simulator.mri import (
    Content,
    Contrast,
    Orientation,
    SeriesSpec,
    SessionSpec,
    Vendor,
    write_session,
)
from fornix.simulator.mri.protocols import diffusion, field_map, functional, phoenix_report, screenshot

ENHANCED_MR = "1.2.840.10008.5.1.4.1.1.4.1"
SMALL = SeriesSpec(2, "T1w", Contrast.T1, Orientation.SAGITTAL, rows=40, columns=32, slices=5, slice_mm=20.0)
FUNCTIONAL = SeriesSpec(4, "bold", Contrast.EPI, rows=32, columns=32, slices=6, volumes=3, echo_ms=(30.0,))


def session(vendor: Vendor, *series: SeriesSpec, **other: object) -> SessionSpec:
    values = {
        "patient_id": "sub-014",
        "patient_name": "sub-014",
        "study_description": "2023_112",
        "date": date(2026, 3, 4),
        "time": time(9, 30),
    }
    return SessionSpec(vendor=vendor, series=series, **{**values, **other})


def read_all(folder: Path, spec: SessionSpec) -> list[Dataset]:
    return [dcmread(path) for path in write_session(folder, spec)]


@pytest.mark.parametrize(
    ("vendor", "files", "frames"),
    [
        pytest.param(Vendor.SIEMENS, {2: 5, 4: 3}, 8, id="siemens tiles each volume into a mosaic"),
        pytest.param(Vendor.SIEMENS_XA, {2: 1, 4: 3}, 23, id="siemens xa writes a file per volume"),
        pytest.param(Vendor.GE, {2: 5, 4: 18}, 23, id="ge writes slices"),
        pytest.param(Vendor.PHILIPS, {2: 5, 4: 18}, 23, id="philips classic writes slices"),
        pytest.param(
            Vendor.PHILIPS_ENHANCED, {2: 1, 4: 1}, 23, id="philips enhanced writes a file per series"
        ),
    ],
)
def test_each_vendor_cuts_a_session_into_its_own_files(tmp_path, vendor, files, frames):
    images = read_all(tmp_path, session(vendor, SMALL, FUNCTIONAL))

    assert Counter(ds.SeriesNumber for ds in images) == files
    assert sum(int(ds.get("NumberOfFrames", 1)) for ds in images) == frames
    assert len({ds.StudyInstanceUID for ds in images}) == 1
    assert len({ds.SeriesInstanceUID for ds in images}) == 2
    assert len({ds.SOPInstanceUID for ds in images}) == len(images)
    assert all(ds.pixel_array.max() > 500 for ds in images)


@pytest.mark.parametrize("vendor", Vendor)
def test_the_same_spec_gives_the_same_bytes(tmp_path, vendor):
    spec = session(vendor, SMALL, FUNCTIONAL, phoenix_report())

    first = [path.read_bytes() for path in write_session(tmp_path / "a", spec)]
    second = [path.read_bytes() for path in write_session(tmp_path / "b", spec)]

    assert first == second


def test_another_seed_is_another_person(tmp_path):
    alice, bob = (
        read_all(tmp_path / str(seed), session(Vendor.GE, SMALL, seed=seed))[2].pixel_array.astype(int)
        for seed in (1, 2)
    )

    assert np.abs(alice - bob).mean() > 20


@pytest.mark.parametrize("orientation", Orientation)
def test_slices_follow_each_other_along_the_normal(tmp_path, orientation):
    spec = SeriesSpec(1, "T1w", orientation=orientation, rows=16, columns=16, slices=4, slice_mm=7.0)

    images = read_all(tmp_path, session(Vendor.PHILIPS, spec))

    axes = np.array(images[0].ImageOrientationPatient, float).reshape(2, 3)
    normal = np.cross(*axes)
    places = [np.array(ds.ImagePositionPatient, float) @ normal for ds in images]
    assert [b - a for a, b in pairwise(places)] == pytest.approx([7.0] * 3)


def test_the_same_place_has_the_same_tissue_in_all_orientations(tmp_path):
    """A bright voxel of the sagittal view lies where the axial view has it."""
    cube = {"rows": 48, "columns": 48, "slices": 48, "pixel_mm": 4.0, "slice_mm": 4.0}
    bright = []
    for number, orientation in enumerate(Orientation, 1):
        series = SeriesSpec(number, "T1w", Contrast.T1, orientation, **cube)
        images = read_all(tmp_path / orientation, session(Vendor.PHILIPS, series))
        bright.append(centre_of_brightness(images))

    assert bright[0] == pytest.approx(bright[1], abs=6)
    assert bright[0] == pytest.approx(bright[2], abs=6)


def centre_of_brightness(images: list[Dataset]) -> np.ndarray:
    """Mean position in patient coordinates of what is bright above the eyes (views differ below)."""
    total, weight = np.zeros(3), 0.0
    for ds in images:
        along = np.array(ds.ImageOrientationPatient, float).reshape(2, 3)
        row, column = np.nonzero(ds.pixel_array > 1100)
        places = np.array(ds.ImagePositionPatient, float) + 4.0 * (
            column[:, None] * along[0] + row[:, None] * along[1]
        )
        places = places[(places[:, 2] > -15) & (places[:, 2] < 70)]
        total, weight = total + places.sum(axis=0), weight + len(places)
    return total / weight


def test_a_mosaic_says_how_many_slices_it_holds(tmp_path):
    ds = read_all(tmp_path, session(Vendor.SIEMENS, FUNCTIONAL))[0]

    assert "MOSAIC" in ds.ImageType
    assert ds.pixel_array.shape == (96, 96)
    assert ds.private_block(0x19, "SIEMENS MR HEADER")[0x0A].value == 6
    assert not ds.pixel_array[64:].any()  # six tiles of nine are used


def test_enhanced_frames_carry_place_time_and_echo(tmp_path):
    echoes = SeriesSpec(7, "me", Contrast.EPI, rows=16, columns=16, slices=3, volumes=2, echo_ms=(12.0, 31.0))

    ds = read_all(tmp_path, session(Vendor.PHILIPS_ENHANCED, echoes))[0]

    assert ds.SOPClassUID == ENHANCED_MR
    frames = ds.PerFrameFunctionalGroupsSequence
    assert [frame.MREchoSequence[0].EffectiveEchoTime for frame in frames] == [12.0] * 3 + [31.0] * 3 + [
        12.0
    ] * 3 + [31.0] * 3
    assert [frame.FrameContentSequence[0].InStackPositionNumber for frame in frames[:3]] == [1, 2, 3]
    assert ds.SharedFunctionalGroupsSequence[0].MRTimingAndRelatedParametersSequence[0].RepetitionTime == 2000


def test_echoes_of_one_moment_share_their_acquisition_number(tmp_path):
    echoes = SeriesSpec(7, "me", Contrast.EPI, rows=8, columns=8, slices=2, volumes=2, echo_ms=(12.0, 31.0))

    images = read_all(tmp_path, session(Vendor.SIEMENS, echoes))

    assert [(ds.AcquisitionNumber, ds.EchoNumbers) for ds in images] == [(1, 1), (1, 2), (2, 1), (2, 2)]


def test_phase_images_of_a_field_map_say_so(tmp_path):
    magnitude, phase = field_map(5)

    images = read_all(tmp_path, session(Vendor.SIEMENS, magnitude, phase))

    kinds = Counter((int(ds.SeriesNumber), str(ds.ImageType[2]), float(ds.EchoTime)) for ds in images)
    assert kinds == {(5, "M", 4.92): 20, (5, "M", 7.38): 20, (6, "P", 7.38): 20}


def test_diffusion_volumes_carry_their_b_value(tmp_path):
    images = read_all(tmp_path, session(Vendor.SIEMENS, diffusion(9, directions=2)))

    assert [ds.private_block(0x19, "SIEMENS MR HEADER")[0x0C].value for ds in images] == [0, 1000, 1000]
    assert images[1].pixel_array.mean() < images[0].pixel_array.mean()


def test_reports_and_screenshots_ride_along(tmp_path):
    capture, report = read_all(tmp_path, session(Vendor.SIEMENS, screenshot(), phoenix_report()))

    assert (capture.SOPClassUID.name, capture.PhotometricInterpretation) == (
        "Secondary Capture Image Storage",
        "RGB",
    )
    assert (report.Modality, report.SeriesNumber) == ("SR", 99)
    assert "PixelData" not in report


def test_series_follow_each_other_in_time(tmp_path):
    images = read_all(tmp_path, session(Vendor.GE, SMALL, functional(3, "rest", volumes=2)))

    times = [ds.AcquisitionTime for ds in images]
    assert times == sorted(times)
    assert times[0] == "093200.000000"
    assert len(set(times)) == 3  # the anatomy at one moment, the time series at two


@pytest.mark.filterwarnings("ignore:The value length")
@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Đặng Minh Anh", id="vietnamese"),
        pytest.param("محمد الأمين", id="right to left"),
        pytest.param("task-faces 🧠🎧", id="emoji"),
        pytest.param("x" * 180, id="longer than the VR allows"),
        pytest.param("Zoë Ångström", id="latin-1"),
    ],
)
def test_texts_come_back_as_given(tmp_path, text):
    series = SeriesSpec(1, text, rows=8, columns=8, slices=1, content=Content.REPORT)
    spec = session(Vendor.SIEMENS, series, study_description=text, comments=text)

    (ds,) = read_all(tmp_path, spec)

    assert (ds.SeriesDescription, ds.StudyDescription, ds.PatientComments) == (text, text, text)
