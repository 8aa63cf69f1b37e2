"""Rows against bytes, both ways, and bytes against their hashes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

from fornix.errors import Unavailable
from fornix.integrity.findings import Finding, Inspection
from fornix.integrity.named_keys import Named, is_named, named_keys, side_by_side, under_way, upload_of
from fornix.integrity.recover import recover
from fornix.integrity.spare import bring_back, replace
from fornix.integrity.stored_digests import digests_of
from fornix.models import Blob
from fornix.storage.keys import MANIFESTS
from fornix.storage.store import BytesMissing, Stat

_ROWS_AT_ONCE = 1_000
_TOLD_EVERY = 1_000
# A batch is written and named within minutes; a day without a byte, and its writer is dead.
DEAD_AFTER = timedelta(days=1)


def check_store(inspection: Inspection) -> Iterator[Finding]:
    """Keys and lengths. What is on its way into the archive is not yet the archive's.

    Data may come in meanwhile: what disagrees is looked at once more, and told if it still does.
    """
    busy = under_way()
    for count, (named, stat) in enumerate(side_by_side(inspection.store)):
        if count % _TOLD_EVERY == 0:
            inspection.tell("keys", count)
        if stat is None and named is not None:
            yield from _missing(inspection, named)
        elif named is None and stat is not None:
            if not stat.key.startswith(MANIFESTS) and upload_of(stat.key) not in busy:
                yield from _extra(inspection, stat)
        elif named is not None and stat is not None and named.length != stat.length:
            detail = f"has {stat.length} bytes, {named.length} were stored"
            yield Finding("length", stat.key, detail, partial(replace, inspection, stat.key))
    yield from _temporaries(inspection, busy)


def _missing(inspection: Inspection, named: Named) -> Iterator[Finding]:
    if inspection.store.stat(named.key) is None and is_named(named.key):
        mend = partial(bring_back, inspection, named.key)
        yield Finding("bytes_missing", named.key, "a row names bytes that are not there", mend)


def _extra(inspection: Inspection, stat: Stat) -> Iterator[Finding]:
    is_there = inspection.store.stat(stat.key) is not None
    if is_there and not is_named(stat.key) and upload_of(stat.key) not in under_way():
        yield Finding(
            "bytes_extra", stat.key, "bytes that no row names", partial(recover, inspection, stat.key)
        )


def _temporaries(inspection: Inspection, busy: set[str]) -> Iterator[Finding]:
    older_than = inspection.at - DEAD_AFTER
    for stat in inspection.store.list_temporaries(older_than):
        if upload_of(stat.key) not in busy:
            folder = stat.key.rpartition("/")[0]

            def sweep(folder: str = folder) -> str:
                swept = inspection.store.sweep_temporaries(older_than, folder)
                return f"{swept} removed: nobody was told of these bytes"

            yield Finding("temporary", stat.key, "a process that died left this unfinished", sweep)


def check_hashes(inspection: Inspection) -> Iterator[Finding]:
    """Reads every byte that a row names, and compares its hashes."""
    done = 0
    for named in named_keys():
        for blob in Blob.objects.filter(key=named.key).order_by("offset"):
            yield from _check_blob(inspection, blob)
            done += 1
            if done % _TOLD_EVERY == 0:
                inspection.tell("files read", done)


def _check_blob(inspection: Inspection, blob: Blob) -> Iterator[Finding]:
    try:
        digests = digests_of(inspection.store, blob.key, blob.offset, blob.length)
    except BytesMissing:
        return  # check_store tells it
    except Unavailable as error:
        yield Finding(
            "hash", blob.key, f"the bytes cannot be read: {error}", partial(replace, inspection, blob.key)
        )
        return
    if digests.sha256 != blob.sha256:
        detail = "the bytes are not those that were stored"
        yield Finding("hash", blob.key, detail, partial(replace, inspection, blob.key))
    elif (digests.md5, digests.crc32) != (blob.md5, blob.crc32):
        right = {"md5": digests.md5, "crc32": digests.crc32}

        def correct() -> str:
            Blob.objects.filter(pk=blob.pk, sha256=digests.sha256).update(**right)
            return "they are those of the bytes now, whose SHA-256 is right"

        yield Finding("row", f"Blob {blob.pk}", "its MD5 or CRC-32 is not that of its bytes", correct)
