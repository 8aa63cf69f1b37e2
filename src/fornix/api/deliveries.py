"""Deliveries: what a person hands in together. The files themselves come by tus (transfers.py)."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from ninja import Path, Query, Router, Status

from fornix import wiring
from fornix.api.admission import EVERYBODY
from fornix.api.delivery_shapes import (
    UUID,
    DeliveriesOut,
    DeliveryIn,
    DeliveryOut,
    DeliveryRecordOut,
    FilesOut,
    KeysIn,
)
from fornix.api.refusals import answers
from fornix.api.shapes import Limit
from fornix.http.actors import actor_of
from fornix.ingest.deliveries import Wanted, commit_rows, find_delivery, open_delivery
from fornix.ingest.deliveries_bytes import finish_whole
from fornix.ingest.deliveries_lists import DeliveryLine, DeliveryRecord, delivery_lines, get_delivery
from fornix.ingest.deliveries_removal import discard_delivery
from fornix.ingest.deliveries_transfers import Progress, look

router = Router(tags=["deliveries"], auth=EVERYBODY)

DeliveryId = Annotated[str, Path(pattern=UUID, description="The delivery's id.")]


@router.post(
    "deliveries",
    response=answers(DeliveryOut, 503, status=201),
    operation_id="openDelivery",
    summary="Begin to hand in files",
    url_name="api-deliveries",
)
def open_one(request: HttpRequest, wanted: DeliveryIn) -> Status[DeliveryLine]:
    """Then send each file, and commit. 403: the project takes nothing from you; 503: much of yours is under way."""
    actor, at = actor_of(request), timezone.now()
    where = Wanted(wanted.project, wanted.subject, wanted.session)
    made = open_delivery(actor, wanted.source, where, at=at)
    return Status(201, get_delivery(actor, made.pk, at=at).line)


@router.get(
    "deliveries",
    response=answers(DeliveriesOut),
    operation_id="listDeliveries",
    summary="Your deliveries",
    url_name="api-deliveries",
)
def list_deliveries(
    request: HttpRequest,
    is_open: Annotated[
        bool | None, Query(description="Only those that take files still, or the others.")
    ] = None,
    before: Annotated[str | None, Query(pattern=UUID, description="The `next` of the page before.")] = None,
    limit: Limit = 100,
) -> dict[str, object]:
    """What you handed in, by any way, and what you have not finished. Others' are nobody else's."""
    actor, at = actor_of(request), timezone.now()
    lines = delivery_lines(actor, is_open=is_open, before=before or "", size=limit + 1, at=at)
    return {"items": lines[:limit], "next": lines[limit - 1].id if len(lines) > limit else None}


@router.get(
    "deliveries/{delivery_id}",
    response=answers(DeliveryRecordOut, 404),
    operation_id="getDelivery",
    summary="How far a delivery is",
    url_name="api-delivery",
)
def show_delivery(request: HttpRequest, delivery_id: DeliveryId) -> DeliveryRecord:
    """With its report, once it has ended."""
    return get_delivery(actor_of(request), delivery_id, at=timezone.now())


@router.delete(
    "deliveries/{delivery_id}",
    response=answers(None, 404, 409, status=204),
    operation_id="discardDelivery",
    summary="Throw a delivery away",
    url_name="api-delivery",
)
def discard(request: HttpRequest, delivery_id: DeliveryId) -> Status[None]:
    """With all its files. 409: it is being filed. Of one that was filed only the report goes."""
    discard_delivery(actor_of(request), delivery_id, wiring.store(), at=timezone.now())
    return Status(204, None)


@router.post(
    "deliveries/{delivery_id}/commit",
    response=answers(DeliveryRecordOut, 404, 409, status=202),
    operation_id="commitDelivery",
    summary="Say that this is all",
    url_name="api-delivery-commit",
)
def commit(request: HttpRequest, delivery_id: DeliveryId) -> Status[DeliveryRecord]:
    """It is filed from then on; ask for it to see what became of it. 409: files are missing. Repeat it freely."""
    actor, at = actor_of(request), timezone.now()
    delivery = find_delivery(actor, delivery_id)
    finish_whole(delivery, wiring.store())
    commit_rows(delivery.pk, at=at)
    return Status(202, get_delivery(actor, delivery_id, at=at))


@router.post(
    "deliveries/{delivery_id}/look",
    response=answers(FilesOut, 404),
    operation_id="lookForFiles",
    summary="Which files are here already",
    url_name="api-delivery-look",
)
def look_for(request: HttpRequest, delivery_id: DeliveryId, asked: KeysIn) -> dict[str, object]:
    """For whoever goes on after a break: of up to 500 files, how much of each is here."""
    found = look(actor_of(request), delivery_id, asked.keys)
    return {"items": [_file(key, here) for key, here in found]}


def _file(key: str, here: Progress) -> dict[str, object]:
    ids = {"delivery_id": here.delivery.pk, "transfer_id": here.transfer_id}
    return {
        "key": key,
        "id": here.transfer_id,
        "name": here.name,
        "length": here.length,
        "offset": here.offset,
        "is_finished": here.is_finished,
        "address": reverse("api-transfer", kwargs=ids),
    }
