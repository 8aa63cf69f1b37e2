"""The dialect of Philips classic slices: rescaled values, group 2001 and 2005, series numbers in hundreds."""

from collections.abc import Iterator
from datetime import datetime

from pydicom.dataset import Dataset

from fornix.simulator.mri import classic
from fornix.simulator.mri.spec import Contrast, SeriesSpec, SessionSpec
from fornix.simulator.mri.volumes import Acquired

SCALE_SLOPE = 0.0043


def instances(session: SessionSpec, series: SeriesSpec, started_at: datetime) -> Iterator[Dataset]:
    """The data sets of a series; one object changed between the yields."""
    volumes = max(series.volumes, len(series.b_values), 1)
    component = "P" if series.contrast is Contrast.FIELDMAP_PHASE else "M"
    for ds, volume, index in classic.slices(session, series, started_at):
        ds.ImageType = ["ORIGINAL", "PRIMARY", f"{component}_FFE", component, "FFE"]
        ds.ReceiveCoilName = "MULTI COIL"
        ds.TemporalPositionIdentifier = 1 + volume.moment
        ds.NumberOfTemporalPositions = volumes
        ds.AcquisitionDuration = series.duration_s
        ds.DiffusionBValue = float(volume.b_value or 0)
        ds.DiffusionGradientOrientation = list(volume.direction)
        ds.RescaleIntercept, ds.RescaleSlope, ds.RescaleType = "0", "1.29035409035409", "normalized"
        _add_private(ds, series, volume, index)
        yield ds


def _add_private(ds: Dataset, series: SeriesSpec, volume: Acquired, index: int) -> None:
    imaging = ds.private_block(0x2001, "Philips Imaging DD 001", create=True)
    imaging.add_new(0x03, "FL", float(volume.b_value or 0))
    imaging.add_new(0x0A, "IS", str(1 + index))
    imaging.add_new(0x18, "SL", series.slices)
    imaging.add_new(0x20, "LO", "FFE")
    imaging.add_new(0x81, "IS", str(max(series.volumes, len(series.b_values), 1)))
    mr = ds.private_block(0x2005, "Philips MR Imaging DD 001", create=True)
    mr.add_new(0x0D, "FL", 0.0)
    mr.add_new(0x0E, "FL", SCALE_SLOPE)
