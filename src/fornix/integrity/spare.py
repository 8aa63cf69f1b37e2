"""Good bytes for a row whose own are gone or damaged: of a backup, or of another row with the same hash."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

from fornix.errors import Unavailable
from fornix.integrity.findings import CannotMend, Inspection
from fornix.integrity.stored_digests import digests_of
from fornix.models import Blob
from fornix.storage.digests import Hasher
from fornix.storage.keys import blob_key, new_upload_id
from fornix.storage.store import Store

_CHUNK = 1 << 20


def is_sound(store: Store, blob: Blob) -> bool:
    """Whether the row's bytes are there, and are those that were stored."""
    try:
        return digests_of(store, blob.key, blob.offset, blob.length).sha256 == blob.sha256
    except Unavailable:
        return False


def bring_back(inspection: Inspection, key: str) -> str:
    """Puts good bytes where a row names some and there are none. Raises CannotMend."""
    blob = _only_blob(key)
    store, source = _find(inspection, blob)
    inspection.store.put(key, _verified(store, source, blob))
    return f"the same bytes were found {_where(inspection, store, source)}"


def replace(inspection: Inspection, key: str) -> str:
    """Lets a row whose bytes are damaged name good ones, under a new key; the damaged ones go. Raises CannotMend."""
    blob = _only_blob(key)
    store, source = _find(inspection, blob)
    fresh = blob_key(inspection.at.date(), new_upload_id(), 0)
    inspection.store.put(fresh, _verified(store, source, blob))
    Blob.objects.filter(pk=blob.pk).update(key=fresh)
    inspection.store.delete(key)
    return f"the bytes as they were stored were found {_where(inspection, store, source)}"


def _only_blob(key: str) -> Blob:
    blobs = list(Blob.objects.filter(key=key)[:2])
    if len(blobs) != 1 or blobs[0].offset:
        raise CannotMend("bring the file back from a backup: no row tells its hash")
    return blobs[0]


def _find(inspection: Inspection, blob: Blob) -> tuple[Store, Blob]:
    if inspection.spare is not None and is_sound(inspection.spare, blob):
        return inspection.spare, blob
    alike = Blob.objects.filter(sha256=blob.sha256, length=blob.length).exclude(pk=blob.pk)
    for other in alike.order_by("pk")[:20]:
        if is_sound(inspection.store, other):
            return inspection.store, other
    raise CannotMend(
        "its bytes are nowhere else here; `fornix check --repair --from BACKUP` looks in a backup"
    )


def _where(inspection: Inspection, store: Store, source: Blob) -> str:
    return "in the backup" if store is inspection.spare else f"under {source.key}"


def _verified(store: Store, source: Blob, wanted: Blob) -> Iterator[bytes]:
    """The bytes of the source. Raises at their end when they are not those that are wanted: then nothing is kept."""
    hasher = Hasher()
    with closing(store.open(source.key, source.offset, source.length)) as stream:
        while chunk := stream.read(_CHUNK):
            hasher.update(chunk)
            yield chunk
    if hasher.finish().sha256 != wanted.sha256:
        raise CannotMend("the bytes that were found changed while they were read")
