"""Who called lately over the DICOM network and is no sender that anybody described."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Max, Sum

from fornix.access.actors import Actor
from fornix.access.policy import require_administrator
from fornix.models import Association

LATELY = timedelta(days=7)
SHOWN_CALLERS = 20


@dataclass(frozen=True, slots=True)
class UnknownCaller:
    """Somebody who called in the last days and is no sender that anybody described."""

    ae_title: str
    address: str
    called_ae_title: str
    last_at: datetime
    calls: int
    images: int
    reason: str  # of the last call, if it was refused or broke


def unknown_callers(actor: Actor, *, at: datetime) -> Sequence[UnknownCaller]:
    """Who called lately without being known, the last caller first."""
    require_administrator(actor)
    rows = (
        Association.objects.filter(sender=None, started_at__gte=at - LATELY)
        .exclude(calling_ae_title="")
        .values("calling_ae_title", "address")
        .annotate(last=Max("pk"), calls=Count("pk"), sent=Sum("images"), last_at=Max("started_at"))
        .order_by("-last")[:SHOWN_CALLERS]
    )
    found = list(rows)
    last = Association.objects.in_bulk([row["last"] for row in found])
    return [
        UnknownCaller(
            ae_title=row["calling_ae_title"],
            address=row["address"],
            called_ae_title=last[row["last"]].called_ae_title,
            last_at=row["last_at"],
            calls=row["calls"],
            images=row["sent"] or 0,
            reason=last[row["last"]].reason,
        )
        for row in found
    ]
