"""Rows that nothing leads to, that never became whole, or that contradict each other."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from django.db import transaction
from django.db.models import F, Q

from fornix.integrity.findings import Finding
from fornix.integrity.manifest_text import manifest_owners
from fornix.models import AccessionCounter, Arrival, Blob, ImagingSession, Resource, Subject
from fornix.storage.store import Store

_ROWS_AT_ONCE = 5_000


def check_rows() -> Iterator[Finding]:
    """Bytes without a file, sessions that were never finished, parts of other sessions."""
    yield from _unnamed_blobs()
    yield from _unfinished_sessions()
    for model, holder in ((Resource, "scan__session"), (ImagingSession, "subject__project")):
        here = F("session") if model is Resource else F("project")
        odd = model._default_manager.filter(~Q(**{holder: here}), **{f"{holder}__isnull": False})
        for row in odd.order_by("pk"):
            yield Finding("row", f"{model.__name__} {row.pk}", "what it belongs to is part of something else")


def _unnamed_blobs() -> Iterator[Finding]:
    last = 0
    while part := list(
        Blob.objects.filter(file__isnull=True, pk__gt=last).order_by("pk").values_list("pk")[:_ROWS_AT_ONCE]
    ):
        for (last,) in part:
            yield Finding("row", f"Blob {last}", "no file names these bytes", partial(_drop_blob, last))


def _drop_blob(pk: int) -> str:
    """The row alone: bytes that nothing names any more are then found, and looked into, as such."""
    Blob.objects.filter(pk=pk, file__isnull=True).delete()
    return "the row is gone; the bytes are still there"


def _unfinished_sessions() -> Iterator[Finding]:
    """A session stays hidden while its arrival is being filed, or waits after it was begun."""
    hidden = ImagingSession.objects.filter(visible_at__isnull=True)
    for session in list(hidden.order_by("pk")[:_ROWS_AT_ONCE]):
        is_filed = Arrival.objects.filter(Q(refusal="") | Q(filed_scans__gt=0)).exists()
        if not is_filed and hidden.filter(pk=session.pk).exists():
            yield Finding("row", session.accession, "was begun and never finished; import its data again")


def check_accessions(store: Store) -> Iterator[Finding]:
    """A number that was given once is never given again, not even after an older database was put back."""
    for kind, highest in highest_numbers(store).items():
        counter = AccessionCounter.objects.filter(kind=kind).first()
        if highest > (counter.last if counter else 0):
            said = counter.last if counter else 0
            yield Finding(
                "counter",
                f"AccessionCounter {kind}",
                f"last says {said}, and {highest} was given",
                partial(raise_counter, kind, highest),
            )


def raise_counter(kind: str, highest: int) -> str:
    """No accession up to this number is given again."""
    with transaction.atomic():
        AccessionCounter.objects.get_or_create(kind=kind)
        AccessionCounter.objects.filter(kind=kind, last__lt=highest).update(last=highest)
    return f"the next one is {highest + 1}"


def highest_numbers(store: Store) -> dict[str, int]:
    """The highest number of each kind, S and E, that a row or a manifest carries."""
    found = {"S": 0, "E": 0}
    for model in (Subject, ImagingSession):
        last = 0
        while part := list(
            model._default_manager.filter(pk__gt=last)
            .order_by("pk")
            .values_list("pk", "accession")[:_ROWS_AT_ONCE]
        ):
            for last, accession in part:  # noqa: B007 - where the next part begins
                _note(found, accession)
    for of in manifest_owners(store):
        _note(found, of)
    return found


def _note(found: dict[str, int], accession: str) -> None:
    last = accession.rpartition("_")[2]
    kind, digits = last[:1], last[1:]
    if kind in found and digits.isascii() and digits.isdigit() and len(digits) < 18:
        found[kind] = max(found[kind], int(digits))
