"""What all images of a study share: patient, study, equipment, series. Knows nothing of pixels."""

from dataclasses import dataclass
from datetime import datetime

from pydicom import config
from pydicom.datadict import dictionary_VR, tag_for_keyword
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian

from fornix.simulator.mri.spec import SeriesSpec, SessionSpec, Vendor
from fornix.simulator.mri.uids import uid

SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
MR_IMAGE = "1.2.840.10008.5.1.4.1.1.4"
ENHANCED_MR_IMAGE = "1.2.840.10008.5.1.4.1.1.4.1"
ENHANCED_SR = "1.2.840.10008.5.1.4.1.1.88.22"


@dataclass(frozen=True, slots=True)
class Console:
    """How a scanner names itself."""

    manufacturer: str
    model: str
    software: str
    station: str
    serial: str


CONSOLES = {
    Vendor.SIEMENS: Console("SIEMENS", "Prisma", "syngo MR E11", "AWP166099", "166099"),
    Vendor.SIEMENS_XA: Console(
        "Siemens Healthineers", "MAGNETOM Vida", "syngo MR XA30", "AWP175999", "175999"
    ),
    Vendor.GE: Console(
        "GE MEDICAL SYSTEMS",
        "SIGNA Premier",
        "29\\LX\\MR Software release:RX29.1_R01_2037.a",
        "MRS7",
        "000000440MR07",
    ),
    Vendor.PHILIPS: Console("Philips Medical Systems", "Achieva", "5.3.1\\5.3.1.4", "ACHIEVA-1", "34099"),
    Vendor.PHILIPS_ENHANCED: Console("Philips", "Ingenia Elition X", "5.7.1\\5.7.1.0", "ELITION", "45099"),
}


def put(ds: Dataset, keyword: str, value: object) -> None:
    """Set an element as scanners do: also where the text is longer than its VR allows."""
    tag = tag_for_keyword(keyword)
    if tag is None:
        raise KeyError(keyword)
    ds[tag] = DataElement(tag, dictionary_VR(tag), value, validation_mode=config.IGNORE)


def decimal(*values: float) -> list[str]:
    """Decimal strings of at most 16 characters (PS3.5 6.2)."""
    return [f"{value:.7g}" for value in values]


def clock(moment: datetime) -> str:
    return moment.strftime("%H%M%S.%f")


def code(value: str, scheme: str, meaning: str) -> Dataset:
    """A coded entry (PS3.3 8.8)."""
    ds = Dataset()
    ds.CodeValue, ds.CodingSchemeDesignator, ds.CodeMeaning = value, scheme, meaning
    return ds


def study_uid(session: SessionSpec) -> str:
    return uid("study", session.vendor, session.patient_id, session.date, session.time, session.seed)


def series_uid(session: SessionSpec, series: SeriesSpec) -> str:
    return uid(study_uid(session), "series", series.number, series.description)


def instance_uid(session: SessionSpec, series: SeriesSpec, number: int) -> str:
    return uid(series_uid(session, series), "instance", number)


def study_dataset(session: SessionSpec) -> Dataset:
    """Patient, General Study and General Equipment modules (PS3.3 C.7.1.1, C.7.2.1, C.7.5.1)."""
    console = CONSOLES[session.vendor]
    day = session.date.strftime("%Y%m%d")
    ds = Dataset()
    ds.SpecificCharacterSet = _character_set(session)
    ds.StudyDate, ds.StudyTime = day, clock(datetime.combine(session.date, session.time))
    ds.AccessionNumber = session.accession_number
    ds.Manufacturer = console.manufacturer
    ds.InstitutionName = "Simulated Imaging Centre"
    ds.ReferringPhysicianName = ""
    ds.StationName = console.station
    put(ds, "StudyDescription", session.study_description)
    ds.ManufacturerModelName = console.model
    put(ds, "PatientName", session.patient_name)
    ds.PatientID = session.patient_id
    ds.PatientBirthDate, ds.PatientSex = session.birth_date, session.sex
    ds.PatientWeight = "70"
    if session.comments:
        ds.PatientComments = session.comments
    ds.DeviceSerialNumber = console.serial
    ds.SoftwareVersions = console.software.split("\\")
    ds.StudyInstanceUID = study_uid(session)
    ds.StudyID = str(1 + session.seed)
    ds.PerformedProcedureStepStartDate = day
    return ds


def series_dataset(session: SessionSpec, series: SeriesSpec, started_at: datetime) -> Dataset:
    """The study's elements and those of General Series (PS3.3 C.7.3.1)."""
    ds = study_dataset(session)
    ds.SeriesDate, ds.SeriesTime = started_at.strftime("%Y%m%d"), clock(started_at)
    ds.Modality = "MR"
    put(ds, "SeriesDescription", series.description)
    put(ds, "ProtocolName", series.description)
    ds.BodyPartExamined = "BRAIN"
    ds.PatientPosition = "HFS"
    ds.SeriesInstanceUID = series_uid(session, series)
    ds.SeriesNumber = series.number
    ds.FrameOfReferenceUID = uid(study_uid(session), "frame of reference")
    return ds


def identify(ds: Dataset, session: SessionSpec, series: SeriesSpec, sop_class: str, number: int) -> None:
    """Make the data set the instance `number` of its series, with file meta to match (PS3.10 7.1)."""
    ds.SOPClassUID = sop_class
    ds.SOPInstanceUID = instance_uid(session, series, number)
    ds.InstanceNumber = number
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = ds.SOPClassUID
    meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = UID(uid("simulator"))
    meta.ImplementationVersionName = "SIMULATED_MR"
    ds.file_meta = meta


def _character_set(session: SessionSpec) -> str:
    texts = [session.patient_name, session.study_description, session.comments]
    texts += [series.description for series in session.series]
    try:
        "".join(texts).encode("latin-1")
    except UnicodeEncodeError:
        return "ISO_IR 192"
    return "ISO_IR 100"
