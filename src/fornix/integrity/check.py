"""Compares counters with rows, rows with bytes, bytes with hashes, manifests with rows; and mends what is safe.

Checking only reads. Every finding has a name, and what is found never needs more memory for a larger archive.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils import timezone

from fornix.errors import ArchiveError
from fornix.integrity.counters import check_counters
from fornix.integrity.findings import CannotMend, Finding, Inspection
from fornix.integrity.manifest_checks import check_manifests
from fornix.integrity.orphans import check_accessions, check_rows
from fornix.integrity.recover import end_recovery
from fornix.integrity.stored import check_hashes, check_store
from fornix.storage.store import Store

__all__ = ["Finding", "Inspection", "Mended", "check", "inspect", "repair"]


@dataclass(frozen=True, slots=True)
class Mended:
    """What became of a finding: what was done, or why nothing was."""

    finding: Finding
    is_mended: bool
    outcome: str


def check(store: Store, *, read_bytes: bool) -> Iterator[Finding]:
    """Everything that disagrees. With `read_bytes` each blob and each manifest is read."""
    yield from inspect(Inspection(store, timezone.now()), read_bytes=read_bytes)


def inspect(inspection: Inspection, *, read_bytes: bool) -> Iterator[Finding]:
    """As `check`, of a given moment. What counts or names something comes after it, so that mending in this order
    mends all."""
    yield from check_rows()
    yield from check_manifests(inspection, reads=read_bytes)
    yield from check_store(inspection)
    if read_bytes:
        yield from check_hashes(inspection)
    yield from check_accessions(inspection.store)
    yield from check_counters()


def repair(inspection: Inspection, *, read_bytes: bool) -> Iterator[Mended]:
    """Mends each finding as it is found, where that is safe, and says what it did."""
    for finding in inspect(inspection, read_bytes=read_bytes):
        yield _mend(finding)
    end_recovery(inspection)


def _mend(finding: Finding) -> Mended:
    if finding.mend is None:
        return Mended(finding, is_mended=False, outcome="this is for a person to decide")
    try:
        return Mended(finding, is_mended=True, outcome=finding.mend())
    except CannotMend as reason:
        return Mended(finding, is_mended=False, outcome=str(reason))
    except (ArchiveError, OSError) as error:
        told = str(error) if isinstance(error, ArchiveError) else error.strerror or type(error).__name__
        return Mended(finding, is_mended=False, outcome=f"it cannot be mended now: {told}")
