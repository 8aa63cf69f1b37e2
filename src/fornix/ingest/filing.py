"""An arrival becomes (part of) a session. Lease and attempt are committed before; the session shows at the end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from fornix.audit.events import Verb, record_event
from fornix.catalog.counters import make_visible
from fornix.catalog.site_rules import SiteRules
from fornix.ingest.destination import find_or_make_session
from fornix.ingest.dicom_plan import NO_HEADERS, Headers, plan_dicom
from fornix.ingest.meg_plan import plan_recordings
from fornix.ingest.owners import is_gone, this_process
from fornix.ingest.placing import Place, Placed, place
from fornix.ingest.plans import ArrivalPlan
from fornix.ingest.routing import Waits, route
from fornix.ingest.scans import make_scans
from fornix.models import Arrival, File, ImagingSession, Project, Upload
from fornix.storage.store import Store

LEASE = timedelta(minutes=10)
MAX_ATTEMPTS = 3
# Other writers wait for a transaction, so a long filing is several (performance.md, rows).
FILES_PER_TRANSACTION = 5_000


@dataclass(frozen=True, slots=True)
class Filed:
    """What became of an arrival."""

    arrival_id: str
    group: str
    session: ImagingSession | None = None
    is_new: bool = False
    scans: int = 0
    files: int = 0
    bytes: int = 0
    already_here: int = 0
    waits_because: str = ""
    notes: tuple[str, ...] = ()


def file_arrival(
    arrival: Arrival,
    store: Store,
    rules: SiteRules,
    *,
    source: str,
    by_person: bool,
    headers: Headers = NO_HEADERS,
) -> Filed | None:
    """Files one sealed arrival, or notes why it waits. None when another process is at it, or it is gone.

    `by_person`: somebody asked for it, so that it is tried whatever happened before. `headers`: those at hand
    already, by File; the others are read from the store.
    """
    if not _claim(arrival, by_person=by_person):
        return None
    try:
        plan = _plan(arrival, store, rules, headers)
        session, is_new, notes = _open_session(arrival, plan, rules, source=source)
    except Waits as refusal:
        return _wait(arrival, str(refusal))
    placed = _file_all(arrival, plan, session, source=source)
    for key in placed.dropped_keys:
        store.delete(key)
    session.refresh_from_db()
    return Filed(
        arrival_id=arrival.id,
        group=arrival.group,
        session=session,
        is_new=is_new,
        scans=arrival.filed_scans,
        files=arrival.filed_files,
        bytes=arrival.filed_bytes,
        already_here=placed.already_here,
        notes=(*notes, *placed.notes),
    )


def _claim(arrival: Arrival, *, by_person: bool) -> bool:
    """Takes the lease and counts the attempt, in a transaction of its own: a crash must not go uncounted."""
    now = timezone.now()
    with transaction.atomic():
        row = Arrival.objects.select_for_update().filter(pk=arrival.pk).first()
        if row is None or (row.lease_until and not _is_free(row, now)):
            return False
        if row.attempts >= MAX_ATTEMPTS and not by_person:
            row.refusal = row.refusal or "filing it failed three times; the log tells why. Import it again"
            row.save(update_fields=["refusal"])
            return False
        row.lease_owner, row.lease_until = this_process(), now + LEASE
        row.attempts = 1 if by_person else row.attempts + 1
        row.save(update_fields=["lease_owner", "lease_until", "attempts"])
        Upload.objects.filter(pk=row.upload_id).update(settled_at=None, owner=this_process())
    arrival.refresh_from_db()
    return True


def _is_free(row: Arrival, now: datetime) -> bool:
    if row.lease_until is None or row.lease_owner == this_process() or row.lease_until <= now:
        return True
    return is_gone(row.lease_owner, last_sign_at=row.lease_until - LEASE, now=now)


def _plan(arrival: Arrival, store: Store, rules: SiteRules, headers: Headers) -> ArrivalPlan:
    kind = arrival.group.partition(":")[0]
    if kind == "study":
        return plan_dicom(arrival, store, rules, headers)
    if kind in ("MEG", "EEG"):
        return plan_recordings(arrival, store, rules)
    raise Waits(
        {
            "no-study": "the files have no StudyInstanceUID, so nothing says which session they belong to",
            "beside": "these files are no images and lie beside sessions of several people. "
            "Import them again with --project and --subject",
        }.get(kind, "nothing here is recognised as DICOM, MEG or EEG data")
    )


def _open_session(
    arrival: Arrival, plan: ArrivalPlan, rules: SiteRules, *, source: str
) -> tuple[ImagingSession, bool, tuple[str, ...]]:
    """Project, subject, session and scans: all decided in the first transaction, for the whole arrival."""
    at = timezone.now()
    with transaction.atomic():
        project = route(arrival, plan.evidence, at=at, source=source)
        Project.objects.select_for_update().get(pk=project.pk)
        session, is_new, notes = find_or_make_session(project, arrival, plan, rules, at=at)
        made = make_scans(session, plan, at=at)
        Arrival.objects.filter(pk=arrival.pk).update(filed_scans=F("filed_scans") + made)
    return session, is_new, notes


def _file_all(arrival: Arrival, plan: ArrivalPlan, session: ImagingSession, *, source: str) -> Placed:
    """Places the files in transactions of bounded size; the last one shows the session and records the Event."""
    placements: list[Place] = [(scan, file) for scan in plan.scans for file in scan.files]
    placements += [(None, file) for file in plan.passengers]
    total = Placed()
    for begin in range(0, len(placements), FILES_PER_TRANSACTION):
        part = placements[begin : begin + FILES_PER_TRANSACTION]
        is_last = begin + FILES_PER_TRANSACTION >= len(placements)
        with transaction.atomic():
            at = timezone.now()
            placed = place(session, part, at=at)
            Arrival.objects.filter(pk=arrival.pk).update(
                filed_files=F("filed_files") + placed.amount.files,
                filed_bytes=F("filed_bytes") + placed.amount.bytes,
                lease_until=at + LEASE,
            )
            if is_last:
                _finish(arrival, session, at=at, source=source)
        total += placed
    return total


def _finish(arrival: Arrival, session: ImagingSession, *, at: datetime, source: str) -> None:
    arrival.refresh_from_db()
    was_visible = session.visible_at is not None
    if not was_visible:
        make_visible(session, at=at)
    if arrival.filed_files:
        record_event(
            Verb.SESSION_FILED,
            at=at,
            source=source,
            project=session.project,
            subject=session.subject,
            session=session,
            details={
                "scans": arrival.filed_scans,
                "files": arrival.filed_files,
                "bytes": arrival.filed_bytes,
                "late": was_visible,
            },
        )
    Arrival.objects.filter(pk=arrival.pk).delete()


def _wait(arrival: Arrival, reason: str) -> Filed:
    arrival.refusal, arrival.attempts = reason, 0
    arrival.lease_owner, arrival.lease_until = "", None
    arrival.save(update_fields=["refusal", "attempts", "lease_owner", "lease_until"])
    return Filed(
        arrival.id, arrival.group, files=arrival.file_count, bytes=arrival.byte_count, waits_because=reason
    )


def absorb_waiting(session: ImagingSession, store: Store) -> int:
    """Ends arrivals that waited with nothing but what this session holds by now; returns how many."""
    held = File.objects.filter(resource__session=session).values("blob__sha256")
    waiting = Arrival.objects.exclude(refusal="").filter(files__blob__sha256__in=held).distinct()
    ended = 0
    for arrival in waiting:
        if arrival.files.exclude(blob__sha256__in=held).exists():
            continue
        with transaction.atomic():
            files = list(arrival.files.select_related("blob"))
            arrival.files.all().delete()
            for file in files:
                file.blob.delete()
            arrival.delete()
        for file in files:
            store.delete(file.blob.key)
        ended += 1
    return ended
