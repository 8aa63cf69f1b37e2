"""What state an arrival is in: one SQL expression over the facts of its row, so that none can be stuck in a word."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import Case, CharField, Q, QuerySet, Value, When

from fornix.catalog.site_rules import SiteRules
from fornix.models import Arrival


class ArrivalState(StrEnum):
    """The state of an arrival, at one moment."""

    RECEIVING = "receiving"  # more may come: it is not quiet yet, nor said to be complete
    DUE = "due"  # the worker files it as soon as it can
    FILING = "filing"  # a process is at it
    WAITING = "waiting"  # for a person, or for news from the booking system; its `refusal` says why
    DELETED = "deleted"  # by a person; may be undone for 30 days


def with_state(rows: QuerySet[Arrival], *, at: datetime, quiet: timedelta) -> QuerySet[Arrival]:
    """The arrivals, each with its `state` at that moment. `quiet`: for how long nothing must have come."""
    return rows.annotate(
        state=Case(
            When(deleted_at__isnull=False, then=Value(ArrivalState.DELETED)),
            When(Q(lease_until__gt=at) & ~Q(lease_owner=""), then=Value(ArrivalState.FILING)),
            When(~Q(refusal=""), then=Value(ArrivalState.WAITING)),
            When(_is_receiving(at - quiet), then=Value(ArrivalState.RECEIVING)),
            default=Value(ArrivalState.DUE),
            output_field=CharField(),
        )
    )


def _is_receiving(quiet_since: datetime) -> Q:
    """An import says when it is complete. Of what comes file by file only silence tells, or the sender."""
    unsealed = Q(upload__acknowledges_each=False, upload__sealed_at__isnull=True)
    return unsealed | Q(
        committed_at__isnull=True, upload__acknowledges_each=True, last_byte_at__gt=quiet_since
    )


def due_arrivals(at: datetime, rules: SiteRules) -> QuerySet[Arrival]:
    """What is to be filed now, first that which has failed least. What rests after a failure comes back later."""
    rows = with_state(Arrival.objects.all(), at=at, quiet=rules.quiet_time)
    free = Q(lease_until__isnull=True) | Q(lease_until__lte=at)
    return rows.filter(free, Q(state=ArrivalState.DUE)).order_by("attempts", "last_byte_at", "pk")
