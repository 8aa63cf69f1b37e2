"""What waits for a person: arrivals that could not be filed, with the reason. Read only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from fornix.access.actors import Actor
from fornix.access.policy import require_administrator
from fornix.models import Arrival

PAGE = 50


@dataclass(frozen=True, slots=True)
class ArrivalLine:
    """One arrival that waits."""

    id: str
    reason: str
    destination: str
    files: int
    bytes: int
    received_at: datetime


@dataclass(frozen=True, slots=True)
class WaitingPage:
    """A page of what waits; `next` is the key of the older ones, empty at the end."""

    rows: tuple[ArrivalLine, ...]
    next: str
    total: int


def waiting_count(actor: Actor) -> int:
    """How many arrivals wait; 0 for everybody who may not see them."""
    return _waiting().count() if actor.is_administrator else 0


def waiting_lines(actor: Actor, *, before: str = "") -> WaitingPage:
    """Arrivals that wait, newest first, from the one before `before` on. For administrators."""
    require_administrator(actor)
    rows = _waiting().order_by("-pk")  # ids are made in the order of time
    if before:
        rows = rows.filter(pk__lt=before)
    found = list(rows[: PAGE + 1])
    page = found[:PAGE]
    return WaitingPage(
        rows=tuple(map(_line, page)),
        next=page[-1].pk if len(found) > PAGE else "",
        total=_waiting().count(),
    )


def _waiting() -> QuerySet[Arrival]:
    return Arrival.objects.exclude(refusal="")


def _line(row: Arrival) -> ArrivalLine:
    return ArrivalLine(
        id=row.pk,
        reason=row.refusal,
        destination=row.project_label,
        files=row.file_count,
        bytes=row.byte_count,
        received_at=row.received_at,
    )
