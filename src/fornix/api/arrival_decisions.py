"""The decisions that end an arrival. Each asks the policy in `ingest.decisions`, and is filed by the worker."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import timezone
from ninja import Status

from fornix import wiring
from fornix.access.actors import Actor
from fornix.api.arrival_shapes import ArrivalId, ArrivalOut, DeleteIn, FileIn, LabelsIn, MadeOut, MergeIn
from fornix.api.arrivals_in import router
from fornix.api.refusals import answers
from fornix.http.actors import actor_of
from fornix.ingest import decisions
from fornix.ingest.arrival_card import ArrivalCard, get_card
from fornix.ingest.arrival_lines import ArrivalLine
from fornix.ingest.decisions_merge import merge
from fornix.ingest.decisions_split import split_by_patient

__all__ = ["look", "router"]


@router.post(
    "arrivals/merge",
    response=answers(MadeOut, 404, 409),
    operation_id="mergeArrivals",
    summary="Make several arrivals one",
    url_name="api-arrivals-merge",
    tags=["arrivals"],
)
def merge_arrivals(request: HttpRequest, asked: MergeIn) -> dict[str, list[str]]:
    """409: they may be of several people or studies, and it is not confirmed; or one of them is being filed."""
    kept = merge(actor_of(request), asked.arrivals, confirmed=asked.confirmed, at=timezone.now())
    return {"arrivals": [kept]}


@router.patch(
    "arrivals/{arrival_id}",
    response=answers(ArrivalOut, 404, 409),
    operation_id="labelArrival",
    summary="Say what subject and session are called",
    url_name="api-arrival",
    tags=["arrivals"],
)
def label_arrival(request: HttpRequest, arrival_id: ArrivalId, asked: LabelsIn) -> ArrivalLine:
    """Nothing is filed by it."""
    actor = actor_of(request)
    decisions.edit_labels(
        actor, [arrival_id], subject=asked.subject, session=asked.session, at=timezone.now()
    )
    return look(actor, arrival_id).line


@router.delete(
    "arrivals/{arrival_id}",
    response=answers(ArrivalOut, 404, 409),
    operation_id="deleteArrival",
    summary="Put it into the trash",
    url_name="api-arrival",
    tags=["arrivals"],
)
def delete_arrival(request: HttpRequest, arrival_id: ArrivalId, asked: DeleteIn | None = None) -> ArrivalLine:
    """It can be restored for 30 days."""
    actor = actor_of(request)
    decisions.delete(actor, [arrival_id], reason=asked.reason if asked else "", at=timezone.now())
    return look(actor, arrival_id).line


@router.post(
    "arrivals/{arrival_id}/restore",
    response=answers(ArrivalOut, 404, 409),
    operation_id="restoreArrival",
    summary="Bring it back from the trash",
    url_name="api-arrival-restore",
    tags=["arrivals"],
)
def restore_arrival(request: HttpRequest, arrival_id: ArrivalId) -> ArrivalLine:
    """409: it is not there."""
    actor = actor_of(request)
    decisions.undelete(actor, [arrival_id], at=timezone.now())
    return look(actor, arrival_id).line


@router.post(
    "arrivals/{arrival_id}/file",
    response=answers(ArrivalOut, 404, 409, status=202),
    operation_id="fileArrival",
    summary="Send it to a project",
    url_name="api-arrival-file",
    tags=["arrivals"],
)
def file_arrival(request: HttpRequest, arrival_id: ArrivalId, asked: FileIn) -> Status[ArrivalLine]:
    """202: it is filed within moments; ask for the arrival to learn as which session, or why not."""
    actor = actor_of(request)
    decisions.file_to(
        actor,
        [arrival_id],
        asked.project,
        subject=asked.subject,
        session=asked.session,
        may_create=asked.create,
        at=timezone.now(),
    )
    return Status(202, look(actor, arrival_id).line)


@router.post(
    "arrivals/{arrival_id}/retry",
    response=answers(ArrivalOut, 404, 409, status=202),
    operation_id="retryArrival",
    summary="Have it tried again",
    url_name="api-arrival-retry",
    tags=["arrivals"],
)
def retry_arrival(request: HttpRequest, arrival_id: ArrivalId) -> Status[ArrivalLine]:
    """202: it is filed where its headers, rules and bookings say, or waits again with the reason."""
    actor = actor_of(request)
    decisions.retry(actor, [arrival_id], at=timezone.now())
    return Status(202, look(actor, arrival_id).line)


@router.post(
    "arrivals/{arrival_id}/split",
    response=answers(MadeOut, 404, 409),
    operation_id="splitArrival",
    summary="One arrival for each patient",
    url_name="api-arrival-split",
    tags=["arrivals"],
)
def split_arrival(request: HttpRequest, arrival_id: ArrivalId) -> dict[str, tuple[str, ...]]:
    """409: its files name one patient, or it is being filed."""
    made = split_by_patient(actor_of(request), arrival_id, wiring.store(), at=timezone.now())
    return {"arrivals": made}


def look(actor: Actor, arrival_id: str) -> ArrivalCard:
    """The arrival as it is now. Raises NotVisible."""
    return get_card(actor, arrival_id, at=timezone.now(), quiet=wiring.site_rules().quiet_time)
