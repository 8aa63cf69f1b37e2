"""The rows of received instances, committed for several at once: each joins the open arrival of its group.

The bytes lie in the store already, synced. Each image of a network passes here while its sender waits, so the
statements are written out: composing them anew took three quarters of the time (docs/decisions/0011).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from fornix.errors import Unavailable
from fornix.ingest.daily import Place
from fornix.models import Arrival, Sender, Upload
from fornix.storage.digests import Digests
from fornix.storage.keys import new_upload_id


class UploadEnded(Unavailable):
    """The receiver was taken for dead, and what it receives was ended. Send it again."""


@dataclass(frozen=True, slots=True)
class Landed:
    """One instance whose bytes are durable, and what its rows will say."""

    place: Place
    digests: Digests
    group: str
    study_uid: str
    name: str
    sop_instance_uid: str
    transfer_syntax_uid: str
    content_sha256: str  # empty: it is no DICOM instance that can be filed
    sender: Sender | None
    came_from: str

    @property
    def slot(self) -> _Slot:
        """What it has in common with others of its arrival."""
        return self.place.upload_id, self.group


@dataclass(frozen=True, slots=True)
class Recorded:
    """Where an instance is kept. Not new: these very bytes were there, so that what just landed is not needed."""

    arrival_id: str
    is_new: bool


_Slot = tuple[str, str]  # upload, group
_Content = tuple[str, str, str, str]  # arrival, SOPInstanceUID, transfer syntax, hash of the data set

_OPEN_ARRIVALS = """
    SELECT a.upload_id, a."group", a.id FROM fornix_arrival a JOIN fornix_upload u ON u.id = a.upload_id
    WHERE u.sealed_at IS NULL AND a.closed_at IS NULL AND a.deleted_at IS NULL
    AND a.upload_id IN ({uploads}) AND a."group" IN ({groups}) {locked}"""

# Twice of one column, so that SQLite takes the index of UIDs, which leaves empty ones out.
_HELD = """
    SELECT arrival_id, sop_instance_uid, transfer_syntax_uid, content_sha256 FROM fornix_file
    WHERE NOT (sop_instance_uid = '') AND sop_instance_uid IN ({uids}) AND arrival_id IN ({arrivals})"""

_NEW_BLOB = """
    INSERT INTO fornix_blob (key, "offset", length, sha256, md5, crc32) VALUES (%s, 0, %s, %s, %s, %s) RETURNING id"""

_NEW_FILE = """
    INSERT INTO fornix_file (arrival_id, name, blob_id, sop_instance_uid, transfer_syntax_uid, content_sha256)
    VALUES (%s, %s, %s, %s, %s, %s)"""

# News end what was said of the arrival before: that it is complete, and why it waits.
_GROW = """
    UPDATE fornix_arrival SET file_count = file_count + %s, byte_count = byte_count + %s, last_byte_at = %s,
    committed_at = NULL, refusal = '', attempts = 0 WHERE id = %s"""

_TOUCH = "UPDATE fornix_arrival SET last_byte_at = %s WHERE id = %s"


def record_landed(landed: Sequence[Landed]) -> list[Recorded]:
    """Commits the rows of all these instances in one transaction. Raises UploadEnded."""
    with transaction.atomic():
        at = timezone.now()
        arrivals = _open_arrivals(landed)
        for item in landed:
            if item.slot not in arrivals:
                arrivals[item.slot] = _make_arrival(item, at)
        recorded = _tell_new(landed, arrivals)
        _make_files(landed, recorded)
        _count(landed, recorded, at)
    return recorded


def _open_arrivals(landed: Sequence[Landed]) -> dict[_Slot, str]:
    """The ids of the arrivals that these join. Locked with their uploads: a filing takes an arrival with all its
    files, and whoever ends an upload sees all its rows before deleting bytes that no row names."""
    uploads, groups = {item.place.upload_id for item in landed}, {item.group for item in landed}
    locked = "FOR UPDATE" if connection.features.has_select_for_update else ""
    statement = _OPEN_ARRIVALS.format(uploads=_marks(uploads), groups=_marks(groups), locked=locked)
    with connection.cursor() as cursor:
        cursor.execute(statement, [*uploads, *groups])
        return {(upload, group): arrival for upload, group, arrival in cursor.fetchall()}


def _make_arrival(item: Landed, at: datetime) -> str:
    if not Upload.objects.select_for_update().filter(pk=item.place.upload_id, sealed_at=None).exists():
        raise UploadEnded
    # An administrator may have removed the sender since its association began.
    sender = Sender.objects.filter(pk=item.sender.pk).first() if item.sender else None
    arrival = Arrival.objects.create(
        id=new_upload_id(),
        upload_id=item.place.upload_id,
        group=item.group,
        study_uid=item.study_uid,
        sender=sender,
        came_from=item.came_from,
        received_at=at,
        last_byte_at=at,
    )
    return arrival.pk


def _tell_new(landed: Sequence[Landed], arrivals: dict[_Slot, str]) -> list[Recorded]:
    """Which of them their arrivals do not hold yet."""
    uids, ids = {item.sop_instance_uid for item in landed}, set(arrivals.values())
    with connection.cursor() as cursor:
        cursor.execute(_HELD.format(uids=_marks(uids), arrivals=_marks(ids)), [*uids, *ids])
        held: set[_Content] = set(cursor.fetchall())
    recorded = []
    for item in landed:
        arrival = arrivals[item.slot]
        content = (arrival, item.sop_instance_uid, item.transfer_syntax_uid, item.content_sha256)
        is_known = bool(item.sop_instance_uid and item.content_sha256) and content in held
        recorded.append(Recorded(arrival, not is_known))
        held.add(content)
    return recorded


def _make_files(landed: Sequence[Landed], recorded: Sequence[Recorded]) -> None:
    with connection.cursor() as cursor:
        files = []
        for item, kept in zip(landed, recorded, strict=True):
            if not kept.is_new:
                continue
            digests = item.digests
            cursor.execute(
                _NEW_BLOB, [item.place.key, digests.length, digests.sha256, digests.md5, digests.crc32]
            )
            (blob,) = cursor.fetchone()
            uids = (item.sop_instance_uid, item.transfer_syntax_uid)
            files.append((kept.arrival_id, item.name, blob, *uids, item.content_sha256))
        cursor.executemany(_NEW_FILE, files)


def _count(landed: Sequence[Landed], recorded: Sequence[Recorded], at: datetime) -> None:
    """Files and bytes that came anew, by arrival. Of one that only got the same again just the time is noted."""
    came: dict[str, list[int]] = defaultdict(list)
    for item, kept in zip(landed, recorded, strict=True):
        came[kept.arrival_id] += [item.digests.length] if kept.is_new else []
    instant = connection.ops.adapt_datetimefield_value(at)
    with connection.cursor() as cursor:
        for arrival, lengths in came.items():
            if lengths:
                cursor.execute(_GROW, [len(lengths), sum(lengths), instant, arrival])
            else:
                cursor.execute(_TOUCH, [instant, arrival])


def _marks(values: Collection[object]) -> str:
    return ", ".join(["%s"] * len(values))
