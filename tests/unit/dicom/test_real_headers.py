"""Real scanner files: the same values as pydicom reads, and the facts that were read independently."""

import collections
import io
import json
import warnings
from pathlib import Path

import pydicom
import pytest

from fornix.dicom.card import series_card
from fornix.dicom.header import PREFIX_BYTES, DicomHeader, NotDicom, read_header
from fornix.dicom.scan_types import scan_type

TEXTS = {
    "study_uid": "StudyInstanceUID",
    "series_uid": "SeriesInstanceUID",
    "patient_id": "PatientID",
    "patient_name": "PatientName",
    "patient_birth_date": "PatientBirthDate",
    "patient_sex": "PatientSex",
    "study_date": "StudyDate",
    "study_time": "StudyTime",
    "acquisition_time": "AcquisitionTime",
    "study_description": "StudyDescription",
    "series_description": "SeriesDescription",
    "protocol_name": "ProtocolName",
    "accession_number": "AccessionNumber",
    "patient_comments": "PatientComments",
    "modality": "Modality",
    "manufacturer": "Manufacturer",
    "station_name": "StationName",
    "software_versions": "SoftwareVersions",
}
INTEGERS = {
    "series_number": "SeriesNumber",
    "instance_number": "InstanceNumber",
    "rows": "Rows",
    "columns": "Columns",
}
FOLDERS = (
    "charsets",
    "ct-siemens-header-only",
    "dicomdir-three-patients",
    "edge-pydicom",
    "ge-architect-b0map",
    "ge-mr750-epirt",
    "philips-achieva-classic-epi",
    "philips-enhanced-multiframe-b0",
    "siemens-phoenix-report-sr",
    "siemens-prisma-multiecho-mosaic",
    "siemens-skyra-mosaic-epi",
    "siemens-terrax-mr-spectroscopy",
    "siemens-vida-xa10-enhanced",
    "transfer-syntaxes-one-series",
)


def read_file(path: Path) -> DicomHeader | None:
    data = path.read_bytes()
    try:
        return read_header(data[:PREFIX_BYTES], lambda at, size: data[at : at + size], length=len(data))
    except NotDicom:
        return None


def headers(folder: Path) -> dict[Path, DicomHeader]:
    found = {path: read_file(path) for path in sorted(folder.rglob("*")) if path.is_file()}
    return {path: header for path, header in found.items() if header is not None}


def as_pydicom_reads(path: Path) -> dict[str, object]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ds = pydicom.dcmread(io.BytesIO(path.read_bytes()), force=True, stop_before_pixels=True)
        texts = {name: as_text(ds.get(keyword)) for name, keyword in TEXTS.items()}
        numbers = {name: as_number(ds.get(keyword)) for name, keyword in INTEGERS.items()}
    return {**texts, **numbers}


def as_text(value: object) -> str:
    if isinstance(value, pydicom.multival.MultiValue):
        return "\\".join(str(part) for part in value)
    return "" if value is None else str(value).strip()


def as_number(value: object) -> int | None:
    return None if value in (None, "") else int(str(value))


@pytest.mark.parametrize("folder", FOLDERS)
def test_real_files_are_read_as_pydicom_reads_them(shared_data, folder):
    found = headers(shared_data / "dicom" / folder)

    assert found
    for path, header in found.items():
        ours = {name: getattr(header, name) for name in (*TEXTS, *INTEGERS)}
        assert ours == as_pydicom_reads(path), path.name


@pytest.mark.parametrize("folder", FOLDERS)
def test_studies_series_and_instances_agree_with_the_facts(shared_data, folder):
    facts = json.loads((shared_data / "dicom-facts.json").read_text())[folder]
    expected = {
        (study["study_instance_uid"], series["series_instance_uid"]): series["instances"]
        for study in facts["studies"]
        for series in study["series"]
        if study["study_instance_uid"]
    }
    instances = collections.defaultdict(set)

    for header in headers(shared_data / "dicom" / folder).values():
        if header.study_uid:
            instances[header.study_uid, header.series_uid or None].add(header.sop_instance_uid)

    assert {key: len(uids) for key, uids in instances.items()} == expected


REFUSED = {
    "zipMR.gz": "gzip",
    "no_meta.dcm": "neither the DICOM mark",  # its first byte is missing
    "nested_priv_SQ.dcm": "says neither",  # private sequences and nothing else
    "meta_missing_tsyntax.dcm": "says neither",
}


def test_the_edge_cases_are_read_or_refused_with_a_reason(shared_data):
    reasons = {}

    for path in sorted((shared_data / "dicom/edge-pydicom").iterdir()):
        try:
            read_header(path.read_bytes())
        except NotDicom as refusal:
            reasons[path.name] = str(refusal)

    assert reasons.keys() == REFUSED.keys()
    assert all(REFUSED[name] in reason for name, reason in reasons.items())


def test_only_the_cut_files_are_called_cut(shared_data):
    edge = headers(shared_data / "dicom/edge-pydicom")

    cut = {path.name for path, header in edge.items() if header.is_truncated}

    assert cut == {"MR_truncated.dcm", "rtplan_truncated.dcm"}


@pytest.mark.parametrize(
    ("folder", "types"),
    [
        ("ge-architect-b0map", {"fmap"}),
        ("ge-mr750-epirt", {"func"}),
        ("philips-achieva-classic-epi", {"func"}),
        ("philips-enhanced-multiframe-b0", {"fmap"}),
        ("siemens-phoenix-report-sr", {"scout", "report"}),
        ("siemens-prisma-multiecho-mosaic", {"func"}),
        ("siemens-skyra-mosaic-epi", {"func"}),
        ("siemens-terrax-mr-spectroscopy", {"spectroscopy"}),
        ("siemens-vida-xa10-enhanced", {"func"}),
    ],
)
def test_real_series_get_telling_types(shared_data, folder, types):
    assert {scan_type(header) for header in headers(shared_data / "dicom" / folder).values()} == types


SIDECARS = {
    "siemens-vida-xa10-enhanced": "dcm_qa_enh/Siemens_REST1_w_SMS_PF7-8_6.json",
    "ge-architect-b0map": "dcm_qa_fmap/GE_6_CV_Neuro_HH_Adv.json",
    "philips-enhanced-multiframe-b0": "dcm_qa_fmap/Ph_801_WIP_B0_NS_e1.json",
    "siemens-prisma-multiecho-mosaic": "dcm_qa_me/me_fMRI_4_e1.json",
    "siemens-skyra-mosaic-epi": "dcm_qa_nih/EPI_PE=AP_3.json",
    "philips-achieva-classic-epi": "dcm_qa_philips/EPI_asc_CLEAR_201.json",
    "siemens-terrax-mr-spectroscopy": "dcm_qa_spec/svs_se_31.json",
    "transfer-syntaxes-one-series": "dcm_qa_ts/1.json",
}


@pytest.mark.parametrize(("folder", "sidecar"), SIDECARS.items(), ids=SIDECARS.keys())
def test_cards_agree_with_what_dcm2niix_reads(shared_data, folder, sidecar):
    expected = json.loads((shared_data / "expected-dcm2niix" / sidecar).read_text())

    card = series_card(list(headers(shared_data / "dicom" / folder).values()))

    first_echo = card["te_ms"][0] if isinstance(card["te_ms"], list) else card["te_ms"]
    assert card["tr_ms"] == pytest.approx(expected["RepetitionTime"] * 1000, rel=1e-5)
    assert first_echo == pytest.approx(expected["EchoTime"] * 1000, rel=1e-5)
    assert card["flip_angle_deg"] == pytest.approx(expected["FlipAngle"])
    assert card["field_strength_t"] == pytest.approx(expected["MagneticFieldStrength"], rel=1e-2)
    assert card["voxel_mm"][2] == pytest.approx(expected["SliceThickness"])
    assert card.get("bandwidth_hz_per_px", 0) == pytest.approx(expected.get("PixelBandwidth", 0), rel=1e-3)
    assert card.get("phase_encoding") == expected.get("InPlanePhaseEncodingDirectionDICOM")
