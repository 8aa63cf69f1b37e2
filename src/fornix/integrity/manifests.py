"""Manifests of sessions: which are due, and how one is written. The worker calls it; killed anywhere, it goes on.

A session's manifest is of the state that `manifest_at` says: the newest change of its rows. Whoever changes a
session, or renames what it belongs to, sets its `changed_at`; by that alone a manifest is known to be old.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet

from fornix.errors import ArchiveError, Refused
from fornix.integrity.manifest_text import compress, drop_older, stored_numbers
from fornix.integrity.rows import Row
from fornix.integrity.session_lines import session_lines
from fornix.models import Flag, ImagingSession
from fornix.storage.keys import manifest_key
from fornix.storage.store import KeyTaken, Store

logger = logging.getLogger(__name__)

QUIET = timedelta(seconds=60)
SESSIONS_PER_ROUND = 200
FILES_PER_ROUND = 20_000  # some seconds; the last session of a round may exceed it


class RowsChanged(Refused):
    """The session changed while its manifest was written. It is written once it is quiet again."""


def outdated_sessions() -> QuerySet[ImagingSession]:
    """Visible sessions without a manifest of their rows as they are now."""
    newer_flag = Flag.objects.filter(raised_at__gt=F("session__manifest_at")).values("session")
    as_flagged = Flag.objects.filter(session=OuterRef("pk"), raised_at=OuterRef("manifest_at"))
    # Two filings of one session at once may commit in another order than they began: then its last change is older.
    went_back = Q(changed_at__lt=F("manifest_at")) & ~Exists(as_flagged)
    return ImagingSession.objects.filter(visible_at__isnull=False).filter(
        Q(manifest_at__isnull=True) | Q(changed_at__gt=F("manifest_at")) | went_back | Q(pk__in=newer_flag)
    )


def write_due_manifests(store: Store, *, at: datetime, quiet: timedelta = QUIET) -> int:
    """Writes manifests of sessions that have been quiet, as many as one round takes; returns how many."""
    written = files = 0
    due = outdated_sessions().filter(changed_at__lte=at - quiet).order_by("changed_at", "pk")
    for session_id, file_count in list(due.values_list("pk", "file_count")[:SESSIONS_PER_ROUND]):
        try:
            written += write_manifest(session_id, store)
        except ArchiveError as error:
            # A full disk, mostly. One session's trouble is no reason to leave the others without.
            logger.warning("action=manifest-left session=%d error=%s", session_id, type(error).__name__)
        files += file_count
        if files >= FILES_PER_ROUND:
            break
    return written


def write_manifest(session_id: int, store: Store) -> bool:
    """Writes the manifest of one session, and keeps the one before it. False when somebody else is at it, or the
    session changes meanwhile.

    Nothing is locked: the rows are read in parts, and before the last byte it is seen that they are the same still.
    """
    session = ImagingSession.objects.select_related(
        "project__booking_project", "subject", "booking__scanner", "booking__booking_project"
    ).get(pk=session_id)
    state_at = state_of(session)
    stored = stored_numbers(store, session.accession)
    number = max([session.manifest_number, *stored]) + 1
    try:
        store.put(manifest_key(session.accession, number), compress(_unchanged(session, state_at)))
    except (RowsChanged, KeyTaken):
        return False
    ImagingSession.objects.filter(pk=session_id, manifest_number__lt=number).update(
        manifest_number=number, manifest_at=state_at
    )
    drop_older(store, session.accession, [*stored, number])
    return True


def _unchanged(session: ImagingSession, state_at: datetime) -> Iterator[Row]:
    yield from session_lines(session)
    now = ImagingSession.objects.get(pk=session.pk)
    if state_of(now) != state_at or now.file_count != session.file_count:
        raise RowsChanged


def state_of(session: ImagingSession) -> datetime:
    """The newest change of its rows: what `manifest_at` is once they are written down."""
    flagged_at: datetime | None = session.flags.aggregate(last=Max("raised_at"))["last"]
    return max(session.changed_at, flagged_at or session.changed_at)
