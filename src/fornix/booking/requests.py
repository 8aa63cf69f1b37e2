"""Asking for a sweep now, from a page or the API: a row that the next sweep claims and answers.

A request is never lost: one that was claimed by a sweep that died is open still, and the next sweep claims it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from fornix.access.actors import Actor
from fornix.access.policy import require_administrator
from fornix.audit.events import Verb, record_event
from fornix.booking.lease import find_running
from fornix.models import Sweep, SweepRequest

# Who confirms has looked at what Calpendo says now; what it says much later, nobody has seen.
ACCEPTS_FOR = timedelta(minutes=15)


def ask_for_sweep(actor: Actor, *, at: datetime, accepts: bool = False) -> SweepRequest:
    """Asks the worker for a sweep now; who asks again gets the request that waits already.

    A sweep that runs at this moment may have read before what the person wants to see: another one follows it.

    :param accepts: confirms the first sweep, or takes an answer that is doubted only beside earlier ones; for
        `ACCEPTS_FOR`, and if no sweep began by then, it is a request for a usual one.
    """
    require_administrator(actor)
    with transaction.atomic():
        running = find_running(at)
        waiting = _open().exclude(sweep=running).last() if running else open_request()
        if waiting is not None and (not accepts or accepts_at(waiting, at)):
            return waiting
        if waiting is not None:
            waiting.accepts, waiting.asked_at, waiting.asked_by = True, at, actor.account
            waiting.save(update_fields=["accepts", "asked_at", "asked_by"])
        else:
            waiting = SweepRequest.objects.create(asked_at=at, asked_by=actor.account, accepts=accepts)
        record_event(
            Verb.SWEEP_ASKED,
            at=at,
            source=actor.source,
            actor=actor.account,
            details={"request": waiting.pk, "accepts": accepts},
        )
    return waiting


def open_request() -> SweepRequest | None:
    """The oldest request that no sweep has answered; one may be at it."""
    return _open().first()


def accepts_at(request: SweepRequest, at: datetime) -> bool:
    """Whether a sweep that begins at this time may accept what this request does."""
    return request.accepts and abs(at - request.asked_at) <= ACCEPTS_FOR


def claim_request(sweep: Sweep, *, accepts: bool) -> None:
    """Notes that a sweep which begins now will answer what was asked; called right after it got its lease.

    A sweep that accepts nothing leaves requests to accept to another one, unless they are too old to accept.
    """
    earliest, latest = sweep.started_at - ACCEPTS_FOR, sweep.started_at + ACCEPTS_FOR
    plain = Q(accepts=False) | Q(asked_at__lt=earliest) | Q(asked_at__gt=latest)
    with transaction.atomic():
        asked = list((_open() if accepts else _open().filter(plain)).select_for_update())
        if not asked:
            return
        # What several asked for, one sweep answers; it is linked to the latest of them.
        earlier = [each.pk for each in asked[:-1]]
        SweepRequest.objects.filter(pk__in=earlier).update(answered_at=sweep.started_at)
        SweepRequest.objects.filter(pk=asked[-1].pk).update(sweep=sweep)


def answer_request(sweep: Sweep, *, at: datetime) -> None:
    """Closes what this sweep had claimed, however it ended: its row tells."""
    SweepRequest.objects.filter(sweep=sweep, answered_at=None).update(answered_at=at)


def decline_request(request: SweepRequest, *, at: datetime) -> None:
    """Closes a request that no sweep can answer, because Calpendo is not configured."""
    SweepRequest.objects.filter(pk=request.pk, answered_at=None).update(answered_at=at, sweep=None)


def _open() -> QuerySet[SweepRequest]:
    return SweepRequest.objects.filter(answered_at=None).order_by("pk")
