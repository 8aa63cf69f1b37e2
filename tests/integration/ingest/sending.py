"""A network's side of `Intake`, without sockets: data sets are handed over as a receiver does."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from itertools import count

from django.utils import timezone
from tests.integration.ingest.archive import Archive, elements
from tests.unit.dicom.builder import EXPLICIT_LITTLE

from fornix.ingest.due import file_due
from fornix.ingest.filing import Filed
from fornix.ingest.network import Instance, Intake
from fornix.models import Arrival, Sender

MR = "1.2.840.10008.5.1.4.1.1.4"
CHUNK = 1000
_numbers = count(10_000)  # far from the UIDs that tests name themselves


def said(uid: str, *, sender: Sender | None = None, came_from="MRI3T at 192.0.2.7") -> Instance:
    """What the command of a C-STORE says."""
    return Instance(MR, uid, EXPLICIT_LITTLE, sender, came_from)


def pieces(data_set: bytes) -> Iterable[memoryview]:
    view = memoryview(data_set)
    return [view[start : start + CHUNK] for start in range(0, len(view), CHUNK)]


def send(intake: Intake, *, touched: set[str] | None = None, **values: str | None) -> bytes:
    """Hands over the smallest slice with these keywords; returns its data set."""
    uid = values.setdefault("SOPInstanceUID", f"1.2.7.{next(_numbers)}")
    data_set = elements(**values)
    intake.take(said(uid), pieces(data_set), touched)
    return data_set


def become_quiet() -> None:
    """Time passes: nothing came for long."""
    Arrival.objects.update(last_byte_at=timezone.now() - timedelta(hours=1))


def file_now(archive: Archive) -> list[Filed]:
    """What the worker does once all is quiet; then everything is checked."""
    become_quiet()
    filed = file_due(archive.store, archive.rules)
    assert archive.findings() == []
    return filed
