"""What rides in a study beside its images: a screenshot (Secondary Capture) and Siemens' PhoenixZIPReport (SR)."""

from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import numpy as np
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from fornix.simulator.mri import csa, study
from fornix.simulator.mri.spec import Contrast, SeriesSpec, SessionSpec
from fornix.simulator.mri.study import code
from fornix.simulator.mri.volumes import acquire


def screenshot(session: SessionSpec, series: SeriesSpec, started_at: datetime) -> Iterator[Dataset]:
    """Secondary Capture in colour (PS3.3 A.8.1): the middle slice with a bar drawn over it."""
    ds = study.series_dataset(session, series, started_at)
    ds.ConversionType = "WSD"
    ds.ImageType = ["DERIVED", "SECONDARY", "SCREEN SAVE"]
    ds.ContentDate, ds.ContentTime = started_at.strftime("%Y%m%d"), study.clock(started_at)
    grey = next(acquire(series, session.seed)).pixels[series.slices // 2].astype(np.float32)
    colour = np.repeat(np.clip(grey / 8, 0, 255).astype(np.uint8)[:, :, None], 3, axis=2)
    colour[4:8, 4:-4] = (233, 196, 106)
    ds.SamplesPerPixel, ds.PhotometricInterpretation, ds.PlanarConfiguration = 3, "RGB", 0
    ds.Rows, ds.Columns = colour.shape[:2]
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 8, 8, 7, 0
    ds.PixelData = colour.tobytes()
    study.identify(ds, session, series, study.SECONDARY_CAPTURE, 1)
    yield ds


def phoenix_report(session: SessionSpec, series: SeriesSpec, started_at: datetime) -> Iterator[Dataset]:
    """An Enhanced SR without pixels (PS3.3 A.35.2) whose protocol lies zipped in a private group."""
    ds = study.series_dataset(session, series, started_at)
    ds.Modality = "SR"
    ds.ImageType = ["ORIGINAL", "PRIMARY", "OTHER", "CSA REPORT"]
    ds.ContentDate, ds.ContentTime = started_at.strftime("%Y%m%d"), study.clock(started_at)
    ds.ReferencedPerformedProcedureStepSequence = Sequence([])
    ds.PerformedProcedureCodeSequence = Sequence([])
    ds.ValueType, ds.ContinuityOfContent = "CONTAINER", "SEPARATE"
    ds.CompletionFlag, ds.VerificationFlag = "PARTIAL", "UNVERIFIED"
    ds.ConceptNameCodeSequence = Sequence([code("A-10", "99SMS_CTMR", "Phoenix ZIP Acquisition Report")])
    ds.ContentSequence = Sequence([_language(), _comment()])
    block = ds.private_block(0x0029, "SIEMENS CSA HEADER", create=True)
    block.add_new(
        0x10, "OB", _zipped(csa.series_header(SeriesSpec(series.number, series.description, Contrast.EPI)))
    )
    report = ds.private_block(0x0029, "SIEMENS CSA REPORT", create=True)
    report.add_new(0x08, "CS", "PHOENIXZIP")
    report.add_new(0x09, "LO", "1.0")
    study.identify(ds, session, series, study.ENHANCED_SR, 1)
    yield ds


def _language() -> Dataset:
    item = Dataset()
    item.RelationshipType, item.ValueType = "HAS CONCEPT MOD", "CODE"
    item.ConceptNameCodeSequence = Sequence(
        [code("121049", "DCM", "Language of Content Item and Descendants")]
    )
    item.ConceptCodeSequence = Sequence([code("eng", "ISO639_2", "English")])
    return item


def _comment() -> Dataset:
    item = Dataset()
    item.RelationshipType, item.ValueType = "CONTAINS", "TEXT"
    item.ConceptNameCodeSequence = Sequence([code("121106", "DCM", "Comment")])
    item.TextValue = "n.a."
    return item


def _zipped(content: bytes) -> bytes:
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        # A fixed time keeps the file a function of the spec.
        archive.writestr(ZipInfo("protocol.txt", (2000, 1, 1, 0, 0, 0)), content)
    raw = buffer.getvalue()
    return raw + b"\0" * (len(raw) % 2)
