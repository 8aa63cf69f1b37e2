"""How the mirror stands: the last sweeps, how old it is, what is wrong, and what to do next."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router
from pydantic import Field

from fornix.api.refusals import answers
from fornix.api.shapes import Shape
from fornix.api.sweeps import seconds
from fornix.booking.status import MirrorStatus, SweepCard, mirror_status
from fornix.http.actors import actor_of
from fornix.models import SweepOutcome
from fornix.wiring import sweep_interval_s

router = Router(tags=["status"])


class SweepCardOut(Shape):
    """One sweep in short."""

    id: int = Field(examples=[4711])
    outcome: SweepOutcome
    reason: str = Field(description="Why it is incomplete, or what is held.")
    started_at: datetime
    finished_at: datetime | None
    took_s: float | None = Field(description="Seconds it took; null while it runs.", examples=[38.2])
    counts: dict[str, int] = Field(description="What was read: name -> number.", examples=[{"projects": 41}])
    requests: int = Field(description="Requests that were made to Calpendo.")
    changes: int = Field(description="Lines of its plan.")
    undone_at: datetime | None

    @staticmethod
    def resolve_took_s(card: SweepCard) -> float | None:
        """Spans are numbers of seconds here."""
        return seconds(card.duration)


class RequestOut(Shape):
    """A sweep was asked for, and is not answered yet."""

    asked_at: datetime
    asked_by: str
    accepts: bool
    sweep_id: int | None = Field(description="The sweep that is at it.")


class StatusOut(Shape):
    """The mirror now."""

    last_good: SweepCardOut | None = Field(description="The sweep that the mirror's state comes from.")
    last: SweepCardOut | None = Field(description="The last of all, whatever came of it.")
    age_s: float | None = Field(description="Seconds since the good one began.", examples=[1380.0])
    is_stale: bool = Field(description="Older than two intervals.")
    waits_for_first: bool = Field(description="The first sweep waits to be confirmed.")
    waiting: int = Field(description="Holds that wait for a decision.")
    oldest_held_at: datetime | None
    request: RequestOut | None
    problems: list[str]
    next_steps: list[str] = Field(description="What to do about the problems, in their order.")

    @staticmethod
    def resolve_age_s(status: MirrorStatus) -> float | None:
        """Spans are numbers of seconds here."""
        return seconds(status.age)


@router.get(
    "status",
    response=answers(StatusOut),
    operation_id="getMirrorStatus",
    summary="How the mirror stands",
    url_name="api-status",
)
def show_status(request: HttpRequest) -> MirrorStatus:
    """The last sweeps, how old the mirror is, what is wrong and what to do about it."""
    interval = timedelta(seconds=sweep_interval_s())
    return mirror_status(actor_of(request), interval=interval, at=timezone.now())
