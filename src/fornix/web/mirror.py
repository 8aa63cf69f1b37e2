"""The mirror's page for administrators: are rights current, and must something be decided; and asking for a sweep."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from fornix import wiring
from fornix.access.actors import Actor
from fornix.booking.coverage import coverage
from fornix.booking.holds import held
from fornix.booking.oddities import ambiguous_codes, hidden_fields, renamed, unknown_statuses, vanished
from fornix.booking.requests import ask_for_sweep
from fornix.booking.unresolved import unresolved
from fornix.catalog.mirror import last_troubles, mirror_state
from fornix.catalog.sweeps import (
    RequestLine,
    find_last_good,
    find_last_request,
    last_changes,
    last_sweeps,
    recent_outcomes,
)
from fornix.http.actors import actor_of, person_at_pages
from fornix.http.paging import key_of
from fornix.web.form_targets import form_target
from fornix.web.frame import freshness

HISTORY = 8
HISTORY_PAGE = 50
FEW = 5
ANSWERED_LATELY = timedelta(minutes=10)
PATIENCE = timedelta(minutes=1)  # a worker looks for requests every few seconds


class Progress(StrEnum):
    """How far a sweep that was asked for is. UNHEARD: no worker took it for longer than usual."""

    ASKED = "asked"
    UNHEARD = "unheard"
    BEGUN = "begun"
    ANSWERED = "answered"


@require_safe
def mirror(request: HttpRequest) -> HttpResponse:
    """The whole of it."""
    actor = actor_of(request)
    sweeps = last_sweeps(actor, size=HISTORY)
    holds = held(actor)
    state = mirror_state()
    context = {
        "state": state,
        "last": find_last_good(actor),
        "troubles": last_troubles(actor),
        "waiting": [hold for hold in holds if not hold.is_decided],
        "decided": [hold for hold in holds if hold.is_decided],
        "planned": last_changes(actor, state.planned) if state.planned is not None else None,
        "latest": _latest(actor, [line.id for line in sweeps.rows if line.changes]),
        "people": unresolved(actor, limit=FEW, linking=wiring.linking()),
        "few": FEW,
        "sweeps": sweeps,
        "recent": recent_outcomes(actor),
        "freshness": freshness(),
        **_findings(actor),
        **_asked(actor),
    }
    return render(request, "mirror.html", context)


@require_safe
def findings(request: HttpRequest) -> HttpResponse:
    """Everything odd about the mirrored rows, in full."""
    actor = actor_of(request)
    context = {
        "troubles": last_troubles(actor),
        "coverage": coverage(actor, _zone_of_scanners(), at=timezone.now()),
        "freshness": freshness(),
        **_findings(actor),
    }
    return render(request, "mirror_findings.html", context)


@require_safe
def sweeps(request: HttpRequest) -> HttpResponse:
    """The history of sweeps, newest first."""
    before = key_of(request, "before")
    page = last_sweeps(actor_of(request), before=before, size=HISTORY_PAGE)
    return render(request, "sweeps.html", {"sweeps": page, "before": before})


@form_target("mirror")
def ask(request: HttpRequest) -> HttpResponse:
    """Asks the worker for a sweep now; with `accepts`, for one that confirms the first."""
    actor = person_at_pages(request)
    ask_for_sweep(actor, at=timezone.now(), accepts=request.POST.get("accepts") == "yes")
    return redirect("mirror")


@require_safe
def asked(request: HttpRequest) -> HttpResponse:
    """How far a sweep that was asked for is: a part of the page, which asks again while it waits."""
    if "HX-Request" not in request.headers:
        actor_of(request)
        return redirect("mirror")
    context = _asked(actor_of(request))
    if context["is_open"] and request.GET.get("seen") == context["progress"]:
        return HttpResponse(status=204)  # nothing is swapped, and nothing read out again
    answer = render(request, "mirror_asked.html", context)
    if not context["is_open"]:
        answer["HX-Refresh"] = "true"  # all of the page may be different now
    return answer


def _zone_of_scanners() -> ZoneInfo:
    chosen = (choice for choice in wiring.calpendo_choices() if choice.option.key == "calpendo.time_zone")
    return ZoneInfo(str(next(chosen).value))


def _findings(actor: Actor) -> dict[str, object]:
    return {
        "hidden": hidden_fields(actor),
        "renamed": renamed(actor),
        "missing": vanished(actor),
        "ambiguous": ambiguous_codes(actor),
        "statuses": unknown_statuses(actor),
    }


def _latest(actor: Actor, with_changes: list[int]) -> object:
    """The changes of the newest sweep that changed anything."""
    return last_changes(actor, with_changes[0]) if with_changes else None


def _asked(actor: Actor) -> dict[str, object]:
    """The newest request, while it waits and for a while after."""
    line = find_last_request(actor)
    now = timezone.now()
    if line is not None and line.answered_at is not None and now - line.answered_at > ANSWERED_LATELY:
        line = None
    progress = _progress_of(line, now) if line else Progress.ANSWERED
    return {"request_line": line, "is_open": progress is not Progress.ANSWERED, "progress": progress}


def _progress_of(line: RequestLine, now: datetime) -> Progress:
    if line.answered_at is not None:
        return Progress.ANSWERED
    if line.sweep is not None:
        return Progress.BEGUN
    return Progress.UNHEARD if now - line.asked_at > PATIENCE else Progress.ASKED
