"""An arrival whose files name several patients becomes one for each, because a person says so. No byte moves."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Sum

from fornix.access.actors import Actor
from fornix.access.policy import Action
from fornix.audit.events import Verb
from fornix.catalog.arrivals import get_arrival
from fornix.dicom.header import DicomHeader
from fornix.dicom.labels import clean_label
from fornix.errors import Refused
from fornix.ingest.decision_rows import change, lock_chosen, require_on_named, tell
from fornix.ingest.dropping import parts
from fornix.ingest.plans import Person
from fornix.ingest.take import clean_uid, read_stored_header
from fornix.models import Arrival, File
from fornix.storage.keys import new_upload_id
from fornix.storage.store import Store


class NothingToSplit(Refused):
    """All files of this arrival are of one patient, as far as they say."""


@dataclass(frozen=True, slots=True)
class Patient:
    """Who is named by a header. What is not written tells nobody apart."""

    id: str
    person: Person

    def may_be(self, other: Patient) -> bool:
        """Whether nothing tells them apart."""
        pairs = ((self.person.name, other.person.name), (self.person.birth_date, other.person.birth_date))
        return self.id == other.id and all(one == two or not one or not two for one, two in pairs)

    @property
    def mark(self) -> str:
        """What keeps the groups of two people of one PatientID apart; no name can be read from it."""
        told = "\n".join((self.id, self.person.name, self.person.birth_date))
        return hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:8]


@dataclass(slots=True)
class _Part:
    """What one patient's arrival will hold."""

    patient: Patient
    study_uid: str
    files: list[int]


def split_by_patient(actor: Actor, arrival_id: str, store: Store, *, at: datetime) -> tuple[str, ...]:
    """Splits it, and answers which arrivals there are now, the one that keeps its place first.

    Each goes on waiting for what the whole waited for. Files that name nobody stay where they are. Reads every
    header, which takes seconds for ten thousand files; no row is locked meanwhile.
    """
    arrival = get_arrival(actor, arrival_id)
    require_on_named(actor, [arrival], Action.DATA_ADD)
    if arrival.group.partition(":")[0] not in ("study", "no-study"):
        raise Refused(
            "Recordings lie in an arrival of their subject and day each: there is nothing to split."
        )
    _, *leave = _by_patient(arrival, store)
    if not leave:
        raise NothingToSplit
    with transaction.atomic():
        (row,) = lock_chosen(actor, [arrival_id], at=at, whole=True).rows
        if row.file_count != arrival.file_count:
            raise Refused("This arrival has changed meanwhile. Look at it again.")
        made = [_part_with(row, part, at) for part in leave]
        change([row], **_counted(row))
        tell(Verb.ARRIVAL_SPLIT, actor, [row], at=at, details={"into": [each.pk for each in made]})
    return (row.pk, *(each.pk for each in made))


def _by_patient(arrival: Arrival, store: Store) -> list[_Part]:
    """The parts, the largest first. What names nobody is in none."""
    found: list[_Part] = []
    for file_id, header in _headers(arrival, store):
        patient = Patient(
            header.patient_id.strip(), Person.of(header.patient_name, header.patient_birth_date)
        )
        if not patient.id and not patient.person.name:
            continue
        part = next((part for part in found if part.patient.may_be(patient)), None)
        if part is None:
            part = _Part(patient, clean_uid(header.study_uid), [])
            found.append(part)
        part.files.append(file_id)
    if not found:
        raise NothingToSplit
    return sorted(found, key=lambda part: -len(part.files))


def _headers(arrival: Arrival, store: Store) -> Iterator[tuple[int, DicomHeader]]:
    files = list(arrival.files.exclude(content_sha256="").select_related("blob").order_by("pk"))
    for file in files:
        with store.open(file.blob.key, file.blob.offset, file.blob.length) as stream:
            header = read_stored_header(stream, file.blob.length)
        if header is not None:
            yield file.pk, header


def _part_with(whole: Arrival, part: _Part, at: datetime) -> Arrival:
    """A new arrival of these files. The labels of the whole named one person: they stay with it."""
    kind = "study" if part.study_uid else "no-study"
    label = f"{clean_label(part.patient.id)}~{part.patient.mark}"
    made = Arrival.objects.create(
        id=new_upload_id(),
        upload=whole.upload,
        group=f"{kind}:{part.study_uid}:{label}" if part.study_uid else f"{kind}:{label}",
        study_uid=part.study_uid,
        project_label=whole.project_label,
        may_create_project=whole.may_create_project,
        sender=whole.sender,
        came_from=whole.came_from,
        received_at=whole.received_at,
        last_byte_at=whole.last_byte_at,
        committed_at=whole.committed_at,
        closed_at=at,  # what comes later of its patient begins another
        decided_by=whole.decided_by,
        decided_at=whole.decided_at,
        refusal=whole.refusal,
    )
    for some in parts(part.files):
        File.objects.filter(arrival=whole, pk__in=some).update(arrival=made)
    counted = _counted(made)
    Arrival.objects.filter(pk=made.pk).update(**counted)
    return made


def _counted(row: Arrival) -> dict[str, int]:
    told = File.objects.filter(arrival=row).aggregate(files=Count("pk"), length=Sum("blob__length"))
    return {"file_count": told["files"], "byte_count": told["length"] or 0}
