"""Bytes that no row names become arrivals again: their headers are read anew. Who sent them is not known,
so that they wait for a person (ingest/reach.py)."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F, QuerySet

from fornix.dicom.header import DicomHeader
from fornix.ingest.names import instance_name
from fornix.ingest.owners import this_process
from fornix.ingest.reach import RECOVERED
from fornix.ingest.seal import NOTHING
from fornix.ingest.take import clean_uid, group_of, read_stored_header
from fornix.integrity.findings import Inspection
from fornix.integrity.named_keys import is_named, upload_of
from fornix.integrity.spare import is_sound
from fornix.models import Arrival, Blob, File, Upload
from fornix.storage.digests import Digests, Hasher
from fornix.storage.keys import new_upload_id
from fornix.storage.store import Store

_CHUNK = 1 << 20
_ALIKE = 20


@dataclass(frozen=True, slots=True)
class _Content:
    header: DicomHeader | None
    digests: Digests


def recover(inspection: Inspection, key: str) -> str:
    """Makes the bytes part of an arrival; the same that a row has already, go. Returns what was done."""
    store = inspection.store
    content = _read(store, key)
    for blob in Blob.objects.filter(sha256=content.digests.sha256, length=content.digests.length)[:_ALIKE]:
        if is_sound(store, blob):
            store.delete(key)
            return f"removed: the same bytes are kept as {blob.key}"
    with transaction.atomic():
        upload = _upload(inspection)
        if is_named(key):
            return "a row names them by now"
        arrival = _add(upload, inspection, key, content)
    return f"they are part of arrival {arrival.pk} now"


def end_recovery(inspection: Inspection) -> None:
    """All that could be found is there: what was recovered may be looked at and decided on."""
    for upload in _uploads(inspection).filter(sealed_at=None):
        upload.arrivals.filter(committed_at=None).update(committed_at=inspection.at)
        Upload.objects.filter(pk=upload.pk).update(sealed_at=inspection.at)


def _upload(inspection: Inspection) -> Upload:
    """One for each run. It counts file by file, as a receiver's: should this process die, what it found stays."""
    found = _uploads(inspection).filter(sealed_at=None).select_for_update().first()
    return found or Upload.objects.create(
        id=new_upload_id(),
        source=RECOVERED,
        acknowledges_each=True,
        owner=this_process(),
        started_at=inspection.at,
    )


def _uploads(inspection: Inspection) -> QuerySet[Upload]:
    return Upload.objects.filter(source=RECOVERED, started_at=inspection.at)


def _add(upload: Upload, inspection: Inspection, key: str, content: _Content) -> Arrival:
    header, digests = content.header, content.digests
    root = upload_of(key) or RECOVERED
    study_uid = clean_uid(header.study_uid) if header else ""
    uid = clean_uid(header.sop_instance_uid) if header else ""
    arrival, _ = Arrival.objects.get_or_create(
        upload=upload,
        group=group_of(header, study_uid, root) if header else f"{NOTHING}:{root}",
        closed_at=None,
        deleted_at=None,
        defaults={
            "id": new_upload_id(),
            "study_uid": study_uid,
            "received_at": inspection.at,
            "last_byte_at": inspection.at,
        },
    )
    blob = Blob.objects.create(
        key=key, length=digests.length, sha256=digests.sha256, md5=digests.md5, crc32=digests.crc32
    )
    File.objects.create(
        arrival=arrival,
        blob=blob,
        name=instance_name(uid, digests.tail_sha256 or "") if header else key.rpartition("/")[2],
        sop_instance_uid=uid,
        transfer_syntax_uid=clean_uid(header.transfer_syntax_uid) if header else "",
        content_sha256=(digests.tail_sha256 or "") if header else "",
    )
    Arrival.objects.filter(pk=arrival.pk).update(
        file_count=F("file_count") + 1, byte_count=F("byte_count") + digests.length
    )
    return arrival


def _read(store: Store, key: str) -> _Content:
    with closing(store.open(key)) as stream:
        stat = store.stat(key)
        header = read_stored_header(stream, stat.length if stat else 0)
        stream.seek(0)
        hasher = Hasher(header.dataset_offset if header else None)
        while chunk := stream.read(_CHUNK):
            hasher.update(chunk)
    return _Content(header, hasher.finish())
