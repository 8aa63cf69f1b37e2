"""Readers of sessions: the list of a subject, and the record of one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F, Q, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Concat, Lower

from fornix.access.actors import Actor
from fornix.access.visibility import visible_sessions
from fornix.catalog.keyset import Listing, Window, cut
from fornix.errors import NotVisible
from fornix.meg.labels import EMPTY_ROOM
from fornix.models import Flag, ImagingSession

# Sessions without a date come first in time.
ACQUIRED = Coalesce(F("acquired_on"), Value(date.min))
SORTS: dict[str, Combinable] = {
    "session": Lower("label"),
    "acquired": ACQUIRED,
    "modality": Concat("modality", Value(" "), Lower("label")),
    "scans": F("scan_count"),
    "files": F("file_count"),
    "size": F("byte_count"),
    "changed": F("changed_at"),
}


@dataclass(frozen=True, slots=True)
class SessionLine:
    """What a list shows of a session."""

    id: int
    accession: str
    label: str
    modality: str
    acquired_on: date | None
    acquired_time: str
    scanner: str
    scans: int
    files: int
    bytes: int
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class FlagLine:
    """Something odd that a person should look at; `scan_id` is empty when it concerns the whole session."""

    kind: str
    detail: str
    scan_id: str


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """One session, with what its files say of the person as written."""

    line: SessionLine
    subject: str
    subject_accession: str
    project: str
    project_title: str
    study_uid: str
    patient_name: str
    patient_id: str
    patient_birth_date: str
    flags: tuple[FlagLine, ...]


def session_lines(actor: Actor, subject_id: int, window: Window) -> Listing[SessionLine]:
    """The sessions of a subject that the actor may see."""
    sessions = visible_sessions(actor).filter(subject_id=subject_id)
    total = matching = sessions.count()
    if window.text:
        sessions = sessions.filter(Q(label__icontains=window.text) | Q(accession__iexact=window.text))
        matching = sessions.count()
    return Listing(cut(sessions, SORTS[window.sort], window).as_lines(_line), matching, total)


def get_session(actor: Actor, accession: str) -> SessionRecord:
    """The session of this accession. Raises NotVisible."""
    found = visible_sessions(actor).filter(accession=accession)
    row = found.select_related("subject", "project__booking_project").first()
    if row is None:
        raise NotVisible
    booked = row.project.booking_project
    return SessionRecord(
        line=_line(row),
        subject=row.subject.label,
        subject_accession=row.subject.accession,
        project=row.project.label,
        project_title=(booked.name if booked else "") or row.project.name,
        study_uid=row.study_uid,
        patient_name=row.patient_name,
        patient_id=row.patient_id,
        patient_birth_date=row.patient_birth_date,
        flags=tuple(
            FlagLine(flag.kind, flag.detail, flag.scan.scan_id if flag.scan else "")
            for flag in Flag.objects.filter(session=row).select_related("scan").order_by("pk")[:100]
        ),
    )


def find_empty_room(actor: Actor, session: SessionRecord) -> str:
    """The accession of the empty room that was recorded on the day of a MEG session, in its project; "" without one."""
    line = session.line
    if line.modality != "MEG" or line.acquired_on is None or session.subject == EMPTY_ROOM:
        return ""
    found = visible_sessions(actor).filter(
        subject__label=EMPTY_ROOM,
        subject__project__label=session.project,
        acquired_on=line.acquired_on,
        modality="MEG",
    )
    return found.order_by("pk").values_list("accession", flat=True).first() or ""


def find_session_accession(actor: Actor, project: str, label: str) -> str:
    """The accession of the session that a project knows by this label. Raises NotVisible."""
    found = visible_sessions(actor).filter(project__label=project, label=label)
    accession = found.values_list("accession", flat=True).first()
    if accession is None:
        raise NotVisible
    return accession


def _line(row: ImagingSession) -> SessionLine:
    return SessionLine(
        id=row.pk,
        accession=row.accession,
        label=row.label,
        modality=row.modality,
        acquired_on=row.acquired_on,
        acquired_time=row.acquired_time,
        scanner=row.scanner,
        scans=row.scan_count,
        files=row.file_count,
        bytes=row.byte_count,
        changed_at=row.changed_at,
    )
