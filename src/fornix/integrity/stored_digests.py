"""The digests of bytes as they lie in a store. Knows no table."""

from __future__ import annotations

from contextlib import closing

from fornix.errors import Unavailable
from fornix.storage.digests import Digests, Hasher
from fornix.storage.store import Store

_CHUNK = 1 << 20


def digests_of(store: Store, key: str, offset: int = 0, length: int | None = None) -> Digests:
    """The digests of stored bytes. Raises Unavailable (BytesMissing among it) where they cannot be read."""
    hasher = Hasher()
    try:
        with closing(store.open(key, offset, length)) as stream:
            while chunk := stream.read(_CHUNK):
                hasher.update(chunk)
    except OSError as error:
        raise Unavailable(error.strerror or type(error).__name__) from error
    return hasher.finish()
