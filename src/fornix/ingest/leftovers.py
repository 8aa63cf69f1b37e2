"""What dead importers left: uploads that were never sealed are thrown away, sealed ones are filed to the end."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from fornix.ingest.owners import is_gone
from fornix.models import Arrival, Blob, File, Upload
from fornix.storage.store import Store


def discard_upload(upload: Upload, store: Store) -> None:
    """Throws away an upload that was never sealed. Its sender was told of no success and still has the data."""
    with transaction.atomic():
        files = File.objects.filter(arrival__upload=upload)
        blobs = list(files.values_list("blob_id", flat=True))
        files.delete()
        for begin in range(0, len(blobs), 500):
            Blob.objects.filter(pk__in=blobs[begin : begin + 500]).delete()
        Arrival.objects.filter(upload=upload).delete()
    _delete_unnamed_bytes(upload, store)
    upload.delete()


def settle_upload(upload: Upload, store: Store, *, at: datetime) -> None:
    """Ends a sealed upload: bytes that no row names (the same again) leave the store; without arrivals its row goes."""
    if upload.settled_at is None:
        _delete_unnamed_bytes(upload, store)
        upload.settled_at = at
        upload.save(update_fields=["settled_at"])
    if not upload.arrivals.exists():
        upload.delete()


def tidy_after_the_dead(store: Store) -> list[Arrival]:
    """Discards what dead importers had not sealed; returns the arrivals that they had sealed and not filed."""
    now = timezone.now()
    unfiled: list[Arrival] = []
    for upload in Upload.objects.filter(settled_at__isnull=True).order_by("id"):
        last_sign_at = upload.sealed_at or upload.started_at
        if not is_gone(upload.owner, last_sign_at=last_sign_at, now=now):
            continue
        if upload.sealed_at is None:
            discard_upload(upload, store)
        else:
            arrivals = list(upload.arrivals.filter(refusal="").order_by("id"))
            unfiled += arrivals
            if not arrivals:
                settle_upload(upload, store, at=now)
    return unfiled


def upload_prefix(upload: Upload) -> str:
    """Where in the store an upload writes."""
    return f"{upload.started_at:%Y/%m/%d}/{upload.id}/"


def _delete_unnamed_bytes(upload: Upload, store: Store) -> None:
    named = set(Blob.objects.filter(key__startswith=upload_prefix(upload)).values_list("key", flat=True))
    for stat in list(store.list(upload_prefix(upload))):
        if stat.key not in named:
            store.delete(stat.key)
