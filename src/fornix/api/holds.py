"""Holds: where the mirror acts otherwise than Calpendo says, and the decisions of administrators about that."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from ninja import Path, Query, Router
from pydantic import Field

from fornix.api.refusals import answers
from fornix.api.shapes import Body, Cut, Limit, Shape, Start, cut_at
from fornix.booking.holds import ALL, PIN, Decided, Held, HoldKind, approve, held, reject
from fornix.http.actors import actor_of

router = Router(tags=["holds"])

HoldId = Annotated[
    str,
    Path(
        pattern=rf"^(?:(?:removal|addition|status|person)-[0-9]{{1,18}}|{ALL})$",
        description=f"As the list of holds has it, or `{ALL}` for whatever waits for a decision.",
        example="removal-7",
    ),
]


class HoldOut(Shape):
    """One thing that waits for a decision, or that was decided otherwise than Calpendo says."""

    id: str = Field(examples=["removal-7"])
    kind: HoldKind = Field(description="People who leave or join a project, its status, or a person's own.")
    project: str = Field(description="The project's code here; empty without data, and for people.")
    booked_title: str = Field(description="How Calpendo names the project.")
    reason: str = Field(description="What Calpendo says.", examples=["no longer listed in Calpendo"])
    people: list[str] = Field(description="Whom it concerns, by name.", examples=[["Carol Example"]])
    since: datetime
    is_decided: bool = Field(description="Decided against Calpendo; it may still follow it later.")
    digest: str = Field(
        description="Sent with a decision, it is about this alone.", examples=["9f86d081884c7d65"]
    )


class HoldsOut(Shape):
    """Holds: first what waits for a decision, the oldest first."""

    items: list[HoldOut]
    total: int
    next: int | None = Field(description="`start` of the next page; null on the last.")


class HoldSeen(Body):
    """What the one who decides has seen."""

    digest: str = Field(
        default="",
        pattern="^(?:[0-9a-f]{16})?$",
        description="As the list of holds had it. When it is another one by now, nothing is done. Not with `all`.",
    )


class RightOut(Shape):
    """A role that an account got or lost."""

    username: str = Field(examples=["carol"])
    project: str = Field(examples=["NEURO_01"])
    role: str = Field(examples=["member"])


class DecidedOut(Shape):
    """What was decided, and what became of rights by it."""

    ids: list[str] = Field(description="The holds that were decided; not those that had ended by themselves.")
    granted: list[RightOut]
    revoked: list[RightOut]


@router.get(
    "holds",
    response=answers(HoldsOut),
    operation_id="listHolds",
    summary="What is held",
    url_name="api-holds",
)
def list_holds(
    request: HttpRequest,
    decided: Annotated[bool | None, Query(description="Only those decided, or only those that wait.")] = None,
    start: Start = 0,
    limit: Limit = 100,
) -> Cut[Held]:
    """Removals, additions, statuses and people that the mirror holds otherwise than Calpendo says."""
    found = [each for each in held(actor_of(request)) if decided in (None, each.is_decided)]
    return cut_at(found, start, limit)


@router.post(
    "holds/{hold_id}/approve",
    response=answers(DecidedOut, 409),
    operation_id="approveHold",
    summary="Follow Calpendo now",
    url_name="api-hold-approve",
)
def approve_hold(request: HttpRequest, hold_id: HoldId, seen: HoldSeen | None = None) -> Decided:
    """What Calpendo took away ends, what it added begins.

    400: nothing of this id is held; 409: a sweep runs now, or it has changed since it was seen.
    """
    return approve(actor_of(request), [_pinned(hold_id, seen)], at=timezone.now())


@router.post(
    "holds/{hold_id}/reject",
    response=answers(DecidedOut, 409),
    operation_id="rejectHold",
    summary="Do not follow Calpendo",
    url_name="api-hold-reject",
)
def reject_hold(request: HttpRequest, hold_id: HoldId, seen: HoldSeen | None = None) -> Decided:
    """Everything stays as it is here until Calpendo changes its mind. Errors as with approving."""
    return reject(actor_of(request), [_pinned(hold_id, seen)], at=timezone.now())


def _pinned(hold_id: str, seen: HoldSeen | None) -> str:
    return f"{hold_id}{PIN}{seen.digest}" if seen and seen.digest else hold_id
