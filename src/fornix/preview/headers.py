"""Headers of stored files."""

from __future__ import annotations

from fornix.dicom.header import NotDicom
from fornix.models import Blob
from fornix.preview.header_tree import HeaderTree, read_tree
from fornix.storage.store import Store


def stored_tree(store: Store, blob: Blob) -> HeaderTree | None:
    """All elements of a stored file; None where it is no DICOM file."""
    with store.open(blob.key, blob.offset, blob.length) as stream:

        def read_at(offset: int, size: int) -> bytes:
            stream.seek(offset)
            return stream.read(size)

        try:
            return read_tree(read_at, blob.length)
        except NotDicom:
            return None
