"""The site's manifest: written whenever what it holds has changed, the newest two kept; and read back."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import IO

from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db.models import Model

from fornix.integrity.manifest_text import (
    FORMAT,
    ManifestUnreadable,
    compress,
    drop_older,
    read_bytes,
    read_lines,
    stored_numbers,
)
from fornix.integrity.rows import Row, values_for
from fornix.integrity.site_mark import manifests_of_sessions
from fornix.integrity.site_names import SITE
from fornix.integrity.site_tables import BY_NAME, TABLES
from fornix.models import Account, Arrival, Upload
from fornix.storage.keys import manifest_key
from fornix.storage.store import BytesMissing, KeyTaken, Store

_IN_MEMORY = 16 << 20
_CHUNK = 1 << 20
_ROWS_AT_ONCE = 1_000


def write_site_manifest(store: Store) -> bool:
    """Writes the site's manifest, where the newest one in the store says something else. False: nothing to do."""
    stored = stored_numbers(store, SITE)
    with SpooledTemporaryFile(_IN_MEMORY) as spool:
        digest = hashlib.sha256()
        for chunk in compress(site_lines()):
            digest.update(chunk)
            spool.write(chunk)
        if stored and _sha256(store, stored[-1]) == digest.hexdigest():
            return False
        spool.seek(0)
        number = max(stored, default=0) + 1
        try:
            store.put(manifest_key(SITE, number), _chunks(spool))
        except KeyTaken:
            return False  # another worker is at it
    drop_older(store, SITE, [*stored, number])
    return True


def site_lines() -> Iterator[Row]:
    """The lines. Nothing is locked meanwhile: tables that refer to others are read before these, so that what a row
    refers to is there too. What is gone in between is dropped when they are read."""
    # Without the number it would say the same, and nobody could tell from the store that it is newer than all of them.
    yield {"format": FORMAT, "manifests_of_sessions": manifests_of_sessions()}
    for table in reversed(TABLES):
        for part in table.chunks():
            for row in part:
                yield {"table": table.name, "row": row}


def load_site(store: Store, number: int) -> None:
    """Makes the rows of the n-th site manifest, under their keys, in the caller's transaction of a new database.

    Raises ManifestUnreadable. Accounts get no password: nobody logs in before one is given.
    """
    lines = read_lines(store, manifest_key(SITE, number))
    if next(lines, {}).get("format") != FORMAT:
        raise ManifestUnreadable(
            "The site's manifest was written by another version of Fornix. Update this one."
        )
    held: list[Model] = []
    try:
        for line in lines:
            row = _instance(BY_NAME[line["table"]].model, line["row"])
            if held and (type(row) is not type(held[0]) or len(held) >= _ROWS_AT_ONCE):
                _write(held)
            held.append(row)
        _write(held)
    except (KeyError, TypeError, AttributeError, ValidationError) as error:
        raise ManifestUnreadable from error


def _instance(model: type[Model], row: Row) -> Model:
    instance = model(**values_for(model, row))
    if isinstance(instance, Account):
        instance.password = make_password(None)
    elif isinstance(instance, Upload):
        instance.owner = ""
        instance.sealed_at = instance.sealed_at or instance.started_at  # its receiver is gone
    elif isinstance(instance, Arrival):
        instance.attempts = 0
    return instance


def _write(held: list[Model]) -> None:
    if held:
        type(held[0])._default_manager.bulk_create(held)
        held.clear()


def _sha256(store: Store, number: int) -> str:
    digest = hashlib.sha256()
    try:
        for chunk in read_bytes(store, manifest_key(SITE, number)):
            digest.update(chunk)
    except (BytesMissing, OSError):
        return ""
    return digest.hexdigest()


def _chunks(stream: IO[bytes]) -> Iterator[bytes]:
    while chunk := stream.read(_CHUNK):
        yield chunk
