"""What dead importers left: uploads that were never sealed are thrown away, sealed ones are filed to the end."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from fornix.ingest.dropping import drop_files
from fornix.ingest.owners import is_gone, this_process
from fornix.models import Arrival, Blob, File, Upload
from fornix.storage.store import Store

# Nothing tells whether a process on another host still writes: receiving a day's data can take hours.
UNSEALED_PATIENCE = timedelta(days=2)


def discard_upload(upload: Upload, store: Store) -> None:
    """Throws away an upload that was never sealed. Its sender was told of no success and still has the data."""
    with transaction.atomic():
        drop_files(File.objects.filter(arrival__upload=upload).values_list("pk", flat=True))
        Arrival.objects.filter(upload=upload).delete()
    _delete_unnamed_bytes(upload, store)
    upload.delete()


def settle_upload(upload: Upload, store: Store, *, at: datetime) -> None:
    """Ends a sealed upload: bytes that no row names (the same again) leave the store; without arrivals its row goes.

    One that still receives, or with an arrival that is still to be filed, stays as it is, to be found again.
    """
    if upload.sealed_at is None or upload.arrivals.filter(refusal="", deleted_at=None).exists():
        return
    if upload.settled_at is None:
        _delete_unnamed_bytes(upload, store)
    if not upload.arrivals.exists():
        upload.delete()
    elif upload.settled_at is None:
        Upload.objects.filter(pk=upload.pk).update(settled_at=at)


def reopen_upload(upload_id: str) -> None:
    """Notes, in the transaction that drops files of it, that bytes must leave the store: `settle_upload` does it,
    or whoever finds that this process died before. One that still receives will be settled anyhow."""
    sealed = Upload.objects.filter(pk=upload_id, sealed_at__isnull=False)
    sealed.update(settled_at=None, owner=this_process())


def tidy_after_the_dead(store: Store) -> list[Arrival]:
    """Ends what dead processes left: uploads of importers that were not sealed are discarded, those of receivers are
    sealed. Returns the arrivals that importers had sealed and not filed; a receiver's are filed when they are due."""
    now = timezone.now()
    unfiled: list[Arrival] = []
    for upload in Upload.objects.filter(settled_at__isnull=True).order_by("id"):
        if not _is_abandoned(upload, now):
            continue
        if upload.sealed_at is None and not upload.acknowledges_each:
            discard_upload(upload, store)
            continue
        if upload.sealed_at is None:
            _seal(upload, now)
        arrivals = list(upload.arrivals.filter(refusal="", deleted_at=None).order_by("id"))
        if not arrivals:
            settle_upload(upload, store, at=now)
        elif not upload.acknowledges_each:
            unfiled += arrivals
    return unfiled


def _seal(upload: Upload, at: datetime) -> None:
    """Nothing comes any more. A receiver that was taken for dead too early finds its upload ended, and begins another:
    it looks in the transaction of each row."""
    upload.sealed_at = at
    Upload.objects.filter(pk=upload.pk, sealed_at=None).update(sealed_at=at)


def _is_abandoned(upload: Upload, now: datetime) -> bool:
    if upload.sealed_at is None:
        return is_gone(upload.owner, last_sign_at=upload.started_at, now=now, patience=UNSEALED_PATIENCE)
    if upload.acknowledges_each:
        return True  # its receiver sealed it when nothing more could come; who files from it holds leases
    # What this very process could not file is tried again: it is at work on nothing now, and leases guard the rest.
    return upload.owner == this_process() or is_gone(upload.owner, last_sign_at=upload.sealed_at, now=now)


def purge_deleted(store: Store, *, before: datetime) -> int:
    """Ends arrivals that people deleted before that instant, bytes and all; returns how many."""
    rows = Arrival.objects.filter(deleted_at__lt=before).order_by("pk")
    for arrival in rows.select_related("upload"):
        with transaction.atomic():
            still = Arrival.objects.select_for_update().filter(pk=arrival.pk, deleted_at__lt=before).first()
            if still is None:
                continue  # somebody took the deletion back
            dropped = drop_files(still.files.values_list("pk", flat=True))
            reopen_upload(still.upload_id)
            still.delete()
        delete_dropped(dropped, store)
        upload = Upload.objects.filter(pk=arrival.upload_id).first()
        if upload is not None:
            settle_upload(upload, store, at=timezone.now())
    return len(rows)


def delete_dropped(keys: Iterable[str], store: Store) -> None:
    """After the commit that dropped them. What was recovered or merged lies where another upload wrote it."""
    for key in keys:
        if not Blob.objects.filter(key=key).exists():
            store.delete(key)


def upload_prefix(upload: Upload) -> str:
    """Where in the store an upload writes."""
    return f"{upload.started_at:%Y/%m/%d}/{upload.id}/"


def _delete_unnamed_bytes(upload: Upload, store: Store) -> None:
    """Nobody writes there any more: temporaries that a killed process left go too."""
    store.sweep_temporaries(timezone.now(), upload_prefix(upload))
    named = set(Blob.objects.filter(key__startswith=upload_prefix(upload)).values_list("key", flat=True))
    for stat in list(store.list(upload_prefix(upload))):
        if stat.key not in named:
            store.delete(stat.key)
