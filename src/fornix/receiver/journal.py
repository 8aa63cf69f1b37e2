"""The rows that tell of associations, written by one thread: whoever receives images does not wait for them."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from fornix.ingest.owners import is_gone, this_process
from fornix.models import Association, Sender
from fornix.models.senders import AssociationOutcome

logger = logging.getLogger(__name__)

WRITE_S = 2.0  # between two writes
RENEW_S = 30.0  # after which the row of an open association says that it still is
SAME_S = 60.0  # the same refusal within this time is told by the same row
WAITING_ROWS = (
    1000  # of ended associations while the database does not answer; older ones are told by the log alone
)
_REASON_LENGTH = 300
_COUNTED = [
    "renewed_at",
    "ended_at",
    "outcome",
    "reason",
    "images",
    "refused_images",
    "byte_count",
    "last_image_at",
]


@dataclass(slots=True, eq=False)
class Entry:
    """One association. Its own thread counts in here; the journal's thread writes it down."""

    calling_title: str
    called_title: str
    address: str
    sender: Sender | None
    started_at: datetime
    images: int = 0
    refused_images: int = 0
    byte_count: int = 0
    last_image_at: datetime | None = None
    ended_at: datetime | None = None
    outcome: AssociationOutcome = AssociationOutcome.OPEN
    reason: str = ""
    row: Association | None = None
    written: tuple[object, ...] = ()  # what the row says

    def facts(self) -> tuple[object, ...]:
        """What changes while it lasts."""
        return (self.ended_at, self.outcome, self.reason, self.images, self.refused_images, self.byte_count)


class Journal:
    """The associations of this process. `start` and `stop` it."""

    def __init__(self) -> None:
        self._owner = this_process()
        self._lock = threading.Lock()
        self._open: set[Entry] = set()
        self._ended: deque[Entry] = deque(maxlen=WAITING_ROWS)
        self._refused: dict[tuple[str, ...], Entry] = {}
        self._woken = threading.Event()
        self._told = threading.Event()
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)

    def start(self) -> None:
        """Ends the rows that dead receivers left open, and begins to write."""
        self._thread.start()

    def stop(self, patience_s: float) -> None:
        """Writes what is left to write; gives up after `patience_s`."""
        self._told.set()
        self._woken.set()
        self._thread.join(patience_s)

    def open(self, calling_title: str, called_title: str, address: str, sender: Sender | None) -> Entry:
        """An association that was accepted."""
        entry = Entry(calling_title, called_title, address, sender, timezone.now())
        with self._lock:
            self._open.add(entry)
        self._woken.set()
        return entry

    def close(self, entry: Entry, outcome: AssociationOutcome, reason: str = "") -> None:
        """It is over."""
        entry.outcome, entry.reason, entry.ended_at = outcome, reason[:_REASON_LENGTH], timezone.now()
        with self._lock:
            self._open.discard(entry)
            self._ended.append(entry)
        self._woken.set()

    def refused(self, calling_title: str, called_title: str, address: str, reason: str) -> None:
        """Somebody got no association. Asking again and again makes one row, not thousands."""
        now, key = timezone.now(), (calling_title, called_title, address, reason)
        with self._lock:
            self._forget_refusals(now)
            entry = self._refused.get(key)
            if entry is None:
                entry = Entry(calling_title, called_title, address, None, now)
                entry.outcome, entry.reason = AssociationOutcome.REFUSED, reason[:_REASON_LENGTH]
                self._refused[key] = entry
            entry.ended_at = now
            if entry not in self._ended:
                self._ended.append(entry)
        self._woken.set()

    def _forget_refusals(self, now: datetime) -> None:
        old = [
            key for key, entry in self._refused.items() if now - entry.started_at > timedelta(seconds=SAME_S)
        ]
        for key in old:
            del self._refused[key]

    def _run(self) -> None:
        renewed = time.monotonic()
        self._guarded(end_lost_rows)
        while not self._told.is_set():
            if not self._open and not self._ended:
                self._woken.wait()  # there is nothing to write, now or once the database answers again
            self._woken.clear()
            is_late = time.monotonic() - renewed >= RENEW_S
            self._guarded(partial(self._write, renews=is_late))
            renewed = time.monotonic() if is_late else renewed
            self._told.wait(WRITE_S)
        self._guarded(partial(self._write, renews=False))

    def _guarded(self, work: Callable[[], None]) -> None:
        """What cannot be written now is written later: a database that is gone must not end anything here."""
        try:
            work()
        except DatabaseError as error:
            logger.error("action=journal-failed error=%s", type(error).__name__)  # noqa: TRY400 - no values of rows
        finally:
            connection.close()

    def _write(self, *, renews: bool) -> None:
        with self._lock:
            ended = list(self._ended)
            changed = [entry for entry in (*self._open, *ended) if entry.facts() != entry.written or renews]
        if not changed:
            return
        noted = [(entry, entry.facts(), self._row(entry)) for entry in changed]
        with transaction.atomic():
            Association.objects.bulk_create([row for _, _, row in noted if row.pk is None])
            Association.objects.bulk_update([entry.row for entry, _, _ in noted if entry.row], _COUNTED)
        for entry, facts, row in noted:
            entry.row, entry.written = row, facts
        with self._lock:
            for entry in ended:
                if entry.facts() == entry.written and entry in self._ended:
                    self._ended.remove(entry)

    def _row(self, entry: Entry) -> Association:
        row = entry.row or Association(
            sender=entry.sender,
            calling_ae_title=entry.calling_title,
            called_ae_title=entry.called_title,
            address=entry.address,
            owner=self._owner,
            started_at=entry.started_at,
        )
        row.renewed_at = entry.ended_at or timezone.now()
        row.ended_at, row.outcome, row.reason = entry.ended_at, entry.outcome, entry.reason
        row.images, row.refused_images = entry.images, entry.refused_images
        row.byte_count, row.last_image_at = entry.byte_count, entry.last_image_at
        return row


def end_lost_rows() -> None:
    """Ends the rows of associations whose receiver died. Those of other living receivers stay."""
    now = timezone.now()
    for row in Association.objects.filter(outcome=AssociationOutcome.OPEN):
        if is_gone(row.owner, last_sign_at=row.renewed_at, now=now):
            row.outcome, row.ended_at = AssociationOutcome.LOST, row.renewed_at
            row.reason = "The receiver ended while it was open. What it had acknowledged is safe."
            row.save(update_fields=["outcome", "ended_at", "reason"])
