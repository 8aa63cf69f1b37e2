"""Compares counters with rows, rows with bytes and bytes with hashes. Reads only; every finding has a name."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db import models
from django.db.models import Count, Max, Q, Sum

from fornix.errors import Unavailable
from fornix.ingest.leftovers import upload_prefix
from fornix.models import Arrival, Blob, File, ImagingSession, Project, Resource, Scan, Subject, Upload
from fornix.storage.store import BytesMissing, Store

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Finding:
    """One disagreement."""

    kind: str  # counter | bytes_missing | bytes_extra | length | hash | row
    where: str
    detail: str


def check(store: Store, *, read_bytes: bool) -> Iterator[Finding]:
    """Everything that disagrees. With `read_bytes` each blob is read and hashed.

    An import may be at work meanwhile: what disagrees is looked at once more, and told if it still does.
    """
    yield from _lasting(lambda: (*check_counters(), *check_rows(), *check_store(store)))
    if read_bytes:
        yield from check_hashes(store)


def _lasting(look: Callable[[], tuple[Finding, ...]]) -> Iterator[Finding]:
    first = look()
    again = set(look()) if first else set()
    yield from (finding for finding in first if finding in again)


def check_counters() -> Iterator[Finding]:
    """Counters against what they count."""
    in_place = File.objects.filter(resource__isnull=False)
    yield from _counted(Resource, _sums(in_place, "resource"), ("file_count", "byte_count"))
    yield from _counted(Scan, _sums(in_place, "resource__scan"), ("file_count", "byte_count"))
    yield from _counted(ImagingSession, _sums(in_place, "resource__session"), ("file_count", "byte_count"))
    yield from _counted(
        Arrival, _sums(File.objects.filter(arrival__isnull=False), "arrival"), ("file_count", "byte_count")
    )
    scans = Scan.objects.values_list("session").annotate(Count("pk"))
    yield from _counted(ImagingSession, {pk: (count,) for pk, count in scans}, ("scan_count",))
    visible = ImagingSession.objects.filter(visible_at__isnull=False)
    fields = ("session_count", "file_count", "byte_count")
    for model, parent in ((Subject, "subject"), (Project, "project")):
        rows = visible.values_list(parent).annotate(Count("pk"), Sum("file_count"), Sum("byte_count"))
        yield from _counted(model, {row[0]: tuple(row[1:]) for row in rows}, fields)
    subjects = Subject.objects.filter(session_count__gt=0).values_list("project").annotate(Count("pk"))
    yield from _counted(Project, {pk: (count,) for pk, count in subjects}, ("subject_count",))
    yield from _last_changes()


def _sums(files: models.QuerySet[File], parent: str) -> dict[object, tuple[int, ...]]:
    rows = files.values_list(parent).annotate(Count("pk"), Sum("blob__length"))
    return {pk: (count, size) for pk, count, size in rows}


def _counted(
    model: type[models.Model], truth: dict[object, tuple[int, ...]], fields: tuple[str, ...]
) -> Iterator[Finding]:
    nothing = (0,) * len(fields)
    for pk, *counted in model._default_manager.values_list("pk", *fields).iterator():
        right = truth.get(pk, nothing)
        for name, is_, should in zip(fields, counted, right, strict=True):
            if is_ != should:
                yield Finding("counter", f"{model.__name__} {pk}", f"{name} says {is_}, there are {should}")


def _last_changes() -> Iterator[Finding]:
    """A subject and a project changed no earlier than their sessions."""
    visible = ImagingSession.objects.filter(visible_at__isnull=False)
    for model, parent in ((Subject, "subject"), (Project, "project")):
        latest = dict(visible.values_list(parent).annotate(Max("changed_at")))
        for pk, changed_at in model._default_manager.values_list("pk", "changed_at").iterator():
            if pk in latest and latest[pk] > changed_at:
                yield Finding(
                    "counter", f"{model.__name__} {pk}", "changed_at is older than its newest session"
                )


def check_rows() -> Iterator[Finding]:
    """Rows that nothing leads to, or that never became whole."""
    for blob in Blob.objects.filter(file__isnull=True).iterator():
        yield Finding("row", f"Blob {blob.pk}", "no file names these bytes")
    # A session stays hidden while its arrival is being filed, or waits after it was begun.
    if not Arrival.objects.filter(Q(refusal="") | Q(filed_scans__gt=0)).exists():
        for session in ImagingSession.objects.filter(visible_at__isnull=True):
            yield Finding("row", session.accession, "was begun and never finished; import its data again")


def check_store(store: Store) -> Iterator[Finding]:
    """Rows against bytes, both ways. What an unfinished import wrote is not yet the archive's."""
    unfinished = tuple(upload_prefix(upload) for upload in Upload.objects.filter(settled_at__isnull=True))
    lengths = dict(Blob.objects.values_list("key", "length").iterator())
    for stat in store.list(""):
        length = lengths.pop(stat.key, None)
        if length is None:
            if not stat.key.startswith(unfinished or ("\0",)):
                yield Finding("bytes_extra", stat.key, "bytes that no row names")
        elif length != stat.length:
            yield Finding("length", stat.key, f"has {stat.length} bytes, {length} were stored")
    for key in lengths:
        yield Finding("bytes_missing", key, "a row names bytes that are not there")


def check_hashes(store: Store) -> Iterator[Finding]:
    """Reads every blob and compares its SHA-256."""
    for blob in Blob.objects.order_by("key", "offset").iterator():
        try:
            sha256 = _sha256(store, blob)
        except BytesMissing:
            continue  # check_store tells it
        except Unavailable as error:
            yield Finding("hash", blob.key, f"the bytes cannot be read: {error}")
            continue
        if sha256 != blob.sha256:
            yield Finding("hash", blob.key, "the bytes are not those that were stored")


def _sha256(store: Store, blob: Blob) -> str:
    digest = hashlib.sha256()
    try:
        with store.open(blob.key, blob.offset, blob.length) as stream:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
    except OSError as error:
        raise Unavailable(error.strerror or type(error).__name__) from error
    return digest.hexdigest()
