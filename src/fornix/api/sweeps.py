"""Sweeps of the mirror: their history, each with its plan line by line, asking for one now, undoing one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router
from ninja.responses import Status
from pydantic import Field

from fornix.api.refusals import answers
from fornix.api.shapes import Body, Key, Limit, Shape, Start, key_path, text_query
from fornix.booking.requests import ask_for_sweep
from fornix.booking.undo import Undone, undo_sweep
from fornix.catalog.keyset import Slice
from fornix.catalog.sweeps import SweepLine, SweepRecord, get_sweep, last_sweeps
from fornix.http.actors import actor_of
from fornix.models import SweepOutcome, SweepRequest

router = Router(tags=["sweeps"])

SweepId = Annotated[int, key_path("The number of the sweep.")]

Before = Annotated[
    Key | None, Query(description="Only sweeps older than the one of this id: the `next` of the page before.")
]


class SweepOut(Shape):
    """One run of the mirror, or several quiet ones that followed each other, told by the newest."""

    id: int = Field(description="The number of the sweep.", examples=[4711])
    started_at: datetime
    took_s: float | None = Field(description="Seconds it took; null while it runs.", examples=[38.2])
    outcome: SweepOutcome = Field(description="How it ended. `incomplete` changed nothing.")
    reason: str = Field(description="Why it is incomplete, or what is held.")
    requests: int = Field(description="Requests that were made to Calpendo.", examples=[6])
    changes: dict[str, int] = Field(
        description="Kind of change -> how many; empty for quiet sweeps.", examples=[{"person.joined": 2}]
    )
    undone_at: datetime | None = Field(description="When an administrator undid it.")
    sweeps: int = Field(description="How many sweeps this entry tells of.", examples=[1])
    first_id: int = Field(description="The oldest of them.")
    first_at: datetime = Field(description="When the oldest of them began.")

    @staticmethod
    def resolve_took_s(line: SweepLine) -> float | None:
        """Spans are numbers of seconds here."""
        return seconds(line.took)


class SweepsOut(Shape):
    """Sweeps, the newest first."""

    items: list[SweepOut]
    next: int | None = Field(description="`before` of the next page; null on the last.")

    @staticmethod
    def resolve_items(page: Slice[SweepLine]) -> list[SweepLine]:
        """The page's rows."""
        return list(page.rows)


class ChangeOut(Shape):
    """One line of a plan."""

    kind: str = Field(description="The kind of change.", examples=["person.joined"])
    about: str = Field(description="The project or person.", examples=["NEURO_01"])
    text: str = Field(description="What changes, in words.")


class SweepRecordOut(Shape):
    """One sweep, what it read, and a page of its plan."""

    sweep: SweepOut
    counts: dict[str, int] = Field(description="What was read: name -> number.", examples=[{"projects": 41}])
    remark: str = Field(description="Something about how it read, such as details read one by one.")
    concerns: list[str] = Field(description="What people should look at.")
    changes: list[ChangeOut] = Field(description="The plan, from the line `start` on.")
    total: int = Field(description="How many lines the plan has, of the kind that was asked for.")
    next: int | None = Field(description="`start` of the next page; null on the last.")

    @staticmethod
    def resolve_sweep(record: SweepRecord) -> SweepLine:
        """The same entry as in the list."""
        return record.line

    @staticmethod
    def resolve_total(record: SweepRecord) -> int:
        """The lines of all pages."""
        return record.matching


class SweepAsked(Body):
    """Asks for a sweep now."""

    accepts: bool = Field(
        default=False,
        description="Confirms the first sweep of this site; later, takes an answer that is doubted only because it "
        "is much smaller than earlier ones. When no sweep begins within 15 minutes, it is a usual one after all.",
    )


class SweepRequestOut(Shape):
    """A sweep was asked for; the worker begins it within seconds."""

    id: int
    asked_at: datetime
    accepts: bool
    sweep_id: int | None = Field(description="The sweep that answers it, as soon as one has begun.")


class UndoneOut(Shape):
    """What was taken back. Later sweeps leave it so until Calpendo changes its mind."""

    restored: int = Field(description="Parts in projects that had ended and are in force again.")
    taken_back: int = Field(description="Parts in projects that had begun and have no effect any more.")
    reactivated: int = Field(description="People who are active again.")
    suspended: int = Field(description="People who are suspended again.")
    unlinked: int = Field(description="People whose link to an account is undone.")
    logins_on: int = Field(description="Log-ins that it had switched off and that work again.")
    logins_off: int = Field(description="Log-ins that it had switched on and that are off again.")
    skipped: int = Field(description="Changes left alone, because their rows have changed since.")
    in_force: int = Field(description="Rights that the sweep gave and that are in force still.")


@router.get(
    "sweeps",
    response=answers(SweepsOut),
    operation_id="listSweeps",
    summary="The history of sweeps",
    url_name="api-sweeps",
)
def list_sweeps(request: HttpRequest, before: Before = None, limit: Limit = 50) -> Slice[SweepLine]:
    """The newest sweeps first; quiet ones that follow each other are one entry."""
    return last_sweeps(actor_of(request), before=before, size=limit)


@router.post(
    "sweeps",
    response=answers(SweepRequestOut, status=202),
    operation_id="askForSweep",
    summary="Ask for a sweep now",
    url_name="api-sweeps",
)
def ask(request: HttpRequest, asked: SweepAsked | None = None) -> Status[SweepRequest]:
    """Asks the worker for a sweep. Who asks again while one waits gets the same request."""
    accepts = asked is not None and asked.accepts
    return Status(202, ask_for_sweep(actor_of(request), at=timezone.now(), accepts=accepts))


@router.get(
    "sweeps/{sweep_id}",
    response=answers(SweepRecordOut, 404),
    operation_id="getSweep",
    summary="One sweep with its plan",
    url_name="api-sweep",
)
def show_sweep(
    request: HttpRequest,
    sweep_id: SweepId,
    kind: Annotated[str, text_query("Only changes of this kind.", "person.joined")] = "",
    start: Start = 0,
    limit: Limit = 100,
) -> SweepRecord:
    """What a sweep read, and a page of the changes that it planned and made."""
    return get_sweep(actor_of(request), sweep_id, kind=kind, start=start, size=limit)


@router.post(
    "sweeps/{sweep_id}/undo",
    response=answers(UndoneOut, 404, 409),
    operation_id="undoSweep",
    summary="Undo what one sweep did to rights",
    url_name="api-sweep-undo",
)
def undo(request: HttpRequest, sweep_id: SweepId) -> Undone:
    """Takes back the changes of rights of one sweep. 409: it was undone already, changed nothing, or one runs now."""
    return undo_sweep(actor_of(request), sweep_id, at=timezone.now())


def seconds(span: timedelta | None) -> float | None:
    """A span as a number; None stays None."""
    return None if span is None else round(span.total_seconds(), 3)
