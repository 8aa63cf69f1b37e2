"""Downloads of a file, a scan and a session. What stands in them is the catalogue's, how they are sent http's."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from fornix import wiring
from fornix.access.actors import Actor
from fornix.catalog.downloads import DownloadPlan, plan_file, plan_scan, plan_session
from fornix.http.actors import person_of
from fornix.http.downloads import body_of, respond
from fornix.http.errors import answer, make_refusal
from fornix.http.slots import RETRY_AFTER_S, NoSlot, Slots

slots = Slots()


@require_safe
def session_download(request: HttpRequest, accession: str) -> HttpResponseBase:
    """All files of a session, as a zip."""
    return _download(request, partial(plan_session, accession=accession))


@require_safe
def scan_download(request: HttpRequest, accession: str, scan_id: str) -> HttpResponseBase:
    """All files of a scan, as a zip."""
    return _download(request, partial(plan_scan, accession=accession, scan_id=scan_id))


@require_safe
def file_download(request: HttpRequest, accession: str, file_id: int) -> HttpResponseBase:
    """One file as it was received."""
    return _download(request, partial(plan_file, accession=accession, file_id=file_id))


def _download(request: HttpRequest, plan_for: Callable[[Actor], DownloadPlan]) -> HttpResponseBase:
    actor = person_of(request)
    try:
        # Taken before the plan is made: making one for 100,000 files is work too.
        with slots.taken_until_sending(actor.account.pk if actor.account else 0) as slot:
            plan = plan_for(actor)
            return respond(request, actor, plan, body_of(plan, wiring.store()), slot)
    except NoSlot as refusal:
        response = answer(request, make_refusal(503, str(refusal), title="Too many downloads at once"))
        response["Retry-After"] = str(RETRY_AFTER_S)
        return response
