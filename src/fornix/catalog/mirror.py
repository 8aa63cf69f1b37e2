"""How the mirror of the booking system stands: how fresh it is, and what its last sweep leaves to a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet, Subquery

from fornix.access.actors import Actor
from fornix.access.policy import require_administrator
from fornix.models import Sweep, SweepOutcome

GOOD = (SweepOutcome.COMPLETE, SweepOutcome.HELD)
STALE_AFTER_INTERVALS = 2  # a mirror this many sweeps behind is old, wherever that is told
FIRST_INSTANCE = "main"  # of sweeps that did not note it yet


@dataclass(frozen=True, slots=True)
class MirrorState:
    """The state after the last sweep that ended. `planned` is the first sweep that waits to be confirmed."""

    mirrored_at: datetime | None  # when the last one that read all of Calpendo ended
    planned: int | None
    has_failed: bool


@dataclass(frozen=True, slots=True)
class Troubles:
    """What the last sweeps leave to a person besides holds: concerns, and why the last one failed."""

    at: datetime | None  # of the sweep that the concerns are from
    concerns: tuple[str, ...]
    failure: str


def mirror_state() -> MirrorState:
    """How the mirror stands, in one query; before the first sweep nothing is told."""
    planned = Sweep.objects.filter(outcome=SweepOutcome.PLANNED).order_by("-pk")
    row = _ended().annotate(
        good_at=Subquery(good_sweeps().values("finished_at")[:1]),
        good=Subquery(good_sweeps().values("pk")[:1]),
        planned=Subquery(planned.values("pk")[:1]),
    )
    found = row.values_list("outcome", "good_at", "good", "planned").first()
    outcome, good_at, good, planned_pk = found or ("", None, None, None)
    return MirrorState(
        mirrored_at=good_at,
        # One that only planned after others were applied is the first of another Calpendo.
        planned=planned_pk if planned_pk and planned_pk > (good or 0) else None,
        has_failed=outcome == SweepOutcome.INCOMPLETE,
    )


def last_complete_at() -> datetime | None:
    """When the last sweep that read all of Calpendo ended; None before the first."""
    return good_sweeps().values_list("finished_at", flat=True).first()


def last_good_details() -> Mapping[str, object]:
    """What the last sweep that read all of Calpendo noted besides its changes; empty before the first."""
    return good_sweeps().values_list("details", flat=True).first() or {}


def last_troubles(actor: Actor) -> Troubles:
    """What waits for a person. For administrators."""
    require_administrator(actor)
    last = good_sweeps().values("started_at", "details").first()
    concerns = last["details"].get("concerns", ()) if last else ()
    return Troubles(
        at=last["started_at"] if last else None, concerns=tuple(map(str, concerns)), failure=_failure()
    )


def good_sweeps(instance: str | None = None) -> QuerySet[Sweep]:
    """Those that read all of Calpendo (of this one; None: of any) and were applied, the newest first."""
    found = Sweep.objects.filter(outcome__in=GOOD).order_by("-pk")
    return found if instance is None else found.filter(of_instance(instance))


def of_instance(instance: str) -> Q:
    """Sweeps of this Calpendo."""
    noted = Q(details__instance=instance)
    return noted | Q(details__instance__isnull=True) if instance == FIRST_INSTANCE else noted


def _ended() -> QuerySet[Sweep]:
    return Sweep.objects.exclude(outcome=SweepOutcome.RUNNING).order_by("-pk")


def _failure() -> str:
    """Why the last sweep that ended failed; "" when it did not."""
    outcome, reason = _ended().values_list("outcome", "reason").first() or ("", "")
    return (reason or "it did not end") if outcome == SweepOutcome.INCOMPLETE else ""
