"""The dialect of GE consoles: signed 16-bit classic slices with groups 0009, 0019, 0025 and 0043."""

from collections.abc import Iterator
from datetime import datetime

from pydicom.dataset import Dataset

from fornix.simulator.mri import classic
from fornix.simulator.mri.spec import Contrast, SeriesSpec, SessionSpec
from fornix.simulator.mri.volumes import Acquired


def instances(session: SessionSpec, series: SeriesSpec, started_at: datetime) -> Iterator[Dataset]:
    """The data sets of a series; one object changed between the yields."""
    volumes = max(series.volumes, len(series.b_values), 1)
    for ds, volume, index in classic.slices(session, series, started_at):
        kind = "EPI" if series.is_echo_planar else "OTHER"
        ds.ImageType = ["ORIGINAL", "PRIMARY", kind, "NONE"]
        ds.ScanningSequence = ["EP", "GR"] if series.is_echo_planar else ["GR"]
        ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 15, 1
        ds.NumberOfTemporalPositions = volumes
        ds.ImagesInAcquisition = series.slices * volumes
        ds.StackID = "1"
        ds.InStackPositionNumber = 1 + index
        _add_private(ds, series, volume)
        yield ds


def _add_private(ds: Dataset, series: SeriesSpec, volume: Acquired) -> None:
    identity = ds.private_block(0x0009, "GEMS_IDEN_01", create=True)
    identity.add_new(0x02, "SH", "MRS7")
    identity.add_new(0x04, "SH", "SIGNA")
    acquisition = ds.private_block(0x0019, "GEMS_ACQU_01", create=True)
    acquisition.add_new(0x9C, "LO", "efgre3d" if series.is_three_dimensional else "epiRT")
    acquisition.add_new(0xBB, "DS", f"{volume.direction[0]:.6f}")
    acquisition.add_new(0xBC, "DS", f"{volume.direction[1]:.6f}")
    acquisition.add_new(0xBD, "DS", f"{volume.direction[2]:.6f}")
    relation = ds.private_block(0x0025, "GEMS_SERS_01", create=True)
    relation.add_new(0x07, "SL", series.slices)
    # The protocol, compressed on a real console: here only as long as there.
    relation.add_new(0x1B, "OB", b"\x1f\x8b".ljust(910, b"\0"))
    parameters = ds.private_block(0x0043, "GEMS_PARM_01", create=True)
    parameters.add_new(0x2F, "SS", 1 if series.contrast is Contrast.FIELDMAP_PHASE else 0)
    parameters.add_new(0x39, "IS", [str(1_000_000_000 + int(volume.b_value or 0)), "8", "0", "0"])
