"""Arrivals: what is received and not yet a session."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query

from fornix import wiring
from fornix.api.arrival_decisions import look, router
from fornix.api.arrival_shapes import (
    KEY,
    ArrivalCardOut,
    ArrivalFilesOut,
    ArrivalId,
    ArrivalsOut,
    SeriesFoundOut,
)
from fornix.api.refusals import answers
from fornix.api.shapes import After, Limit, text_query
from fornix.catalog.keyset import Window
from fornix.errors import NotVisible
from fornix.http.actors import actor_of
from fornix.ingest.arrival_card import ArrivalCard
from fornix.ingest.arrival_files import arrival_files
from fornix.ingest.arrival_list import ArrivalFilter, arrival_lines
from fornix.ingest.arrival_moves import find_filed
from fornix.ingest.arrival_series import SeriesFound, arrival_series
from fornix.ingest.states import ArrivalState

__all__ = ["router"]


@router.get(
    "arrivals",
    response=answers(ArrivalsOut),
    operation_id="listArrivals",
    summary="What is not yet a session",
    url_name="api-arrivals",
    tags=["arrivals"],
)
def list_arrivals(
    request: HttpRequest,
    state: Annotated[
        ArrivalState | None, Query(description="Only those in this state; else all but the deleted.")
    ] = None,
    source: Annotated[str, text_query("By which way it came.", "dicom")] = "",
    kind: Annotated[str, text_query("What it is.", "study")] = "",
    project: Annotated[str, text_query("The project that it was sent to.")] = "",
    sender: Annotated[str, text_query("The sender's name.")] = "",
    q: Annotated[str, text_query("A text in its subject, project, origin or reason.")] = "",
    after: Annotated[
        str | None, Query(pattern=KEY, description="Begins after the arrival of this id: the `next` before.")
    ] = None,
    limit: Limit = 100,
) -> dict[str, object]:
    """Administrators see all; others what they sent, and what is for projects in which they may add data."""
    wanted = ArrivalFilter(state, source, sender, kind, project)
    window = Window("received", descending=True, after=after, text=q, size=limit)
    rules = wiring.site_rules()
    found = arrival_lines(actor_of(request), wanted, window, at=timezone.now(), quiet=rules.quiet_time)
    return {"items": found.page.rows, "matching": found.matching, "next": found.page.next}


@router.get(
    "arrivals/{arrival_id}",
    response=answers(ArrivalCardOut, 404),
    operation_id="getArrival",
    summary="One arrival",
    url_name="api-arrival",
    tags=["arrivals"],
)
def get_arrival(request: HttpRequest, arrival_id: ArrivalId) -> dict[str, object]:
    """404: there is none that you may see, and it was not filed lately as a session that you may see."""
    actor = actor_of(request)
    try:
        return _card(look(actor, arrival_id))
    except NotVisible:
        accession = find_filed(actor, arrival_id)
        if not accession:
            raise
        return {"arrival": None, "accession": accession}


@router.get(
    "arrivals/{arrival_id}/series",
    response=answers(SeriesFoundOut, 404),
    operation_id="listSeriesOfArrival",
    summary="Its series",
    url_name="api-arrival-series",
    tags=["arrivals"],
)
def list_series(request: HttpRequest, arrival_id: ArrivalId) -> SeriesFound:
    """As the headers of its files say."""
    return arrival_series(actor_of(request), arrival_id, wiring.store())


@router.get(
    "arrivals/{arrival_id}/files",
    response=answers(ArrivalFilesOut, 404),
    operation_id="listFilesOfArrival",
    summary="Its files",
    url_name="api-arrival-files",
    tags=["arrivals"],
)
def list_files(
    request: HttpRequest,
    arrival_id: ArrivalId,
    after: After = None,
    limit: Limit = 100,
) -> dict[str, object]:
    """By name."""
    window = Window("name", after=after, size=limit)
    found = arrival_files(actor_of(request), arrival_id, window)
    return {"items": found.page.rows, "total": found.total, "next": found.page.next}


def _card(card: ArrivalCard) -> dict[str, object]:
    told = {
        name: getattr(card, name) for name in ("study_uid", "patient_id", "sent_by", "decided_by", "attempts")
    }
    return {"arrival": card.line, "accession": "", **told}
