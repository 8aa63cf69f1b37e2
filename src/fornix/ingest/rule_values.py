"""What site rules may ask of an arrival: DICOM keywords, and their counterparts in recordings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from fornix.dicom.header import DicomHeader
from fornix.meg.recordings import Recording

# DICOM keyword -> field of DicomHeader.
HEADER_FIELDS: Mapping[str, str] = {
    "PatientID": "patient_id",
    "PatientName": "patient_name",
    "PatientComments": "patient_comments",
    "AdditionalPatientHistory": "additional_patient_history",
    "StudyDescription": "study_description",
    "StudyComments": "study_comments",
    "StudyDate": "study_date",
    "StudyInstanceUID": "study_uid",
    "AccessionNumber": "accession_number",
    "SeriesDescription": "series_description",
    "ProtocolName": "protocol_name",
    "BodyPartExamined": "body_part",
    "Modality": "modality",
    "Manufacturer": "manufacturer",
    "ManufacturerModelName": "manufacturer_model",
    "StationName": "station_name",
    "DeviceSerialNumber": "device_serial_number",
    "SoftwareVersions": "software_versions",
    "InstitutionName": "institution_name",
}
KEYWORDS: tuple[str, ...] = tuple(HEADER_FIELDS)

_MOST_VALUES = 64  # of one keyword in one arrival
_LONGEST = 10_240  # characters of a value: LT holds no more (PS3.5 6.2)


def values_of_headers(headers: Iterable[DicomHeader]) -> Mapping[str, tuple[str, ...]]:
    """Keyword -> the different values, in the order of the files."""
    kept = list(headers)
    return {
        keyword: _distinct(getattr(header, name) for header in kept)
        for keyword, name in HEADER_FIELDS.items()
    }


def values_of_recordings(recordings: Sequence[Recording], station: str) -> Mapping[str, tuple[str, ...]]:
    """What recordings say of the same things; folders and headers name project and subject."""
    days = (f"{each.acquired.on:%Y%m%d}" for each in recordings if each.acquired.on)
    return {
        "PatientID": _distinct(each.subject or "" for each in recordings),
        "StudyDescription": _distinct(code for each in recordings for code in each.project_candidates),
        "StudyDate": _distinct(days),
        "SeriesDescription": _distinct(each.name for each in recordings),
        "ProtocolName": _distinct(each.name for each in recordings),
        "Modality": _distinct(each.modality for each in recordings),
        "StationName": _distinct([station]),
    }


def _distinct(texts: Iterable[str]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for text in texts:
        if text and len(found) < _MOST_VALUES:
            found[text[:_LONGEST]] = None
    return tuple(found)
