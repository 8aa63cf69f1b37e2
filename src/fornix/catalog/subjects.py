"""Readers of subjects: the list of a project, and the record of one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Q
from django.db.models.expressions import Combinable
from django.db.models.functions import Lower

from fornix.access.actors import Actor
from fornix.access.visibility import visible_sessions, visible_subjects
from fornix.catalog.keyset import Listing, Window, cut
from fornix.errors import NotVisible
from fornix.models import Subject

SORTS: dict[str, Combinable] = {
    "subject": Lower("label"),
    "sessions": F("session_count"),
    "files": F("file_count"),
    "size": F("byte_count"),
    "changed": F("changed_at"),
}


@dataclass(frozen=True, slots=True)
class ModalityCount:
    """How many sessions of one modality."""

    modality: str
    sessions: int


@dataclass(frozen=True, slots=True)
class SubjectLine:
    """What a list shows of a subject."""

    id: int
    accession: str
    label: str
    sessions: int
    files: int
    bytes: int
    changed_at: datetime
    modalities: tuple[ModalityCount, ...]


@dataclass(frozen=True, slots=True)
class SubjectRecord:
    """One subject, as its page names it."""

    id: int
    accession: str
    label: str
    project: str
    project_title: str
    sessions: int
    files: int
    bytes: int
    changed_at: datetime


def subject_lines(actor: Actor, project_id: int, window: Window) -> Listing[SubjectLine]:
    """The subjects of a project that have a session which the actor may see."""
    subjects = visible_subjects(actor).filter(project_id=project_id)
    total = matching = subjects.count()
    if window.text:
        subjects = subjects.filter(Q(label__icontains=window.text) | Q(accession__iexact=window.text))
        matching = subjects.count()
    page = cut(subjects, SORTS[window.sort], window)
    held = _modalities(actor, [row.pk for row in page.rows])
    return Listing(page.as_lines(lambda row: _line(row, held[row.pk])), matching, total)


def get_subject(actor: Actor, accession: str) -> SubjectRecord:
    """The subject of this accession. Raises NotVisible."""
    row = (
        visible_subjects(actor).filter(accession=accession).select_related("project__booking_project").first()
    )
    if row is None:
        raise NotVisible
    booked = row.project.booking_project
    return SubjectRecord(
        id=row.pk,
        accession=row.accession,
        label=row.label,
        project=row.project.label,
        project_title=(booked.name if booked else "") or row.project.name,
        sessions=row.session_count,
        files=row.file_count,
        bytes=row.byte_count,
        changed_at=row.changed_at,
    )


def find_subject_accession(actor: Actor, project: str, label: str) -> str:
    """The accession of the subject that a project knows by this label. Raises NotVisible."""
    found = visible_subjects(actor).filter(project__label=project, label=label)
    accession = found.values_list("accession", flat=True).first()
    if accession is None:
        raise NotVisible
    return accession


def _modalities(actor: Actor, subject_ids: Iterable[int]) -> defaultdict[int, tuple[ModalityCount, ...]]:
    counted = (
        visible_sessions(actor)
        .filter(subject_id__in=subject_ids)
        .values("subject_id", "modality")
        .annotate(sessions=Count("pk"))
        .order_by("subject_id", "modality")
        .values_list("subject_id", "modality", "sessions")
    )
    held: defaultdict[int, tuple[ModalityCount, ...]] = defaultdict(tuple)
    for subject_id, modality, sessions in counted:
        held[subject_id] += (ModalityCount(modality, sessions),)
    return held


def _line(row: Subject, modalities: tuple[ModalityCount, ...]) -> SubjectLine:
    return SubjectLine(
        id=row.pk,
        accession=row.accession,
        label=row.label,
        sessions=row.session_count,
        files=row.file_count,
        bytes=row.byte_count,
        changed_at=row.changed_at,
        modalities=modalities,
    )
