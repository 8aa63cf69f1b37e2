"""What waits for a person: arrivals that could not be filed, with the reason. Read only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, QuerySet

from fornix.access.actors import Actor
from fornix.access.policy import require_administrator
from fornix.catalog.keyset import Listing, Slice
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


def waiting_count(actor: Actor) -> int:
    """How many arrivals wait; 0 for everybody who may not see them."""
    return _waiting().count() if actor.is_administrator else 0


def waiting_lines(actor: Actor) -> Listing[ArrivalLine]:
    """The newest arrivals that wait. For administrators."""
    require_administrator(actor)
    count = _waiting().count()
    rows = _waiting().order_by(F("received_at").desc(), "pk")[:PAGE]
    return Listing(Slice(tuple(map(_line, rows))), count, count)


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
