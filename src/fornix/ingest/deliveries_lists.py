"""Deliveries as their sender sees them: how far each is, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Count, Sum

from fornix.access.actors import Actor
from fornix.access.visibility import visible_sessions
from fornix.ingest.deliveries import PATIENCE, DeliveryState, find_delivery, own_deliveries, state_of
from fornix.ingest.deliveries_report import DeliveryReport, as_read
from fornix.models import Delivery, Transfer, TransferPart


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """One delivery. `expires_at`: when it is thrown away if nobody goes on with it; None once it is committed."""

    id: str
    state: DeliveryState
    source: str
    project: str
    subject: str
    session: str
    opened_at: datetime
    last_byte_at: datetime
    expires_at: datetime | None
    ended_at: datetime | None
    files: int
    finished_files: int
    bytes: int
    received_bytes: int


@dataclass(frozen=True, slots=True)
class DeliveryRecord:
    """A delivery with its report, which is empty until it has ended."""

    line: DeliveryLine
    report: DeliveryReport


def delivery_lines(
    actor: Actor, *, is_open: bool | None = None, before: str = "", size: int, at: datetime
) -> list[DeliveryLine]:
    """The actor's own, the newest first; `is_open`: those that are not committed yet, or the others."""
    rows = own_deliveries(actor).order_by("-id")
    if is_open is not None:
        rows = (
            rows.filter(committed_at__isnull=is_open, ended_at=None)
            if is_open
            else rows.exclude(committed_at=None)
        )
    if before:
        rows = rows.filter(pk__lt=before)
    return _lines(list(rows[:size]), at)


def get_delivery(actor: Actor, delivery_id: str, *, at: datetime) -> DeliveryRecord:
    """One of the actor's own, with those sessions in its report that they may see. Raises NotVisible."""
    delivery = find_delivery(actor, delivery_id)
    report = as_read(delivery.report)
    accessions = [session.accession for session in report.sessions]
    seen = set(visible_sessions(actor).filter(accession__in=accessions).values_list("accession", flat=True))
    sessions = tuple(session for session in report.sessions if session.accession in seen)
    return DeliveryRecord(_lines([delivery], at)[0], replace(report, sessions=sessions))


def _lines(rows: Sequence[Delivery], at: datetime) -> list[DeliveryLine]:
    ids = [row.pk for row in rows]
    transfers = Transfer.objects.filter(delivery__in=ids).values_list("delivery")
    counts = {
        pk: counted for pk, *counted in transfers.annotate(Count("pk"), Count("finished_at"), Sum("length"))
    }
    parts = TransferPart.objects.filter(transfer__delivery__in=ids).values_list("transfer__delivery")
    here = dict(parts.annotate(Sum("length")))
    return [_line(row, counts.get(row.pk, (0, 0, 0)), here.get(row.pk, 0), at) for row in rows]


def _line(row: Delivery, counts: Sequence[int], here: int, at: datetime) -> DeliveryLine:
    files, finished, size = counts
    if row.ended_at is not None:
        report = as_read(row.report)
        files = finished = report.files
        size = here = report.bytes
    return DeliveryLine(
        id=row.pk,
        state=state_of(row, at),
        source=row.source,
        project=row.project_label,
        subject=row.subject_label,
        session=row.session_label,
        opened_at=row.opened_at,
        last_byte_at=row.last_byte_at,
        expires_at=row.last_byte_at + PATIENCE if row.committed_at is None and row.ended_at is None else None,
        ended_at=row.ended_at,
        files=files,
        finished_files=finished,
        bytes=size,
        received_bytes=here,
    )
