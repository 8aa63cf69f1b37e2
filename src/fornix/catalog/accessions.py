"""Accessions: site-wide numbers that are never reused."""

from __future__ import annotations

from django.db.models import F

from fornix.models import AccessionCounter


def next_accession(kind: str, prefix: str) -> str:
    """The next number of a kind, `S` (subject) or `E` (session): PREFIX_S00001. Called in the row's transaction."""
    AccessionCounter.objects.get_or_create(kind=kind)
    AccessionCounter.objects.filter(kind=kind).update(last=F("last") + 1)
    last = AccessionCounter.objects.get(kind=kind).last
    return f"{prefix}_{kind}{last:05d}"
