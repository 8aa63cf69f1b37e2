"""A download under way: gives out its bytes, asks again whether they may be read, and writes down how it ended.

Knows no HTTP: what it is told to send it sends. When it must not go on it raises, so that the connection is closed.
"""

from __future__ import annotations

import errno
import logging
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator

from django.db import connection
from django.utils import timezone

from fornix.audit.accesses import AccessOutcome, close_access, note_progress
from fornix.errors import ArchiveError

logger = logging.getLogger(__name__)

ASK_AGAIN_S = 5.0
ASK_AGAIN_BYTES = 64 << 20
# A reader who takes nothing for so long is gone, or paused: they can resume.
STALLED_S = 120.0
# RST instead of FIN: what the network has not delivered yet is thrown away.
_RESET = struct.pack("ii", 1, 0)


class DownloadCut(ConnectionResetError):
    """The bytes end before the announced length, so the connection must be closed: no client takes it for whole."""

    def __init__(self, outcome: AccessOutcome) -> None:
        super().__init__(errno.ECONNRESET, f"the download was ended: {outcome}")


class Sending:
    """The bytes of one answer, one reader. Its slot is free and its Access row written when it ends, however it ends.

    `asked_again` says whether the reader still may; `release` gives the slot back. Besides the thread that sends,
    a watcher calls `check`, `note` and `end`.
    """

    def __init__(
        self,
        chunks: Iterator[bytes],
        *,
        access_id: int,
        asked_again: Callable[[], bool],
        release: Callable[[], None],
        client: socket.socket | None = None,
    ) -> None:
        self._chunks = chunks
        self._access_id = access_id
        self._asked_again = asked_again
        self._release = release
        self._client = client
        self._lock = threading.Lock()
        self._bytes_sent = self._asked_at_bytes = 0
        self._asked_at = self._moved_at = time.monotonic()
        self.outcome: AccessOutcome | None = None
        self.is_written = False  # the outcome, in its row

    def __iter__(self) -> Sending:
        return self

    def __next__(self) -> bytes:
        if self._bytes_sent - self._asked_at_bytes >= ASK_AGAIN_BYTES:
            self.check()
        if self.outcome is not None:
            raise DownloadCut(self.outcome)
        try:
            chunk = next(self._chunks)
        except StopIteration:
            self.end(AccessOutcome.COMPLETE)
            raise
        except (ArchiveError, OSError) as error:
            logger.error("action=download-failed access=%d error=%s", self._access_id, _told(error))  # noqa: TRY400
            self.end(AccessOutcome.FAILED)
            raise DownloadCut(AccessOutcome.FAILED) from None
        self._bytes_sent += len(chunk)
        self._moved_at = time.monotonic()
        return chunk

    def close(self) -> None:
        """The server's last word: whatever was not given out by now was not wanted any more."""
        self.end(AccessOutcome.CUT)

    def check(self) -> None:
        """Asks whether the reader still may; if not, or if nobody can tell, ends it."""
        self._asked_at, self._asked_at_bytes = time.monotonic(), self._bytes_sent
        try:
            may = self._asked_again()
        except Exception as error:  # noqa: BLE001 - without the database nobody can tell, whatever the reason
            logger.error("action=download-unasked access=%d error=%s", self._access_id, _told(error))  # noqa: TRY400
            self.end(AccessOutcome.FAILED)
        else:
            if not may:
                self.end(AccessOutcome.REVOKED)
        finally:
            release_connection()

    def check_if_due(self, now: float) -> None:
        """What is to be done at this moment of the monotonic clock: asks again, gives up on those who take nothing."""
        if now - self._moved_at >= STALLED_S:
            self.end(AccessOutcome.CUT)
        elif now - self._asked_at >= ASK_AGAIN_S:
            self.check()

    def note(self) -> None:
        """Writes down how far it is."""
        if self.outcome is None:
            note_progress(self._access_id, at=timezone.now(), bytes_sent=self._bytes_sent)

    def end(self, outcome: AccessOutcome) -> None:
        """Ends it, once: the first outcome stands. Everything but COMPLETE closes the connection."""
        with self._lock:
            if self.outcome is not None:
                return
            self.outcome = outcome
        if outcome is not AccessOutcome.COMPLETE:
            self._close_connection()
        self._release()
        try:
            close_access(self._access_id, outcome, at=timezone.now(), bytes_sent=self._bytes_sent)
        except Exception as error:  # noqa: BLE001 - the reader is gone; the log keeps what the row cannot
            logger.error("action=access-unwritten access=%d error=%s", self._access_id, _told(error))  # noqa: TRY400
        finally:
            self.is_written = True
            release_connection()
        logger.info(
            "action=download access=%d outcome=%s bytes=%d", self._access_id, outcome, self._bytes_sent
        )

    def _close_connection(self) -> None:
        if self._client is None:
            return
        try:
            self._client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            self._client.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits for the reader
        except OSError:
            logger.debug("action=download-closed access=%d", self._access_id)


def release_connection() -> None:
    """Gives the thread's database connection up: none stays open while bytes are sent for hours."""
    if not connection.in_atomic_block:
        connection.close()


def _told(error: BaseException) -> str:
    """Kind and key; not the text, which can hold values of a row."""
    key = error.details.get("key", "") if isinstance(error, ArchiveError) else ""
    return f"{type(error).__name__} {key}".strip()
