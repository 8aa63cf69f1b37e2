"""One DICOM file's bytes -> the header values the archive works with. Knows no files, databases or projects."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from fornix.dicom import tags
from fornix.dicom.envelope import (
    DEFLATED,
    MEDIA_DIRECTORY,
    Envelope,
    is_explicit,
    is_little_endian,
    looks_like_dicom,
    read_envelope,
)
from fornix.dicom.signatures import why_not_dicom
from fornix.dicom.source import Inflater, ReadAt, Window
from fornix.dicom.text import UNDECLARED, Charset
from fornix.dicom.values import RawValues, integer_of
from fornix.dicom.walk import Elements, Walker
from fornix.errors import Invalid

__all__ = ["PREFIX_BYTES", "DicomHeader", "NotDicom", "looks_like_dicom", "read_header"]

#: A good number of bytes to give to `read_header` first: most headers are read without a second look at the file.
PREFIX_BYTES = 64 * 1024

#: The largest number of frames that is believed; whole-slide images, the longest real ones, stay below it.
MAX_FRAMES = 1_000_000


class NotDicom(Invalid):
    """This file is not DICOM."""


@dataclass(frozen=True, slots=True, repr=False)
class DicomHeader:
    """Header values of one instance (PS3.3 C.7), decoded; missing text is empty, dates and times are as written."""

    study_uid: str
    series_uid: str
    sop_instance_uid: str
    sop_class_uid: str
    transfer_syntax_uid: str
    """Empty when the file does not say."""

    patient_id: str
    patient_name: str
    patient_birth_date: str
    patient_sex: str

    study_date: str
    study_time: str
    series_date: str
    series_time: str
    acquisition_date: str
    acquisition_time: str
    content_date: str
    content_time: str
    acquisition_datetime: str
    timezone_offset: str
    """Of all dates and times here, as `+0100`; mostly empty (PS3.3 C.12.1.1.8)."""

    study_description: str
    series_description: str
    protocol_name: str
    accession_number: str
    patient_comments: str
    study_comments: str
    additional_patient_history: str

    modality: str
    series_number: int | None
    acquisition_number: int | None
    instance_number: int | None
    number_of_frames: int
    """0 for objects without an image (reports, documents); never below 1 for images."""
    rows: int | None
    columns: int | None
    image_type: tuple[str, ...]
    body_part: str

    manufacturer: str
    manufacturer_model: str
    station_name: str
    device_serial_number: str
    software_versions: str
    institution_name: str

    dataset_offset: int
    """The first byte after group 0002: the hash that says "the same data set" begins here."""
    has_preamble: bool
    has_standard_preamble: bool
    is_media_directory: bool
    """A DICOMDIR: an index of a medium, not an instance (PS3.3 F)."""
    is_truncated: bool
    """The bytes end before the data set does."""

    raw: RawValues = field(compare=False)
    """What the series card needs besides."""

    def __repr__(self) -> str:
        # Names and ids of people never reach logs, so they are not in here.
        return f"<DicomHeader {self.sop_instance_uid or 'without UID'}>"


# Field of DicomHeader and attribute, by how it is decoded: default repertoire, declared repertoire, integer.
_CODES = {
    "study_uid": tags.StudyInstanceUID,
    "series_uid": tags.SeriesInstanceUID,
    "sop_instance_uid": tags.SOPInstanceUID,
    "sop_class_uid": tags.SOPClassUID,
    "patient_birth_date": tags.PatientBirthDate,
    "patient_sex": tags.PatientSex,
    "study_date": tags.StudyDate,
    "study_time": tags.StudyTime,
    "series_date": tags.SeriesDate,
    "series_time": tags.SeriesTime,
    "acquisition_date": tags.AcquisitionDate,
    "acquisition_time": tags.AcquisitionTime,
    "content_date": tags.ContentDate,
    "content_time": tags.ContentTime,
    "acquisition_datetime": tags.AcquisitionDateTime,
    "timezone_offset": tags.TimezoneOffsetFromUTC,
    "modality": tags.Modality,
    "body_part": tags.BodyPartExamined,
}

_TEXTS = {
    "patient_id": tags.PatientID,
    "study_description": tags.StudyDescription,
    "series_description": tags.SeriesDescription,
    "protocol_name": tags.ProtocolName,
    "accession_number": tags.AccessionNumber,
    "patient_comments": tags.PatientComments,
    "study_comments": tags.StudyComments,
    "additional_patient_history": tags.AdditionalPatientHistory,
    "manufacturer": tags.Manufacturer,
    "manufacturer_model": tags.ManufacturerModelName,
    "station_name": tags.StationName,
    "device_serial_number": tags.DeviceSerialNumber,
    "software_versions": tags.SoftwareVersions,
    "institution_name": tags.InstitutionName,
}

_INTEGERS = {
    "series_number": tags.SeriesNumber,
    "acquisition_number": tags.AcquisitionNumber,
    "instance_number": tags.InstanceNumber,
    "rows": tags.Rows,
    "columns": tags.Columns,
}


def read_header(prefix: bytes, read_at: ReadAt | None = None, *, length: int | None = None) -> DicomHeader:
    """The header of the file that begins with `prefix` (`PREFIX_BYTES` of it are a good start, or all).

    `read_at(offset, size)` gives bytes beyond the prefix; without it the prefix is the whole file. It is called
    only when the header goes on, and large values are skipped, not read. `length` is the file's, if known: it
    lets a cut-off file be noticed. Raises NotDicom, and nothing else, whatever the bytes are.
    """
    if read_at is not None and len(prefix) < PREFIX_BYTES and (length is None or len(prefix) < length):
        prefix = read_at(0, PREFIX_BYTES)
    envelope = read_envelope(prefix)
    if envelope is None:
        raise NotDicom(why_not_dicom(prefix))
    if length is None and read_at is None:
        length = len(prefix)
    elements = _walk(prefix, read_at, envelope, length)
    if not elements.values and not envelope.media_sop_instance_uid:
        raise NotDicom(
            "It begins like DICOM, but says neither what it is nor whose: it is cut off, damaged or empty."
        )
    return _header(envelope, elements)


def _walk(prefix: bytes, read_at: ReadAt | None, envelope: Envelope, length: int | None) -> Elements:
    offset = envelope.dataset_offset
    window = Window(prefix, read_at)
    if envelope.transfer_syntax_uid in DEFLATED and not _is_plain(window.bytes_at(offset, 8)):
        inflater = Inflater(window, offset)
        window = Window(inflater.read_at(0, PREFIX_BYTES), inflater.read_at)
        offset, length = 0, None
    first = window.bytes_at(offset, 8)
    walker = Walker(window, offset, length, explicit=is_explicit(first), little=is_little_endian(first))
    return walker.walk()


def _is_plain(first: bytes) -> bool:
    """Whether bytes that should be deflated are an element of group 0008 as they stand: a writer forgot to deflate."""
    return first[:2] == b"\x08\x00" and is_explicit(first)


def _header(envelope: Envelope, found: Elements) -> DicomHeader:
    get = found.values.get
    declared = get(tags.SpecificCharacterSet)
    charset = Charset(declared) if declared else UNDECLARED
    fields: dict[str, Any] = {name: _code(get(tag)) for name, tag in _CODES.items()}
    fields.update([(name, charset.text(get(tag))) for name, tag in _TEXTS.items()])
    fields.update([(name, _integer(found, tag)) for name, tag in _INTEGERS.items()])
    fields["sop_class_uid"] = fields["sop_class_uid"] or envelope.media_sop_class_uid
    fields["sop_instance_uid"] = fields["sop_instance_uid"] or envelope.media_sop_instance_uid
    image_type = _code(get(tags.ImageType))
    return DicomHeader(
        **fields,
        patient_name=charset.name(get(tags.PatientName)),
        image_type=tuple(part.strip() for part in image_type.split("\\")) if image_type else (),
        number_of_frames=_frames(found, is_image=bool(fields["rows"] and fields["columns"])),
        transfer_syntax_uid=envelope.transfer_syntax_uid,
        dataset_offset=envelope.dataset_offset,
        has_preamble=envelope.has_preamble,
        has_standard_preamble=envelope.has_standard_preamble,
        is_media_directory=fields["sop_class_uid"] == MEDIA_DIRECTORY,
        is_truncated=found.is_truncated,
        raw=RawValues(
            found.is_little_endian,
            found.values,
            found.odd_vrs,
            found.group_values,
            found.group_odd_vrs,
            frozenset(found.echo_times),
        ),
    )


def _code(value: bytes | None) -> str:
    if not value:
        return ""
    text = value.decode("latin-1").strip("\0 ")
    return text.replace("\0", "") if "\0" in text else text


def _integer(found: Elements, tag: int) -> int | None:
    vr = found.odd_vrs.get(tag) or tags.WANTED[tag]
    return integer_of(found.values.get(tag), vr, little_endian=found.is_little_endian)


def _frames(found: Elements, *, is_image: bool) -> int:
    """Number of Frames (PS3.3 C.7.6.6) where it is believable."""
    written = _integer(found, tags.NumberOfFrames)
    if written is not None and 1 <= written <= MAX_FRAMES:
        return written
    return 1 if is_image else 0
