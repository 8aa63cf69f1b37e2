"""The rows of received instances, committed for several at once: each joins the open arrival of its group.

The bytes lie in the store already, synced. Knows no network.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from fornix.errors import Unavailable
from fornix.ingest.daily import Place
from fornix.models import Arrival, Blob, File, Sender, Upload
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


@dataclass(frozen=True, slots=True)
class Recorded:
    """Where an instance is kept. Not new: these very bytes were there, so that what just landed is not needed."""

    arrival_id: str
    is_new: bool


_Slot = tuple[str, str]  # upload, group
_Content = tuple[str, str, str, str]  # arrival, SOPInstanceUID, transfer syntax, hash of the data set


def record_landed(landed: Sequence[Landed]) -> list[Recorded]:
    """Commits the rows of all these instances in one transaction. Raises UploadEnded."""
    with transaction.atomic():
        at = timezone.now()
        arrivals = _open_arrivals(landed, at)
        known = _held(landed, arrivals)
        recorded: list[Recorded] = []
        new: list[Landed] = []
        for item in landed:
            arrival = arrivals[item.place.upload_id, item.group]
            content = _content(arrival, item)
            is_new = not item.content_sha256 or content not in known
            known.add(content)
            recorded.append(Recorded(arrival.pk, is_new))
            if is_new:
                new.append(item)
        _make_files(new, arrivals)
        _count(landed, new, arrivals, at)
    return recorded


def _open_arrivals(landed: Sequence[Landed], at: datetime) -> dict[_Slot, Arrival]:
    """The arrivals that these join, locked, so that a filing takes them with all their files or not at all."""
    uploads = {item.place.upload_id for item in landed}
    # Whoever ends an upload deletes bytes that no row names: either it sees these rows, or they see its end.
    open_uploads = Upload.objects.select_for_update().filter(pk__in=uploads, sealed_at=None)
    if set(open_uploads.values_list("pk", flat=True)) != uploads:
        raise UploadEnded
    rows = Arrival.objects.select_for_update().filter(
        upload__in=uploads, group__in={item.group for item in landed}, closed_at=None, deleted_at=None
    )
    arrivals = {(row.upload_id, row.group): row for row in rows}
    for item in landed:
        place = (item.place.upload_id, item.group)
        if place not in arrivals:
            arrivals[place] = _new_arrival(item, at)
    return arrivals


def _new_arrival(item: Landed, at: datetime) -> Arrival:
    # An administrator may have removed the sender since its association began.
    sender = Sender.objects.filter(pk=item.sender.pk).first() if item.sender else None
    return Arrival.objects.create(
        id=new_upload_id(),
        upload_id=item.place.upload_id,
        group=item.group,
        study_uid=item.study_uid,
        sender=sender,
        came_from=item.came_from,
        received_at=at,
        last_byte_at=at,
    )


def _held(landed: Sequence[Landed], arrivals: dict[_Slot, Arrival]) -> set[_Content]:
    """What the arrivals hold of these instances."""
    uids = {item.sop_instance_uid for item in landed if item.sop_instance_uid}
    # Said twice, so that SQLite takes the index of UIDs, which leaves empty ones out.
    rows = File.objects.exclude(sop_instance_uid="").filter(
        sop_instance_uid__in=uids, arrival__in=[row.pk for row in arrivals.values()]
    )
    return set(rows.values_list("arrival_id", "sop_instance_uid", "transfer_syntax_uid", "content_sha256"))


def _content(arrival: Arrival, item: Landed) -> _Content:
    return arrival.pk, item.sop_instance_uid, item.transfer_syntax_uid, item.content_sha256


def _make_files(new: list[Landed], arrivals: dict[_Slot, Arrival]) -> None:
    blobs = Blob.objects.bulk_create(
        Blob(
            key=item.place.key,
            length=item.digests.length,
            sha256=item.digests.sha256,
            md5=item.digests.md5,
            crc32=item.digests.crc32,
        )
        for item in new
    )
    File.objects.bulk_create(
        File(
            arrival=arrivals[item.place.upload_id, item.group],
            name=item.name,
            blob=blob,
            sop_instance_uid=item.sop_instance_uid,
            transfer_syntax_uid=item.transfer_syntax_uid,
            content_sha256=item.content_sha256,
        )
        for item, blob in zip(new, blobs, strict=True)
    )


def _count(landed: Sequence[Landed], new: list[Landed], arrivals: dict[_Slot, Arrival], at: datetime) -> None:
    """News end what was said of the arrival before: that it is complete, and why it waits."""
    for place in {(item.place.upload_id, item.group) for item in landed}:
        row = Arrival.objects.filter(pk=arrivals[place].pk)
        came = [item for item in new if (item.place.upload_id, item.group) == place]
        if not came:
            row.update(last_byte_at=at)
            continue
        row.update(
            file_count=F("file_count") + len(came),
            byte_count=F("byte_count") + sum(item.digests.length for item in came),
            last_byte_at=at,
            committed_at=None,
            refusal="",
            attempts=0,
        )
