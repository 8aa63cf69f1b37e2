"""What administrators should know of the mirror: concerns, hidden fields, odd projects, statuses never seen before."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from fornix.api.refusals import answers
from fornix.api.shapes import Shape
from fornix.booking.oddities import ambiguous_codes, hidden_fields, renamed, unknown_statuses, vanished
from fornix.catalog.mirror import last_troubles
from fornix.http.actors import actor_of

router = Router(tags=["problems"])


class HiddenFieldOut(Shape):
    """A field that the service account may not read."""

    field: str = Field(examples=["project users"])
    rows: int = Field(description="On how many rows.", examples=[37])


class FormerCodeOut(Shape):
    """A code that was given up; valid for data until then."""

    code: str
    until: datetime


class FormerTitleOut(Shape):
    """A title that was given up."""

    title: str
    until: datetime


class RenamedOut(Shape):
    """A project whose code or title changed."""

    code: str = Field(description="The code now.")
    title: str
    label: str = Field(description="What it is called here; empty without data.")
    former: list[FormerCodeOut]
    former_titles: list[FormerTitleOut]
    changed_at: datetime


class MissingOut(Shape):
    """A project that complete answers lack. Its people keep what they have."""

    code: str
    title: str
    label: str
    missing_since: datetime | None
    vanished_at: datetime | None = Field(description="Since when it counts as gone.")


class ClaimOut(Shape):
    """A project that carries or carried a code."""

    code: str
    title: str
    is_current: bool


class AmbiguousCodeOut(Shape):
    """A code that several projects claim: data sent with it may have to wait."""

    folded: str = Field(description="The code as it is compared.")
    claims: list[ClaimOut]


class UnknownStatusOut(Shape):
    """A status whose meaning is not known: it changes nothing."""

    of: str = Field(description="`project` or `person`.", examples=["project"])
    status: str
    rows: int
    examples: list[str] = Field(description="Some of them, by code or id.")


class ProblemsOut(Shape):
    """Everything odd about the mirror, after the last sweep."""

    as_of: datetime | None = Field(description="When the sweep began that the concerns are from.")
    failure: str = Field(description="Why the last sweep changed nothing; empty when it did its work.")
    concerns: list[str]
    hidden_fields: list[HiddenFieldOut]
    renamed: list[RenamedOut]
    missing: list[MissingOut]
    ambiguous_codes: list[AmbiguousCodeOut]
    unknown_statuses: list[UnknownStatusOut]


@router.get(
    "problems",
    response=answers(ProblemsOut),
    operation_id="getProblems",
    summary="What is odd about the mirror",
    url_name="api-problems",
)
def problems(request: HttpRequest) -> dict[str, object]:
    """Concerns of the last complete answer, and rows that people should look at; at most 200 of each kind."""
    actor = actor_of(request)
    troubles = last_troubles(actor)
    return {
        "as_of": troubles.at,
        "failure": troubles.failure,
        "concerns": troubles.concerns,
        "hidden_fields": hidden_fields(actor),
        "renamed": renamed(actor),
        "missing": vanished(actor),
        "ambiguous_codes": ambiguous_codes(actor),
        "unknown_statuses": unknown_statuses(actor),
    }
