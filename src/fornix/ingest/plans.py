"""What an arrival will become: a session with scans and their files. Values only; made by dicom_plan and meg_plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from fornix.catalog.hierarchy import SessionFacts
from fornix.ingest.evidence import Evidence

BY_CONTENT = "sha256-"  # + hash: the uid of a recording whose header gives it none


@dataclass(frozen=True, slots=True)
class Placement:
    """One file of the arrival and its place."""

    file_id: int
    name: str  # in its resource
    resource: str  # label
    is_primary: bool
    length: int
    sha256: str  # of the whole file
    frames: int = 0
    sop_instance_uid: str = ""
    transfer_syntax_uid: str = ""
    content_sha256: str = ""  # of a DICOM instance's data set


@dataclass(frozen=True, slots=True)
class Person:
    """Name and birth date as compared: two spellings of one name are one."""

    name: str
    birth_date: str

    @classmethod
    def of(cls, name: str, birth_date: str) -> Person:
        """From a header's or a session's text. Carets part a name's components (PS3.5 6.2.1)."""
        return cls(" ".join(name.replace("^", " ").casefold().split()), birth_date.strip())


@dataclass(frozen=True, slots=True)
class ScanPlan:
    """One series or recording."""

    uid: str  # SeriesInstanceUID, the recording's identity, or empty
    number: int | None  # SeriesNumber; recordings have none
    sort_key: str  # acquisition time, sortable
    description: str
    type: str
    modality: str
    acquired_on: date | None
    acquired_time: str
    header: Mapping[str, object]
    files: tuple[Placement, ...]
    flags: tuple[tuple[str, str], ...] = ()  # (kind, detail)


@dataclass(frozen=True, slots=True)
class ArrivalPlan:
    """All that filing needs to know. Labels are empty where the files do not give any."""

    evidence: Evidence
    subject_label: str
    session_label: str
    facts: SessionFacts
    scans: tuple[ScanPlan, ...]
    passengers: tuple[Placement, ...]
    people: tuple[Person, ...] = ()  # whom the headers name; more than one is odd
    fixed_subject: bool = False  # an empty room is no subject's, whatever the operator said
