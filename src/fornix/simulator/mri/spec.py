"""What a simulated MR session is made of. Values only: knows nothing of DICOM encoding or of files."""

from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum


class Vendor(StrEnum):
    """Whose console wrote the files: each has its own dialect of DICOM."""

    SIEMENS = "siemens"  # VE11: classic slices and mosaics
    SIEMENS_XA = "siemens-xa"  # XA30: enhanced multi-frame
    GE = "ge"
    PHILIPS = "philips"  # classic single-frame
    PHILIPS_ENHANCED = "philips-enhanced"


class Contrast(StrEnum):
    """What the phantom looks like in a series."""

    T1 = "t1"
    T2 = "t2"
    FLAIR = "flair"
    EPI = "epi"
    DIFFUSION = "diffusion"
    FIELDMAP_MAGNITUDE = "fieldmap-magnitude"
    FIELDMAP_PHASE = "fieldmap-phase"


class Orientation(StrEnum):
    AXIAL = "axial"
    SAGITTAL = "sagittal"
    CORONAL = "coronal"


class Content(StrEnum):
    """Images, or one of the two passengers that consoles add to a study."""

    IMAGES = "images"
    SCREENSHOT = "screenshot"
    REPORT = "report"


@dataclass(frozen=True, slots=True)
class SeriesSpec:
    """One series. Lengths in millimetres, TR, TE and TI in milliseconds, flip angle in degrees, b in s/mm²."""

    number: int
    description: str
    contrast: Contrast = Contrast.T1
    orientation: Orientation = Orientation.AXIAL
    rows: int = 64
    columns: int = 64
    slices: int = 24
    pixel_mm: float = 3.6
    slice_mm: float = 5.0
    repetition_ms: float = 2000.0
    echo_ms: tuple[float, ...] = (30.0,)
    inversion_ms: float | None = None
    flip_deg: float = 90.0
    volumes: int = 1
    b_values: tuple[float, ...] = ()
    sequence: str = "*tfl3d1_16ns"
    coil: str = "HeadNeck_64"
    duration_s: float = 60.0
    is_three_dimensional: bool = False
    content: Content = Content.IMAGES

    @property
    def is_echo_planar(self) -> bool:
        return self.contrast in (Contrast.EPI, Contrast.DIFFUSION)


@dataclass(frozen=True, slots=True)
class SessionSpec:
    """One study of one person on one scanner. The same spec always gives the same bytes."""

    vendor: Vendor
    patient_id: str
    patient_name: str
    study_description: str
    date: date
    time: time
    series: tuple[SeriesSpec, ...]
    accession_number: str = ""
    comments: str = ""
    birth_date: str = "19900101"
    sex: str = "O"
    field_t: float = 3.0
    seed: int = 0
