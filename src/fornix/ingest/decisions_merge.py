"""Several arrivals of one study or person become one, because a person says so. No byte moves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import CharField, F, Q, Value
from django.db.models.functions import Concat, Right

from fornix.access.actors import Actor
from fornix.access.policy import Action
from fornix.audit.events import Verb
from fornix.errors import Refused
from fornix.ingest.decision_rows import ArrivalIncomplete, change, lock_chosen, require_on_named, tell
from fornix.ingest.leftovers import reopen_upload
from fornix.ingest.reach import RECOVERED
from fornix.models import Arrival, File

NAME_LENGTH = 1000
IMAGES, RECORDINGS = {"study", "no-study"}, {"MEG", "EEG"}
# What can take the others in: what says most of itself.
ORDER = ("study", "MEG", "EEG", "no-study")


class OfSeveralPeople(Refused):
    """These arrivals are of several people, or of several studies. Merge them only if you know that they are one."""


def merge(actor: Actor, ids: Iterable[str], *, confirmed: bool = False, at: datetime) -> str:
    """Makes one of them, and answers which. It goes on waiting for what it waited for.

    :param confirmed: what names several people or studies is one all the same.
    :raises OfSeveralPeople: it may be, and nobody confirmed that it is not.
    :raises Refused: images and recordings make two sessions; two projects were named; one is being filed, or comes in.
    """
    with transaction.atomic():
        chosen = lock_chosen(actor, ids, at=at, whole=True)
        if chosen.skipped:
            raise Refused(f"Nothing was merged, because of one of them {chosen.skipped[0].why}")
        if len(chosen.rows) < 2:
            raise Refused("Choose two arrivals or more to merge.")
        _check(actor, chosen.rows, confirmed=confirmed)
        target, *others = sorted(chosen.rows, key=_rank)
        for other in others:
            _move_files(other, target)
        _adopt(target, others)
        tell(Verb.ARRIVAL_MERGED, actor, [target], at=at, details={"merged": [other.pk for other in others]})
        for other in others:
            if other.upload.sealed_at is not None:
                reopen_upload(other.upload_id)  # it may have nothing left
            other.delete()
    return target.pk


def person_of(row: Arrival) -> str:
    """Whose data it is, as far as what holds it together tells; two that differ are two people."""
    kind, _, rest = row.group.partition(":")
    if kind == "study":
        return rest.rpartition(":")[2]
    person = rest.partition(":")[0]
    return person if kind in {"no-study", *RECORDINGS} and not person.startswith("?") else ""


def _check(actor: Actor, rows: Sequence[Arrival], *, confirmed: bool) -> None:
    require_on_named(actor, rows, Action.DATA_ADD)
    if len({row.upload.account_id for row in rows}) > 1 and not actor.is_administrator:
        raise Refused("They were sent by different people. An administrator can merge them.")
    if any(
        row.upload.sealed_at is None
        and row.closed_at is None
        and row.committed_at is None
        and not row.refusal
        for row in rows
    ):
        raise ArrivalIncomplete
    kinds = {_kind(row) for row in rows}
    if kinds & IMAGES and kinds & RECORDINGS:
        raise Refused("Images and recordings make two sessions. Merge what is of one kind.")
    if len({row.project_label for row in rows} - {""}) > 1:
        raise Refused(
            "They are for different projects. File them into one of the two first, or each into its own."
        )
    if confirmed:
        return
    if (
        len({person_of(row) for row in rows} - {""}) > 1
        or len({row.subject_label for row in rows} - {""}) > 1
    ):
        raise OfSeveralPeople(
            "These arrivals are of several people: their PatientIDs, or the labels of their subjects, differ. "
            "Merge them only if you know that they are one person's."
        )
    if len({row.study_uid for row in rows} - {""}) > 1:
        raise OfSeveralPeople(
            "These arrivals are different studies. Merged they become one session: confirm that you want that."
        )


def _kind(row: Arrival) -> str:
    return row.group.partition(":")[0]


def _rank(row: Arrival) -> tuple[int, bool, bool, str]:
    """Which one stays: it says most; of two, the one that a person sent, whose rights then bound the whole; else the
    one of which nobody knows who sent it."""
    kind = _kind(row)
    upload = row.upload
    kinds = ORDER.index(kind) if kind in ORDER else len(ORDER)
    return kinds, upload.account_id is None, upload.source != RECOVERED, row.pk


def _move_files(source: Arrival, target: Arrival) -> None:
    """What is no DICOM instance is known by its name: where both have one, a folder of its own keeps it apart."""
    plain = Q(content_sha256="")
    names = File.objects.filter(plain, arrival=target).values("name")
    moved = File.objects.filter(arrival=source)
    if moved.filter(plain, name__in=names).exists():
        folder = f"{source.pk[-12:]}/"
        tail = Right(F("name"), NAME_LENGTH - len(folder))
        moved.filter(plain).update(name=Concat(Value(folder), tail, output_field=CharField()))
    moved.update(arrival=target)


def _adopt(target: Arrival, others: Sequence[Arrival]) -> None:
    """Counts, and what a sender or a person said of one of them, is the whole's."""
    rows = [target, *others]
    fields: dict[str, object] = {
        "file_count": sum(row.file_count for row in rows),
        "byte_count": sum(row.byte_count for row in rows),
        "received_at": min(row.received_at for row in rows),
        "last_byte_at": max(row.last_byte_at for row in rows),
    }
    for name in ("subject_label", "session_label", "study_uid"):
        fields[name] = next((getattr(row, name) for row in rows if getattr(row, name)), "")
    if not target.project_label:
        named = next((row for row in others if row.project_label), target)
        fields |= {
            "project_label": named.project_label,
            "may_create_project": named.may_create_project,
            "decided_by": named.decided_by,
            "decided_at": named.decided_at,
        }
    change([target], **fields)
    target.file_count = sum(row.file_count for row in rows)
    target.byte_count = sum(row.byte_count for row in rows)
