"""What a manifest is as bytes: one JSON value a line, compressed, the last line telling that it is whole.

`zcat` shows it. Knows neither rows nor what the lines say.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterable, Iterator
from contextlib import closing
from typing import Any

from fornix.errors import Invalid
from fornix.storage.keys import MANIFESTS, manifest_key
from fornix.storage.store import Store

FORMAT = 1
LONGEST_LINE = 64 << 20
_END = "end"
_GZIP = 31  # zlib's number for a gzip header, which then carries no time: the same lines give the same bytes
_CHUNK = 1 << 16


class ManifestUnreadable(Invalid):
    """This manifest is cut off, damaged, or none."""


def compress(lines: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    """The bytes of a manifest. What `lines` raises passes through before the last ones are given."""
    packer = zlib.compressobj(wbits=_GZIP)
    count = 0
    for line in lines:
        count += 1
        packed = packer.compress(json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
        if packed:
            yield packed
    yield packer.compress(json.dumps({_END: count}).encode() + b"\n") + packer.flush()


def read_lines(store: Store, key: str) -> Iterator[dict[str, Any]]:
    """The lines of a manifest, without the last. Raises ManifestUnreadable where it turns out not to be whole."""
    count = 0
    try:
        with closing(store.open(key)) as stream, gzip.open(stream) as text:
            while raw := text.readline(LONGEST_LINE):
                line = json.loads(raw)
                if not isinstance(line, dict):
                    raise ManifestUnreadable
                if _END in line:
                    if line[_END] != count or text.read(1):
                        raise ManifestUnreadable
                    return
                count += 1
                yield line
    except (OSError, EOFError, zlib.error, ValueError, RecursionError) as error:
        raise ManifestUnreadable from error
    raise ManifestUnreadable


def read_bytes(store: Store, key: str) -> Iterator[bytes]:
    """The stored bytes as they are."""
    with closing(store.open(key)) as stream:
        while chunk := stream.read(_CHUNK):
            yield chunk


def stored_numbers(store: Store, of: str) -> list[int]:
    """The numbers of the manifests of a session or of the site that are in the store, the newest last."""
    names = (stat.key.rpartition("/")[2] for stat in store.list(manifest_key(of, 0)[:-1]))
    return sorted(int(name) for name in names if name.isascii() and name.isdigit())


def drop_older(store: Store, of: str, numbers: Iterable[int]) -> None:
    """The two newest are kept: should the newest turn out to be damaged, there is one before it."""
    for number in sorted(numbers)[:-2]:
        store.delete(manifest_key(of, number))


def manifest_owners(store: Store) -> Iterator[str]:
    """Whose manifests are in the store, each once: accessions, and the site."""
    last = ""
    for stat in store.list(MANIFESTS):
        of = stat.key.removeprefix(MANIFESTS).partition("/")[0]
        if of != last:
            last = of
            yield of
