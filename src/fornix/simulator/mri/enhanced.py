"""Enhanced MR Image Storage (PS3.3 A.36): many frames in one file, as Siemens XA and Philips write it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.tag import Tag
from pydicom.uid import UID

from fornix.simulator.mri import classic, study
from fornix.simulator.mri.spec import Contrast, SeriesSpec, SessionSpec, Vendor
from fornix.simulator.mri.study import code, decimal
from fornix.simulator.mri.uids import uid
from fornix.simulator.mri.volumes import Acquired, acquire, row_and_column, slice_position

_FRAME_CONTENT = 0x00209111


@dataclass(frozen=True, slots=True)
class _Frame:
    volume: Acquired
    slice_index: int
    acquired_at: datetime


def instances(session: SessionSpec, series: SeriesSpec, started_at: datetime) -> Iterator[Dataset]:
    """Siemens: one file per volume of a time series. Philips: all frames of the series in one file."""
    volumes = list(acquire(series, session.seed))
    per_file = 1 if session.vendor is Vendor.SIEMENS_XA and series.is_echo_planar else len(volumes)
    for number, first in enumerate(range(0, len(volumes), per_file), 1):
        yield _instance(session, series, started_at, volumes[first : first + per_file], number)


def _instance(
    session: SessionSpec, series: SeriesSpec, started_at: datetime, volumes: list[Acquired], number: int
) -> Dataset:
    acquired_at = started_at + timedelta(seconds=volumes[0].started_s)
    ds = study.series_dataset(session, series, started_at)
    ds.ImageType = ["ORIGINAL", "PRIMARY", _component(series)[0], "NONE"]
    ds.ContentDate, ds.ContentTime = acquired_at.strftime("%Y%m%d"), study.clock(acquired_at)
    ds.AcquisitionDateTime = acquired_at.strftime("%Y%m%d%H%M%S.%f")
    ds.AcquisitionNumber = number
    ds.AcquisitionDuration = series.duration_s
    ds.MagneticFieldStrength = decimal(session.field_t)[0]
    ds.MRAcquisitionType = "3D" if series.is_three_dimensional else "2D"
    ds.PulseSequenceName = series.sequence
    ds.EchoPlanarPulseSequence = "YES" if series.is_echo_planar else "NO"
    ds.ResonantNucleus = "1H"
    ds.PixelPresentation, ds.VolumetricProperties = "MONOCHROME", "VOLUME"
    ds.VolumeBasedCalculationTechnique, ds.ComplexImageComponent = "NONE", _component(series)[1]
    ds.AcquisitionContrast = "DIFFUSION" if series.contrast is Contrast.DIFFUSION else "UNKNOWN"
    ds.BurnedInAnnotation, ds.LossyImageCompression = "NO", "00"
    _add_dimensions(ds, uid(study.series_uid(session, series), "dimensions", number))
    frames = [_Frame(v, i, acquired_at) for v in volumes for i in range(series.slices)]
    ds.NumberOfFrames = len(frames)
    classic.set_pixels(ds, np.concatenate([volume.pixels for volume in volumes]))
    ds.SharedFunctionalGroupsSequence = Sequence([_shared(series)])
    ds.PerFrameFunctionalGroupsSequence = Sequence([_per_frame(series, frame) for frame in frames])
    _add_private(ds, session)
    study.identify(ds, session, series, study.ENHANCED_MR_IMAGE, number)
    return ds


def _component(series: SeriesSpec) -> tuple[str, str]:
    return ("P", "PHASE") if series.contrast is Contrast.FIELDMAP_PHASE else ("M", "MAGNITUDE")


def _add_dimensions(ds: Dataset, organization_uid: str) -> None:
    """Multi-frame Dimension module (PS3.3 C.7.6.17): stack, position in it, time."""
    organization = Dataset()
    organization.DimensionOrganizationUID = UID(organization_uid)
    ds.DimensionOrganizationSequence = Sequence([organization])
    pointers = []
    for tag in (0x00209056, 0x00209057, 0x00209128):
        pointer = Dataset()
        pointer.DimensionOrganizationUID = UID(organization_uid)
        pointer.DimensionIndexPointer, pointer.FunctionalGroupPointer = Tag(tag), Tag(_FRAME_CONTENT)
        pointers.append(pointer)
    ds.DimensionIndexSequence = Sequence(pointers)


def _group(**elements: object) -> Sequence:
    item = Dataset()
    for keyword, value in elements.items():
        setattr(item, keyword, value)
    return Sequence([item])


def _shared(series: SeriesSpec) -> Dataset:
    """Functional groups that hold for all frames (PS3.3 C.8.13.5)."""
    ds = Dataset()
    ds.MRTimingAndRelatedParametersSequence = _group(
        RepetitionTime=decimal(series.repetition_ms)[0],
        EchoTrainLength=series.rows if series.is_echo_planar else 1,
        FlipAngle=decimal(series.flip_deg)[0],
    )
    ds.MRReceiveCoilSequence = _group(ReceiveCoilName=series.coil, ReceiveCoilType="MULTICOIL")
    ds.MRTransmitCoilSequence = _group(TransmitCoilName="Body", TransmitCoilType="BODY")
    ds.MRFOVGeometrySequence = _group(
        InPlanePhaseEncodingDirection="COLUMN" if series.is_echo_planar else "ROW",
        MRAcquisitionFrequencyEncodingSteps=series.columns,
        MRAcquisitionPhaseEncodingStepsInPlane=series.rows,
    )
    inversion: dict[str, object] = {"InversionRecovery": "NO"}
    if series.inversion_ms is not None:
        inversion = {"InversionRecovery": "YES", "InversionTimes": [series.inversion_ms]}
    ds.MRModifierSequence = _group(**inversion)
    ds.MRImagingModifierSequence = _group(PixelBandwidth="2170" if series.is_echo_planar else "240")
    brain = Dataset()
    brain.AnatomicRegionSequence = Sequence([code("T-A0100", "SRT", "Brain")])
    brain.FrameLaterality = "U"
    ds.FrameAnatomySequence = Sequence([brain])
    ds.PlaneOrientationSequence = _group(ImageOrientationPatient=decimal(*row_and_column(series.orientation)))
    ds.PixelMeasuresSequence = _group(
        SliceThickness=decimal(series.slice_mm)[0],
        SpacingBetweenSlices=decimal(series.slice_mm)[0],
        PixelSpacing=decimal(series.pixel_mm, series.pixel_mm),
    )
    return ds


def _per_frame(series: SeriesSpec, frame: _Frame) -> Dataset:
    volume, moment = frame.volume, 1 + frame.volume.moment
    ds = Dataset()
    ds.MREchoSequence = _group(EffectiveEchoTime=volume.echo_ms)
    if volume.b_value is not None:
        ds.MRDiffusionSequence = _diffusion(volume)
    ds.MRImageFrameTypeSequence = _group(FrameType=["ORIGINAL", "PRIMARY", _component(series)[0], "NONE"])
    acquired_at = frame.acquired_at + timedelta(seconds=volume.started_s)
    ds.FrameContentSequence = _group(
        FrameAcquisitionDateTime=acquired_at.strftime("%Y%m%d%H%M%S.%f"),
        StackID="1",
        InStackPositionNumber=1 + frame.slice_index,
        TemporalPositionIndex=moment,
        DimensionIndexValues=[1, 1 + frame.slice_index, moment],
    )
    ds.PlanePositionSequence = _group(
        ImagePositionPatient=decimal(*slice_position(series, frame.slice_index))
    )
    ds.PixelValueTransformationSequence = _group(RescaleIntercept="0", RescaleSlope="1", RescaleType="US")
    return ds


def _diffusion(volume: Acquired) -> Sequence:
    """MR Diffusion macro (PS3.3 C.8.13.5.9): a direction only where one was applied."""
    if not volume.b_value:
        return _group(DiffusionBValue=0.0, DiffusionDirectionality="NONE")
    direction = _group(DiffusionGradientOrientation=list(volume.direction))
    return _group(
        DiffusionBValue=volume.b_value,
        DiffusionDirectionality="DIRECTIONAL",
        DiffusionGradientDirectionSequence=direction,
    )


def _add_private(ds: Dataset, session: SessionSpec) -> None:
    if session.vendor is Vendor.SIEMENS_XA:
        block = ds.private_block(0x0021, "SIEMENS MR SDR 01", create=True)
        block.add_new(0x01, "LO", "ACQUISITION")
    else:
        block = ds.private_block(0x2001, "Philips Imaging DD 001", create=True)
        block.add_new(0x20, "LO", "FFE")
