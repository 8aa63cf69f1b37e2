"""What became of files of the inbox, written down before any of them is moved: after a kill they are known again."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import transaction

from fornix.ingest.inbox_rows import REASON_LENGTH, Settled, delete_rows, rows_of, save_rows, watch_anew
from fornix.ingest.inbox_survey import Seen
from fornix.models import InboxFile, InboxState

logger = logging.getLogger(__name__)


def note_outcomes(
    taken: Iterable[Seen],
    failed: Mapping[Seen, str],
    changed: Iterable[Seen],
    arrivals: list[str],
    *,
    at: datetime,
) -> list[Settled]:
    """Writes down what became of files, before any of them is moved: after a kill they are known again.

    `changed` while they were read: whatever came in of them is kept, and they are taken again once they stand still.
    """
    outcomes: dict[Seen, tuple[InboxState, str]] = {}
    outcomes |= dict.fromkeys(taken, (InboxState.TAKEN, ""))
    outcomes |= {seen: (InboxState.FAILED, reason) for seen, reason in failed.items()}
    with transaction.atomic():
        rows = dict(rows_of([seen.path for seen in (*outcomes, *changed)]))
        save_rows([watch_anew(rows[seen.path], seen, at) for seen in changed if seen.path in rows])
        settled = []
        for seen, (state, reason) in outcomes.items():
            row = watch_anew(rows.get(seen.path) or InboxFile(path=seen.path), seen, at)
            row.state, row.reason, row.told_at = state, reason[:REASON_LENGTH], at
            row.arrivals = arrivals
            settled.append((seen, row))
        save_rows([row for _, row in settled if row.pk])
        InboxFile.objects.bulk_create([row for _, row in settled if not row.pk])
    return settled


def note_shelved(rows: Sequence[InboxFile]) -> None:
    """Files that were moved: of taken ones their folder tells, failed ones go on being told of."""
    delete_rows([row.pk for row in rows if row.state == InboxState.TAKEN])
    for row in rows:
        if row.state == InboxState.FAILED:
            InboxFile.objects.filter(path=row.path).exclude(pk=row.pk).delete()
            row.save(update_fields=["path"])


def note_stuck(row: InboxFile, reason: str) -> None:
    """A file that cannot be moved stays where it is, is remembered, and told once. A reason that stands goes on."""
    if not row.reason:
        logger.warning("action=inbox-stuck reason=%s", reason)
        row.reason = reason[:REASON_LENGTH]
        row.save(update_fields=["reason"])
