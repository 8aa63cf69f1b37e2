"""Rows of several instances in one commit, and what it means when the database does not take them."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Sequence

from django.db import Error, OperationalError, connection

from fornix.errors import Unavailable
from fornix.ingest.landing import Landed, Recorded, record_landed
from fornix.storage.store import NoRoom

logger = logging.getLogger(__name__)


class NotRecorded(Unavailable):
    """The database does not take this now. Nothing of it was kept: send it again."""


class RecordUnknown(Unavailable):
    """The database went away while this was written down. Send it again."""


def refusal_of(error: Error) -> Unavailable:
    """What it means for whoever sends: no room (SQLite's code, PostgreSQL's SQLSTATE 53100), or not now."""
    cause = error.__cause__
    is_full = getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
    return NoRoom() if is_full or getattr(cause, "sqlstate", None) == "53100" else NotRecorded()


def record_together(landed: Sequence[Landed]) -> list[Recorded | Exception]:
    """One commit for all; for each where it is kept, or why not.

    When the database refuses something of it, each is tried by itself, so that one harms no other. Raises UploadEnded.
    """
    opened = None
    try:
        connection.ensure_connection()
        opened = connection.connection
        return [*record_landed(landed)]
    except Error as error:
        logger.error("action=not-recorded instances=%d error=%s", len(landed), type(error).__name__)  # noqa: TRY400
        # Django opens another connection at once where one broke: then nobody knows what became of the commit.
        if opened is not None and connection.connection is not opened:
            return [RecordUnknown() for _ in landed]
        if len(landed) == 1 or isinstance(error, OperationalError):
            return [refusal_of(error) for _ in landed]
    return [outcome for item in landed for outcome in record_together([item])]
