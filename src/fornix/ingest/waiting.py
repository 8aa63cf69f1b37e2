"""Arrivals that wait, and data that comes again: nothing waits twice, and nothing waits that is filed by now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice

from django.db import models, transaction
from django.utils import timezone

from fornix.catalog.projects import find_project
from fornix.ingest.dropping import QUERY, drop_files
from fornix.ingest.instances import files_of_instances
from fornix.ingest.leftovers import delete_dropped, reopen_upload, settle_upload
from fornix.ingest.reach import RECOVERED
from fornix.models import Arrival, File, Upload
from fornix.storage.store import Store


@dataclass(slots=True)
class Joined:
    """What waited before and came again."""

    arrivals: list[Arrival] = field(default_factory=list)  # they hold all that came: to be tried again
    upload_ids: set[str] = field(default_factory=set)  # of these, and of those that what came now holds whole


def join_waiting(arrivals: Iterable[Arrival]) -> Joined:
    """Drops whichever holds nothing of its own: one of these arrivals, or one that waits for the same decision.

    Called in a transaction that nobody else adds to these arrivals in: the one that seals their upload, or one that
    locked them. Bytes move to no other upload, so that each can clean up alone.
    """
    joined = Joined()
    for arrival in arrivals:
        brought = _contents(arrival)
        for waiting in _waiting_alike(arrival).select_for_update():
            held = _contents(waiting)
            if brought <= held:
                _drop(arrival)
                joined.arrivals.append(waiting)
                joined.upload_ids |= {waiting.upload_id, arrival.upload_id}
                break
            if held <= brought:
                _drop(waiting)
                joined.upload_ids.add(waiting.upload_id)
    return joined


def absorb_waiting(project_id: int, store: Store) -> int:
    """Ends arrivals that waited with nothing but what the project holds by now; returns how many."""
    ended = 0
    for arrival in Arrival.objects.filter(deleted_at=None).exclude(refusal="").order_by("id"):
        if _is_for_another(arrival, project_id) or _holds_more(arrival, project_id):
            continue
        with transaction.atomic():
            still = Arrival.objects.select_for_update().filter(pk=arrival.pk, lease_until=None).first()
            if (
                still is None
                or not still.refusal
                or still.deleted_at is not None
                or _holds_more(still, project_id)
            ):
                continue
            dropped = _drop(still)
        delete_dropped(dropped, store)
        settle_uploads([arrival.upload_id], store)
        ended += 1
    return ended


def _is_for_another(arrival: Arrival, project_id: int) -> bool:
    """Whether its sender named another project: what this one holds is not what they wanted."""
    if not arrival.project_label:
        return False
    named = find_project(arrival.project_label)
    return named is None or named.pk != project_id


def settle_uploads(upload_ids: Iterable[str], store: Store) -> None:
    """Ends these uploads, as far as nothing of them is to be filed."""
    for upload in Upload.objects.filter(pk__in=set(upload_ids)):
        settle_upload(upload, store, at=timezone.now())


def _waiting_alike(arrival: Arrival) -> models.QuerySet[Arrival]:
    """Others of the same data, with nothing said that would change its way, nor by who sent it."""
    recovered = models.Q(upload__source=RECOVERED)
    return (
        Arrival.objects.exclude(upload=arrival.upload_id)
        .filter(
            group=arrival.group,
            project_label=arrival.project_label,
            subject_label=arrival.subject_label,
            session_label=arrival.session_label,
            lease_until=None,
            deleted_at=None,
            upload__account=arrival.upload.account_id,
        )
        .filter(recovered if arrival.upload.source == RECOVERED else ~recovered)
        .exclude(refusal="")
        .order_by("id")
    )


def _contents(arrival: Arrival) -> set[str]:
    """What the arrival holds: of a DICOM instance the data set counts, whatever it is wrapped in."""
    rows = arrival.files.values_list("content_sha256", "blob__sha256")
    return {content or sha256 for content, sha256 in rows}


def _holds_more(arrival: Arrival, project_id: int) -> bool:
    """Whether the project lacks something of the arrival. Asked in parts: mostly the first one tells."""
    rows = arrival.files.values_list("blob__sha256", "sop_instance_uid", "content_sha256").order_by("pk")
    remaining = rows.iterator(chunk_size=QUERY)
    while part := list(islice(remaining, QUERY)):
        held = File.objects.filter(resource__session__project=project_id)
        hashes = held.filter(blob__sha256__in=[sha256 for sha256, _, _ in part])
        known = set(hashes.values_list("blob__sha256", flat=True))
        others = {(uid, content) for sha256, uid, content in part if sha256 not in known}
        instances = files_of_instances(uid for uid, content in others if uid and content)
        instances = instances.filter(resource__session__project=project_id)
        if others - set(instances.values_list("sop_instance_uid", "content_sha256")):
            return True
    return False


def _drop(arrival: Arrival) -> list[str]:
    keys = drop_files(arrival.files.values_list("pk", flat=True))
    reopen_upload(arrival.upload_id)
    arrival.delete()
    return keys
