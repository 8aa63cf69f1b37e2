"""Simulated MR sessions: a procedural head, acquired and written as DICOM in the dialects of several vendors."""

from fornix.simulator.mri.bulk import write_classic, write_mosaic
from fornix.simulator.mri.session import write_session
from fornix.simulator.mri.spec import Content, Contrast, Orientation, SeriesSpec, SessionSpec, Vendor

__all__ = [
    "Content",
    "Contrast",
    "Orientation",
    "SeriesSpec",
    "SessionSpec",
    "Vendor",
    "write_classic",
    "write_mosaic",
    "write_session",
]
