"""Classic MR Image Storage, one file per slice, and what all vendors write alike. Private groups are the vendors'."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import numpy as np
from pydicom.dataset import Dataset

from fornix.simulator.mri import study
from fornix.simulator.mri.spec import Contrast, SeriesSpec, SessionSpec
from fornix.simulator.mri.study import decimal
from fornix.simulator.mri.volumes import Acquired, Pixels, acquire, row_and_column, slice_position

_SCANNING_SEQUENCE = {
    Contrast.T1: ["GR", "IR"],
    Contrast.T2: ["SE"],
    Contrast.FLAIR: ["SE", "IR"],
    Contrast.EPI: ["EP"],
    Contrast.DIFFUSION: ["EP"],
}


def mr_series(session: SessionSpec, series: SeriesSpec, started_at: datetime) -> Dataset:
    """The MR Image module's elements that a whole series shares (PS3.3 C.8.3.1)."""
    ds = study.series_dataset(session, series, started_at)
    ds.ScanningSequence = _SCANNING_SEQUENCE.get(series.contrast, ["GR"])
    ds.SequenceVariant = "SK"
    ds.ScanOptions = "FS" if series.is_echo_planar else ""
    ds.MRAcquisitionType = "3D" if series.is_three_dimensional else "2D"
    ds.SequenceName = series.sequence
    ds.SliceThickness = decimal(series.slice_mm)[0]
    ds.RepetitionTime = decimal(series.repetition_ms)[0]
    if series.inversion_ms is not None:
        ds.InversionTime = decimal(series.inversion_ms)[0]
    ds.NumberOfAverages = "1"
    ds.ImagingFrequency = decimal(42.577 * session.field_t)[0]
    ds.ImagedNucleus = "1H"
    ds.MagneticFieldStrength = decimal(session.field_t)[0]
    ds.SpacingBetweenSlices = decimal(series.slice_mm)[0]
    ds.NumberOfPhaseEncodingSteps = series.rows
    ds.EchoTrainLength = series.rows if series.is_echo_planar else 1
    ds.PercentSampling = ds.PercentPhaseFieldOfView = "100"
    ds.PixelBandwidth = "2170" if series.is_echo_planar else "240"
    ds.ReceiveCoilName = series.coil
    ds.TransmitCoilName = "Body"
    ds.AcquisitionMatrix = [series.columns, 0, 0, series.rows]
    ds.InPlanePhaseEncodingDirection = "COL" if series.is_echo_planar else "ROW"
    ds.FlipAngle = decimal(series.flip_deg)[0]
    ds.ImageOrientationPatient = decimal(*row_and_column(series.orientation))
    ds.PixelSpacing = decimal(series.pixel_mm, series.pixel_mm)
    return ds


def set_pixels(ds: Dataset, pixels: Pixels) -> None:
    """The Image Pixel module (PS3.3 C.7.6.3) for one slice [row, column] or frames [frame, row, column]."""
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.Rows, ds.Columns = pixels.shape[-2:]
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 12, 11, 0
    ds.SmallestImagePixelValue, ds.LargestImagePixelValue = int(pixels.min()), int(pixels.max())
    window = float(np.percentile(pixels, 99.5))
    ds.WindowCenter, ds.WindowWidth = decimal(round(window / 2), round(window))
    ds.PixelData = pixels.astype("<u2").tobytes()


def set_moment(ds: Dataset, volume: Acquired, started_at: datetime) -> None:
    acquired_at = started_at + timedelta(seconds=volume.started_s)
    ds.AcquisitionDate = ds.ContentDate = acquired_at.strftime("%Y%m%d")
    ds.AcquisitionTime = ds.ContentTime = study.clock(acquired_at)
    ds.AcquisitionNumber = 1 + volume.moment
    ds.EchoTime = decimal(volume.echo_ms)[0]
    ds.EchoNumbers = volume.echo_number


def slices(
    session: SessionSpec, series: SeriesSpec, started_at: datetime
) -> Iterator[tuple[Dataset, Acquired, int]]:
    """Every slice of every volume: the data set, its volume and its slice index.

    It is one data set, changed between the yields: copying its elements for each slice would cost most of the time.
    """
    ds = mr_series(session, series, started_at)
    for volume in acquire(series, session.seed):
        set_moment(ds, volume, started_at)
        for index in range(series.slices):
            position = slice_position(series, index)
            ds.ImagePositionPatient = decimal(*position)
            ds.SliceLocation = decimal(series.slice_mm * index)[0]
            set_pixels(ds, volume.pixels[index])
            study.identify(ds, session, series, study.MR_IMAGE, 1 + volume.index * series.slices + index)
            yield ds, volume, index
