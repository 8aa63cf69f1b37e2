"""Files of a delivery, sent by the tus protocol. Bodies are read here, as they come, by nobody else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from fornix import wiring
from fornix.access.actors import Actor
from fornix.api import tus
from fornix.api.admission import admit
from fornix.errors import ArchiveError
from fornix.http.bodies import BodyStream, drain
from fornix.http.errors import json_answer, refusal_of
from fornix.http.upload_slots import RETRY_AFTER_S, TooManyUploads, upload_slot
from fornix.ingest.deliveries import PATIENCE, find_delivery
from fornix.ingest.deliveries_bytes import append
from fornix.ingest.deliveries_transfers import (
    Announced,
    Progress,
    announce,
    find_transfer,
    progress_of,
    terminate,
)

View = Callable[..., HttpResponseBase]
Method = Callable[..., HttpResponse]


def _by_method(methods: dict[str, Method]) -> View:
    """A view that speaks tus; the cookie of a log-in needs the token of our pages besides, as anywhere in the API."""

    @csrf_exempt
    def view(request: HttpRequest, **ids: str) -> HttpResponseBase:
        method = methods.get(request.method or "")
        if method is None:
            return HttpResponse(status=405, headers={"Allow": ", ".join(sorted(methods))})
        try:
            actor = admit(request)
            _check(request, actor, ids["delivery_id"])
            return tus.describe(method(request, actor, **ids), most_bytes=_most_bytes(request))
        except ArchiveError as error:
            drain(request)
            return tus.describe(_refuse(request, error))

    return view


def _check(request: HttpRequest, actor: Actor, delivery_id: str) -> None:
    """Others' deliveries are not there, in whatever way they are asked for."""
    try:
        tus.check_request(request)
    except ArchiveError:
        find_delivery(actor, delivery_id)
        raise


def _most_bytes(request: HttpRequest) -> int | None:
    return wiring.room_bytes() if request.method == "OPTIONS" else None


def _refuse(request: HttpRequest, error: ArchiveError) -> HttpResponse:
    refusal = refusal_of(request, error)
    response = json_answer(replace(refusal, status=tus.status_of(error) or refusal.status))
    if isinstance(error, TooManyUploads):
        response["Retry-After"] = str(RETRY_AFTER_S)
    return response


def _tell(request: HttpRequest, actor: Actor, **ids: str) -> HttpResponse:  # noqa: ARG001 - one shape for all
    """OPTIONS: what the server can do."""
    return HttpResponse(status=204)


def _begin(request: HttpRequest, actor: Actor, delivery_id: str) -> HttpResponse:
    """POST: begins a file. Its first bytes may come with the request: a small file is one request."""
    told = tus.metadata_of(request)
    announced = Announced(told.name, tus.number_of(request, "Upload-Length"), told.sha256, told.key)
    body = BodyStream(request)
    if body.length != 0:
        tus.require_bytes(request)
    at = timezone.now()
    begun = announce(actor, delivery_id, announced, room=wiring.room_bytes(), at=at)
    if body.length != 0 and begun.offset == 0 and not begun.is_finished:
        begun = _add_first(request, actor, begun, body)
    response = _progress(begun, 201)
    response["Location"] = reverse(
        "api-transfer", kwargs={"delivery_id": delivery_id, "transfer_id": begun.transfer_id}
    )
    return response


def _add_first(request: HttpRequest, actor: Actor, begun: Progress, body: BodyStream) -> Progress:
    """The bytes that came with the beginning. When they are cut off nobody was told of the file: it is dropped."""
    try:
        return _add(request, actor, begun.delivery.pk, begun.transfer_id, 0, body)
    except ArchiveError:
        terminate(actor, begun.delivery.pk, begun.transfer_id, wiring.store())
        raise


def _add(
    request: HttpRequest, actor: Actor, delivery_id: str, transfer_id: str, offset: int, body: BodyStream
) -> Progress:
    with upload_slot(actor.account.pk if actor.account else 0):
        return append(
            actor,
            delivery_id,
            transfer_id,
            offset,
            body,
            wiring.store(),
            announced=body.length,
            sha256=tus.checksum_of(request),
        )


def _continue(request: HttpRequest, actor: Actor, delivery_id: str, transfer_id: str) -> HttpResponse:
    """PATCH: adds bytes at the end of what is here."""
    tus.require_bytes(request)
    offset = tus.number_of(request, "Upload-Offset")
    return _progress(_add(request, actor, delivery_id, transfer_id, offset, BodyStream(request)), 204)


def _ask(request: HttpRequest, actor: Actor, delivery_id: str, transfer_id: str) -> HttpResponse:  # noqa: ARG001
    """HEAD: how much is here."""
    here = progress_of(find_transfer(actor, delivery_id, transfer_id))
    response = _progress(here, 200)
    response["Upload-Length"] = str(here.length)
    return response


def _end(request: HttpRequest, actor: Actor, delivery_id: str, transfer_id: str) -> HttpResponse:  # noqa: ARG001
    """DELETE: takes the file out of the delivery."""
    terminate(actor, delivery_id, transfer_id, wiring.store())
    return HttpResponse(status=204)


def _progress(here: Progress, status: int) -> HttpResponse:
    response = HttpResponse(status=status)
    response["Upload-Offset"] = str(here.offset)
    response["Upload-Expires"] = tus.expires(timezone.now() + PATIENCE)
    return response


transfers = _by_method({"OPTIONS": _tell, "POST": _begin})
transfer = _by_method({"OPTIONS": _tell, "HEAD": _ask, "PATCH": _continue, "DELETE": _end})
