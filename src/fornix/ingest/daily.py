"""The uploads of a process that receives for as long as it lives: one for each day, sealed when the next one begins.

Each file of such an upload counts from its committed row on, whether the upload is sealed or not.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from itertools import count

from django.db import Error
from django.utils import timezone

from fornix.ingest.owners import this_process
from fornix.models import Upload
from fornix.storage.keys import blob_key, new_upload_id

logger = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class _Day:
    on: date
    upload_id: str
    numbers: Iterator[int] = field(default_factory=count)
    writers: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """Where one file goes."""

    upload_id: str
    key: str


class DailyUploads:
    """The upload of today, and those of former days until their last writer is done. Any number of threads."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._lock = threading.Lock()
        self._today: _Day | None = None
        self._over: list[_Day] = []

    @contextmanager
    def place(self) -> Iterator[Place]:
        """A new key of today's upload. While the context lasts, that upload is not sealed."""
        day = self._enter()
        try:
            yield Place(day.upload_id, blob_key(day.on, day.upload_id, next(day.numbers)))
        finally:
            with self._lock:
                day.writers -= 1
            if self._over:
                self._seal()

    def forsake(self, upload_id: str) -> None:
        """Somebody else has ended this upload: what comes next begins another one."""
        with self._lock:
            if self._today is not None and self._today.upload_id == upload_id:
                self._today = None

    def close(self) -> None:
        """Seals today's upload as soon as its last writer is done."""
        with self._lock:
            self._end_today()
        self._seal()

    def _enter(self) -> _Day:
        now = timezone.now()
        with self._lock:
            if self._today is None or self._today.on != now.date():
                self._end_today()
                upload = Upload.objects.create(
                    id=new_upload_id(),
                    source=self._source,
                    acknowledges_each=True,
                    owner=this_process(),
                    started_at=now,
                )
                self._today = _Day(now.date(), upload.pk)
            self._today.writers += 1
            return self._today

    def _end_today(self) -> None:
        if self._today is not None:
            self._over.append(self._today)
            self._today = None

    def _seal(self) -> None:
        """Seals what is over and has no writer. What fails here is tried again, or done once this process is gone."""
        with self._lock:
            idle = [day for day in self._over if not day.writers]
            try:
                ids = [day.upload_id for day in idle]
                Upload.objects.filter(pk__in=ids, sealed_at=None).update(sealed_at=timezone.now())
            except Error as error:
                logger.warning("action=seal-failed error=%s", type(error).__name__)
                return
            self._over = [day for day in self._over if day not in idle]
