"""Large plain sets for benchmarks: many equal files, where the bytes matter and not the anatomy."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from pydicom import dcmwrite
from pydicom.dataset import Dataset

from fornix.simulator.mri import classic, siemens, study
from fornix.simulator.mri.spec import Contrast, SeriesSpec, SessionSpec, Vendor
from fornix.simulator.mri.study import decimal
from fornix.simulator.mri.volumes import acquire, slice_position

_STARTED_AT = datetime(2026, 3, 2, 10, 15)  # noqa: DTZ001 - scanners write local time without a zone


def write_classic(
    folder: Path, files: int = 1200, series: int = 8, study_description: str = "BENCH"
) -> list[Path]:
    """Single-frame 256×256 MR slices of about 143 kB with 10 kB of private groups, evenly in `series` series."""
    session = _session(study_description)
    written: list[Path] = []
    for number in range(1, series + 1):
        count = files // series + (number <= files % series)
        spec = SeriesSpec(
            number, f"classic_{number}", rows=256, columns=256, slices=count, pixel_mm=0.9, slice_mm=1.0
        )
        written += _write(folder / f"series{number:02d}", _slices(session, spec))
    return written


def write_mosaic(folder: Path, files: int = 300, study_description: str = "BENCH") -> list[Path]:
    """One series of fMRI mosaics of 1.19 MB: 72 slices of 85×85 voxels tiled to 765×765."""
    session = _session(study_description)
    spec = SeriesSpec(
        1, "mosaic", Contrast.EPI, rows=85, columns=85, slices=72, pixel_mm=2.6, slice_mm=2.0, volumes=files
    )
    return _write(folder, siemens.instances(session, spec, _STARTED_AT))


def _session(study_description: str) -> SessionSpec:
    return SessionSpec(
        Vendor.SIEMENS,
        patient_id="sub-bench",
        patient_name="sub-bench",
        study_description=study_description,
        date=_STARTED_AT.date(),
        time=_STARTED_AT.time(),
        series=(),
        seed=1,
    )


def _slices(session: SessionSpec, series: SeriesSpec) -> Iterator[Dataset]:
    """Slices of one short volume over and over, each with noise of its own, so that no two files are alike."""
    started_at = _STARTED_AT + timedelta(minutes=5 * series.number)
    short = SeriesSpec(
        series.number, series.description, rows=256, columns=256, slices=12, pixel_mm=0.9, slice_mm=9.0
    )
    volume = next(acquire(short, session.seed))
    rng = np.random.default_rng(series.number)
    ds = classic.mr_series(session, series, started_at)
    classic.set_moment(ds, volume, started_at)
    ds.ImageType = ["ORIGINAL", "PRIMARY", "M", "ND", "NORM"]
    siemens.add_private(ds, session, series, volume, mosaic=False)
    for index in range(series.slices):
        _place(ds, session, series, index)
        pixels = volume.pixels[index % short.slices] + rng.integers(0, 8, (256, 256), np.uint16)
        classic.set_pixels(ds, pixels)
        yield ds


def _place(ds: Dataset, session: SessionSpec, series: SeriesSpec, index: int) -> None:
    ds.ImagePositionPatient = decimal(*slice_position(series, index))
    ds.SliceLocation = decimal(series.slice_mm * index)[0]
    study.identify(ds, session, series, study.MR_IMAGE, 1 + index)


def _write(folder: Path, instances: Iterator[Dataset]) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for number, ds in enumerate(instances, 1):
        path = folder / f"{number:05d}.dcm"
        dcmwrite(path, ds, enforce_file_format=True)
        written.append(path)
    return written
