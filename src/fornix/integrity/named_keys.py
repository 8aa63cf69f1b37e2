"""All keys that rows name, and all keys of the store, side by side in one order: of neither the whole is in memory."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import F, Max, QuerySet
from django.db.models.functions import Collate

from fornix.models import Blob, Delivery, TransferPart, Upload
from fornix.storage.store import Stat, Store

_ROWS_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Named:
    """A key that a row names, and how many bytes there must be at least."""

    key: str
    length: int


def named_keys(prefix: str = "") -> Iterator[Named]:
    """The keys of files and of parts on their way, sorted as a store sorts them."""
    blobs = Blob.objects.values("key").annotate(end=Max(F("offset") + F("length"))).values_list("key", "end")
    parts = TransferPart.objects.values_list("key", "length")
    yield from heapq.merge(_sorted(blobs, prefix), _sorted(parts, prefix), key=lambda named: named.key)


def is_named(key: str) -> bool:
    """Whether a row names this key."""
    return Blob.objects.filter(key=key).exists() or TransferPart.objects.filter(key=key).exists()


def side_by_side(store: Store) -> Iterator[tuple[Named | None, Stat | None]]:
    """For each key what names it and what is stored; one of the two may be missing."""
    rows, stats = named_keys(), store.list("")
    named, stat = next(rows, None), next(stats, None)
    while named or stat:
        if stat is None or (named is not None and named.key < stat.key):
            yield named, None
            named = next(rows, None)
        elif named is None or stat.key < named.key:
            yield None, stat
            stat = next(stats, None)
        else:
            yield named, stat
            named, stat = next(rows, None), next(stats, None)


def under_way() -> set[str]:
    """Ids of uploads and deliveries that go on, or that wait to be ended: bytes come before the rows that name them."""
    uploads = Upload.objects.filter(settled_at__isnull=True).values_list("id", flat=True)
    deliveries = Delivery.objects.filter(ended_at__isnull=True).values_list("id", flat=True)
    return {*uploads, *deliveries}


def upload_of(key: str) -> str:
    """The id in a key `YYYY/MM/DD/<id>/<n>`; empty for any other key."""
    parts = key.split("/")
    return parts[3] if len(parts) == 5 else ""


def _sorted(rows: QuerySet[Any, Any], prefix: str) -> Iterator[Named]:
    if prefix:
        rows = rows.filter(key__startswith=prefix)
    if connection.vendor == "postgresql":
        # Its own order of text is the country's. One cursor of the server's: nothing of ours waits for its end.
        ordered = rows.order_by(Collate("key", "C"))
        yield from (Named(*row) for row in ordered.iterator(chunk_size=_ROWS_AT_ONCE))
        return
    last = ""
    while part := list(rows.filter(key__gt=last).order_by("key")[:_ROWS_AT_ONCE]):
        yield from (Named(*row) for row in part)
        last = part[-1][0]
