"""One file or archive handed in with one request. Its body is read here, as it comes."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from ninja import Query, Router, Status

from fornix import wiring
from fornix.access.actors import Actor
from fornix.api.admission import EVERYBODY
from fornix.api.delivery_shapes import DeliveryRecordOut
from fornix.api.refusals import answers
from fornix.api.shapes import text_query
from fornix.errors import Invalid
from fornix.http.actors import actor_of
from fornix.http.bodies import BodyStream, ContentEncoded, drain
from fornix.http.forms import chunks_of, only_file, read_safely
from fornix.http.upload_slots import upload_slot
from fornix.ingest.deliveries import DeliveryState, Wanted
from fornix.ingest.deliveries_lists import DeliveryRecord, get_delivery
from fornix.ingest.deliveries_single import hand_in

router = Router(tags=["deliveries"], auth=EVERYBODY)

LONGEST_WAIT_S = 60
LOOK_EVERY_S = 0.3
FORM = "multipart/form-data"


@router.post(
    "arrivals",
    response=answers(DeliveryRecordOut, 409, 415, 503, 507, status=202) | {201: DeliveryRecordOut},
    operation_id="handIn",
    summary="Hand in one file or archive",
    url_name="api-arrivals",
)
def hand_in_one(
    request: HttpRequest,
    response: HttpResponse,
    project: Annotated[str, text_query("A project's code.", "NEURO_01")] = "",
    subject: Annotated[str, text_query("The subject's label.")] = "",
    session: Annotated[str, text_query("The session's label.")] = "",
    name: Annotated[str, text_query("The file's name; its ending tells a tar.", "visit.tar.gz")] = "",
    wait: Annotated[
        int, Query(ge=0, le=LONGEST_WAIT_S, description="Seconds to wait until it is filed.")
    ] = 0,
) -> Status[DeliveryRecord]:
    """The file is the body, or the one file of a form. It is safe here when this answers.

    202: it will be filed, Location tells where to look; 201: it was filed while you waited.
    """
    actor = actor_of(request)
    wanted = Wanted(project, subject, session)
    with upload_slot(actor.account.pk if actor.account else 0):
        try:
            delivery_id = _take(request, actor, wanted, name)
        except ContentEncoded:
            drain(request)
            raise
    response["Location"] = reverse("api-delivery", kwargs={"delivery_id": delivery_id})
    record = _waited_for(actor, delivery_id, wait)
    return Status(201 if record.line.state is DeliveryState.ENDED else 202, record)


def _take(request: HttpRequest, actor: Actor, wanted: Wanted, name: str) -> str:
    if request.content_type == FORM:
        if actor.token is None:
            raise Invalid("A form with a file is sent with a token, or from the page Upload.")
        read_safely(request, wiring.scratch())
        file = only_file(request)
        return _hand_in(actor, wanted, name or file.name or "file", chunks_of(file), file.size)
    body = BodyStream(request)
    return _hand_in(actor, wanted, name or "file", body, body.length)


def _hand_in(actor: Actor, wanted: Wanted, name: str, chunks: Iterable[bytes], length: int | None) -> str:
    made = hand_in(
        actor,
        "rest",
        wanted,
        name,
        chunks,
        wiring.store(),
        length=length,
        room=wiring.room_bytes(),
        at=timezone.now(),
    )
    return made.pk


def _waited_for(actor: Actor, delivery_id: str, wait_s: int) -> DeliveryRecord:
    until = time.monotonic() + wait_s
    while True:
        record = get_delivery(actor, delivery_id, at=timezone.now())
        if record.line.state is DeliveryState.ENDED or time.monotonic() >= until:
            return record
        time.sleep(LOOK_EVERY_S)
