"""The dialect of Siemens consoles before XA: CSA blobs in group 0029, echo-planar volumes as mosaics."""

import math
from collections.abc import Iterator
from datetime import datetime

import numpy as np
from pydicom.dataset import Dataset

from fornix.simulator.mri import classic, csa, study
from fornix.simulator.mri.spec import Contrast, SeriesSpec, SessionSpec
from fornix.simulator.mri.study import decimal
from fornix.simulator.mri.volumes import Acquired, Pixels, acquire, row_and_column, slice_position


def instances(session: SessionSpec, series: SeriesSpec, started_at: datetime) -> Iterator[Dataset]:
    """The data sets of a series; one object changed between the yields."""
    if series.is_echo_planar and series.slices > 1:
        yield from _mosaics(session, series, started_at)
        return
    for ds, volume, _ in classic.slices(session, series, started_at):
        ds.ImageType = _image_type(series, volume)
        add_private(ds, session, series, volume, mosaic=False)
        yield ds


def mosaic(pixels: Pixels) -> Pixels:
    """Slices [slice, row, column] tiled into the smallest square, left to right, top to bottom."""
    slices, rows, columns = pixels.shape
    side = math.ceil(math.sqrt(slices))
    tiles = np.zeros((side * side, rows, columns), np.uint16)
    tiles[:slices] = pixels
    return tiles.reshape(side, side, rows, columns).swapaxes(1, 2).reshape(side * rows, side * columns)


def _mosaics(session: SessionSpec, series: SeriesSpec, started_at: datetime) -> Iterator[Dataset]:
    ds = classic.mr_series(session, series, started_at)
    ds.ImagePositionPatient = decimal(*_corner(series))
    for volume in acquire(series, session.seed):
        classic.set_moment(ds, volume, started_at)
        ds.ImageType = _image_type(series, volume)
        classic.set_pixels(ds, mosaic(volume.pixels))
        add_private(ds, session, series, volume, mosaic=True)
        study.identify(ds, session, series, study.MR_IMAGE, 1 + volume.index)
        yield ds


def _corner(series: SeriesSpec) -> tuple[float, ...]:
    """The position is that of the first slice as if it were in the middle of the whole mosaic."""
    side = math.ceil(math.sqrt(series.slices))
    along = row_and_column(series.orientation)
    right, down = ((side - 1) * n / 2 * series.pixel_mm for n in (series.columns, series.rows))
    first = enumerate(slice_position(series, 0))
    return tuple(p - right * along[i] - down * along[3 + i] for i, p in first)


def _image_type(series: SeriesSpec, volume: Acquired) -> list[str]:
    if series.contrast is Contrast.FIELDMAP_PHASE:
        return ["ORIGINAL", "PRIMARY", "P", "ND"]
    measured = ["DIFFUSION", "NONE"] if series.contrast is Contrast.DIFFUSION else ["M"]
    kind = ["ORIGINAL", "PRIMARY", *measured, "ND"]
    if series.is_echo_planar:
        return [*kind, *([f"TE{volume.echo_number}"] if len(series.echo_ms) > 1 else []), "MOSAIC"]
    return [*kind, "NORM"]


def add_private(
    ds: Dataset, session: SessionSpec, series: SeriesSpec, volume: Acquired, *, mosaic: bool
) -> None:
    header = ds.private_block(0x0019, "SIEMENS MR HEADER", create=True)
    header.add_new(0x08, "CS", "IMAGE NUM 4")
    header.add_new(0x09, "LO", "1.0")
    if mosaic:
        header.add_new(0x0A, "US", series.slices)
        header.add_new(0x28, "FD", 27.778)
        header.add_new(0x29, "FD", csa.slice_times_ms(series))
    if volume.b_value is not None:
        header.add_new(0x0C, "IS", str(int(volume.b_value)))
        header.add_new(0x0E, "FD", list(volume.direction))
    blobs = ds.private_block(0x0029, "SIEMENS CSA HEADER", create=True)
    blobs.add_new(0x08, "CS", "IMAGE NUM 4")
    blobs.add_new(0x09, "LO", session.date.strftime("%Y%m%d"))
    blobs.add_new(0x10, "OB", csa.image_header(series, mosaic=mosaic, b_value=volume.b_value))
    blobs.add_new(0x18, "CS", "MR")
    blobs.add_new(0x20, "OB", csa.series_header(series))
    text = ds.private_block(0x0051, "SIEMENS MR HEADER", create=True)
    text.add_new(0x08, "CS", "IMAGE NUM 4")
    text.add_new(0x0A, "LO", f"TA {series.duration_s / 60:05.2f}")
    text.add_new(0x0B, "LO", f"{series.rows}*{series.columns}")
    text.add_new(0x0F, "LO", "HC1-7;NC1,2")
    text.add_new(0x16, "LO", "M/ND/MOSAIC" if mosaic else "M/ND/NORM")
