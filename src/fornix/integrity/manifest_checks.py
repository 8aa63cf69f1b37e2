"""Manifests against rows: old ones, missing ones, damaged ones, and those of sessions that no row knows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from fornix.errors import ArchiveError
from fornix.integrity.adopt import adopt_session
from fornix.integrity.counters import count_anew
from fornix.integrity.findings import CannotMend, Finding, Inspection
from fornix.integrity.manifest_text import ManifestUnreadable, manifest_owners, read_lines, stored_numbers
from fornix.integrity.manifests import outdated_sessions, write_manifest
from fornix.integrity.named_keys import is_named
from fornix.integrity.site_manifest import write_site_manifest
from fornix.integrity.site_names import SITE
from fornix.models import ImagingSession, Project, Subject
from fornix.storage.keys import manifest_key

# The worker writes them within minutes; where it does not run for a day, somebody should know.
GRACE = timedelta(days=1)
_ROWS_AT_ONCE = 1_000


def check_manifests(inspection: Inspection, *, reads: bool) -> Iterator[Finding]:
    """Each session's newest manifest: there, of its rows as they are, and (`reads`) whole."""
    overdue = outdated_sessions().filter(changed_at__lt=inspection.at - GRACE)
    for session in _sessions(overdue):
        what = "older than its rows" if session.manifest_at else "not written"
        yield _finding(
            inspection, session, f"its manifest is {what}, for more than a day; is `fornix serve` running?"
        )
    for session in _sessions(ImagingSession.objects.filter(manifest_number__gt=0)):
        yield from _check_newest(inspection, session, reads=reads)
    for of in manifest_owners(inspection.store):
        if of == SITE:
            yield from _check_site(inspection, reads=reads)
        elif not ImagingSession.objects.filter(accession=of).exists():
            detail = "there is a manifest of this session, and no session"
            yield Finding("manifest", of, detail, partial(adopt_missing, inspection, of))


def _check_newest(inspection: Inspection, session: ImagingSession, *, reads: bool) -> Iterator[Finding]:
    stored = stored_numbers(inspection.store, session.accession)
    if session.manifest_number not in stored:
        now = ImagingSession.objects.filter(pk=session.pk, manifest_number=session.manifest_number)
        if now.exists():
            yield _finding(inspection, session, "its manifest is not there")
    elif reads and not _is_whole(inspection, session.accession, stored[-1]):
        yield _finding(inspection, session, "its manifest cannot be read")


def _check_site(inspection: Inspection, *, reads: bool) -> Iterator[Finding]:
    stored = stored_numbers(inspection.store, SITE)
    if reads and stored and not _is_whole(inspection, SITE, stored[-1]):

        def write() -> str:
            write_site_manifest(inspection.store)
            return "it was written anew"

        yield Finding("manifest", SITE, "the site's manifest cannot be read", write)


def _finding(inspection: Inspection, session: ImagingSession, detail: str) -> Finding:
    def write() -> str:
        if not write_manifest(session.pk, inspection.store):
            raise CannotMend("the session is being changed; look again later")
        return "it was written"

    return Finding("manifest", session.accession, detail, write)


def adopt_missing(inspection: Inspection, of: str) -> str:
    """Makes the session of its manifest, where all its bytes are there and no other row names them."""
    for number in reversed(stored_numbers(inspection.store, of)):
        try:
            _require_free_bytes(inspection, manifest_key(of, number))
            with transaction.atomic():
                lines = read_lines(inspection.store, manifest_key(of, number))
                session = adopt_session(lines, manifest_number=number)
                if session.accession != of:
                    raise CannotMend("its manifest is that of another session")
                count_anew(Subject.objects.filter(pk=session.subject_id))
                count_anew(Project.objects.filter(pk=session.project_id))
        except ManifestUnreadable:
            continue
        except (ArchiveError, IntegrityError) as error:
            raise CannotMend(
                str(error) if isinstance(error, ArchiveError) else "it contradicts what is here"
            ) from error
        return f"the session is there again, in project {session.project.label}"
    raise CannotMend("its manifest cannot be read; import its data again")


def _require_free_bytes(inspection: Inspection, key: str) -> None:
    for line in read_lines(inspection.store, key):
        blob = line.get("blob")
        if not isinstance(blob, dict):
            continue
        stat = inspection.store.stat(str(blob.get("key")))
        if stat is None:
            raise CannotMend("not all of its bytes are there")
        if is_named(stat.key):
            raise CannotMend("its bytes are part of another session or arrival")


def _is_whole(inspection: Inspection, of: str, number: int) -> bool:
    try:
        for _ in read_lines(inspection.store, manifest_key(of, number)):
            pass
    except ArchiveError:
        return False
    return True


def _sessions(rows: QuerySet[ImagingSession]) -> Iterator[ImagingSession]:
    last = 0
    while part := list(rows.filter(pk__gt=last).order_by("pk")[:_ROWS_AT_ONCE]):
        yield from part
        last = part[-1].pk
