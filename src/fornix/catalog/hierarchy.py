"""Writers of subjects, sessions, scans and resources. Called inside the transaction of a filing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Max

from fornix.catalog.accessions import next_accession
from fornix.models import ImagingSession, Project, Resource, Scan, Subject

PATIENT_ID_LENGTH = 200
PATIENT_NAME_LENGTH = 400
BIRTH_DATE_LENGTH = 32
MISC = "MISC"  # the session's resource for what lay beside its data


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """What the files say of a session, as written in them."""

    modality: str
    study_uid: str = ""
    acquired_on: date | None = None
    acquired_time: str = ""
    scanner: str = ""
    patient_name: str = ""
    patient_id: str = ""
    patient_birth_date: str = ""


@dataclass(frozen=True, slots=True)
class ScanFacts:
    """What the files say of a scan."""

    scan_id: str
    number: int | None
    uid: str
    description: str
    type: str
    modality: str
    acquired_on: date | None = None
    acquired_time: str = ""
    header: Mapping[str, object] = field(default_factory=dict)


def get_or_create_subject(project: Project, label: str, *, prefix: str, at: datetime) -> Subject:
    """The project's subject of this label, made when it is new."""
    subject = Subject.objects.filter(project=project, label=label).first()
    if subject:
        return subject
    return Subject.objects.create(
        project=project,
        accession=next_accession("S", prefix),
        label=label,
        created_at=at,
        changed_at=at,
    )


def free_session_label(project: Project, wanted: str) -> str:
    """`wanted`, or with `_2`, `_3`, ... when another session of the project holds it."""
    taken = set(
        ImagingSession.objects.filter(project=project, label__startswith=wanted).values_list(
            "label", flat=True
        )
    )
    label, count = wanted, 1
    while label in taken:
        count += 1
        label = f"{wanted}_{count}"
    return label


def create_session(
    subject: Subject, label: str, facts: SessionFacts, *, prefix: str, at: datetime
) -> ImagingSession:
    """Makes a session. It stays invisible until the last transaction of its filing."""
    return ImagingSession.objects.create(
        project=subject.project,
        subject=subject,
        accession=next_accession("E", prefix),
        label=label,
        modality=facts.modality[:16],
        study_uid=facts.study_uid,
        acquired_on=facts.acquired_on,
        acquired_time=facts.acquired_time,
        scanner=facts.scanner[:200],
        patient_name=facts.patient_name[:PATIENT_NAME_LENGTH],
        patient_id=facts.patient_id[:PATIENT_ID_LENGTH],
        patient_birth_date=facts.patient_birth_date[:BIRTH_DATE_LENGTH],
        created_at=at,
        changed_at=at,
    )


def create_scan(session: ImagingSession, facts: ScanFacts) -> Scan:
    """Makes a scan. Its id never changes afterwards."""
    return Scan.objects.create(
        session=session,
        scan_id=facts.scan_id,
        number=facts.number,
        uid=facts.uid[:200],
        description=facts.description[:1000],
        type=facts.type[:100],
        modality=facts.modality[:16],
        acquired_on=facts.acquired_on,
        acquired_time=facts.acquired_time,
        header=dict(facts.header),
    )


def next_scan_number(session: ImagingSession) -> int:
    """The number after the highest: for recordings, which bring none of their own."""
    highest = Scan.objects.filter(session=session).aggregate(highest=Max("number"))["highest"]
    return (highest or 0) + 1


def get_or_create_resource(
    session: ImagingSession, scan: Scan | None, label: str, *, is_primary: bool
) -> Resource:
    """The resource of this label, of the scan or (without one) of the session itself."""
    resource, _ = Resource.objects.get_or_create(
        session=session, scan=scan, label=label, defaults={"is_primary": is_primary}
    )
    return resource
