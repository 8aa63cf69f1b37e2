"""The only writer of Access rows: one per look inside or download, opened before the first byte is sent.

While a download runs, `finished_at` is when it was last seen running: so rows of a process that was killed are found.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from django.db.models import Q

from fornix.models import Access, Account, ApiToken, ImagingSession, Scan


class AccessOutcome(StrEnum):
    """How it ended. CUT: the reader went away, or the archive was stopped; FAILED: the archive could not go on."""

    RUNNING = "running"
    COMPLETE = "complete"
    CUT = "cut"
    REVOKED = "revoked"
    FAILED = "failed"


def open_access(
    kind: str,
    *,
    at: datetime,
    account: Account | None,
    token: ApiToken | None,
    address: str,
    session: ImagingSession,
    scan: Scan | None,
    file_id: int | None = None,
    file_count: int,
    byte_count: int,
) -> int:
    """Writes the row of a download that begins; returns its key. `byte_count` is what this answer announces."""
    row = Access.objects.create(
        started_at=at,
        account=account,
        token=token,
        address=address[:64],
        kind=kind,
        project=session.project,
        session=session,
        scan=scan,
        file_id=file_id,
        file_count=file_count,
        byte_count=byte_count,
        outcome=AccessOutcome.RUNNING.value,
    )
    return row.pk


def note_progress(access_id: int, *, at: datetime, bytes_sent: int) -> None:
    """Notes that it still runs, and how far it is."""
    running = Access.objects.filter(pk=access_id, outcome=AccessOutcome.RUNNING)
    running.update(bytes_sent=bytes_sent, finished_at=at)


def close_access(access_id: int, outcome: AccessOutcome, *, at: datetime, bytes_sent: int) -> None:
    """Writes how it ended."""
    Access.objects.filter(pk=access_id).update(outcome=outcome.value, bytes_sent=bytes_sent, finished_at=at)


def close_abandoned(*, silent_since: datetime) -> int:
    """Ends, as cut, what nothing was heard of since then: its process was killed. Returns how many."""
    silent = Q(finished_at__lt=silent_since) | Q(finished_at__isnull=True, started_at__lt=silent_since)
    running = Access.objects.filter(silent, outcome=AccessOutcome.RUNNING)
    return running.update(outcome=AccessOutcome.CUT.value)
