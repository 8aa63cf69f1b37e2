"""Files what is due, found from the rows alone: what is quiet, said to be complete, or decided by a person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice

from django.db import transaction
from django.utils import timezone

from fornix.catalog.site_rules import SiteRules
from fornix.ingest.attempts import release_leases
from fornix.ingest.dicom_plan import NO_HEADERS, Headers
from fornix.ingest.filing import Filed, file_arrival
from fornix.ingest.owners import LEASE, is_gone, this_process
from fornix.ingest.states import due_arrivals
from fornix.ingest.waiting import absorb_waiting, join_waiting, settle_uploads
from fornix.models import Arrival, Upload
from fornix.storage.store import Store

AT_ONCE = 20  # in one pass: what else the caller has to do comes between


def file_due(store: Store, rules: SiteRules) -> list[Filed]:
    """Files what is due now, some of it; safe to kill at any moment. For a process that files in one thread only."""
    release_leases()
    arrivals = list(islice(_found(timezone.now(), rules), AT_ONCE))
    filed = file_all(arrivals, store, rules, by_person=False)
    joined = _join([item.arrival_id for item in filed if item.waits_because])
    settle_uploads([*(arrival.upload_id for arrival in arrivals), *joined], store)
    return filed


def file_all(
    arrivals: Iterable[Arrival],
    store: Store,
    rules: SiteRules,
    *,
    by_person: bool,
    headers: Headers = NO_HEADERS,
) -> list[Filed]:
    """Files these, one after the other; then ends what waited with nothing but what their projects hold now."""
    filed: list[Filed] = []
    studies: set[str] = set()

    def file_each(some: Iterable[Arrival], at_hand: Headers) -> None:
        for arrival in some:
            source = arrival.upload.source
            outcome = file_arrival(arrival, store, rules, source=source, by_person=by_person, headers=at_hand)
            if outcome is None:
                continue
            filed.append(outcome)
            if outcome.session is not None:
                studies.add(arrival.study_uid)

    file_each(arrivals, headers)
    file_each(_waiting_of(studies - {""}), NO_HEADERS)
    for project_id in {item.session.project_id for item in filed if item.session is not None}:
        absorb_waiting(project_id, store)
    return filed


def _waiting_of(studies: set[str]) -> list[Arrival]:
    """What waits of studies that were just filed: now something says where they belong."""
    rows = Arrival.objects.filter(study_uid__in=studies, deleted_at=None).exclude(refusal="")
    return list(rows.select_related("upload").order_by("pk"))


def _found(at: datetime, rules: SiteRules) -> Iterator[Arrival]:
    """What is due, and what a process that died was filing."""
    for arrival in due_arrivals(at, rules).select_related("upload"):
        if not _is_at_work_on(arrival.upload, at) or arrival.decided_at is not None:
            yield arrival
    held = Arrival.objects.filter(lease_until__gt=at, deleted_at=None).exclude(lease_owner="")
    for arrival in held.select_related("upload").order_by("attempts", "pk"):
        until = arrival.lease_until or at
        if is_gone(arrival.lease_owner, last_sign_at=until - LEASE, now=at):
            yield arrival


def _is_at_work_on(upload: Upload, at: datetime) -> bool:
    """Whether an importer is about to file this itself, and to tell its person what became of it."""
    if upload.acknowledges_each or upload.settled_at is not None or upload.owner == this_process():
        return False
    return not is_gone(upload.owner, last_sign_at=upload.sealed_at or at, now=at)


def _join(waiting: list[str]) -> set[str]:
    """Of what waits twice one is enough; returns the uploads that lost something."""
    with transaction.atomic():
        rows = Arrival.objects.filter(pk__in=waiting, deleted_at=None, lease_until=None).exclude(refusal="")
        return join_waiting(rows.select_for_update().order_by("pk")).upload_ids
