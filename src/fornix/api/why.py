"""Why a person may or may not see a project, as `fornix why` tells it."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router
from pydantic import Field

from fornix.access.policy import require_administrator
from fornix.api.admission import EVERYBODY
from fornix.api.refusals import answers
from fornix.api.shapes import Shape, text_query
from fornix.booking.why import Explanation, Moment, explain
from fornix.catalog.project_record import find_project_code
from fornix.http.actors import actor_of
from fornix.wiring import linking, sweep_interval_s

router = Router(tags=["why"], auth=EVERYBODY)


class ExplanationOut(Shape):
    """The verdict on reading the project's data, and the rows that it rests on."""

    allowed: bool
    person: str = Field(description="Who was meant.", examples=["carol"])
    project: str = Field(description="What was meant.", examples=["NEURO_01"])
    reasons: list[str] = Field(examples=[["is member by calpendo:main since 2026-11-02 09:14 UTC (user)"]])


@router.get(
    "why",
    response=answers(ExplanationOut, 404),
    operation_id="explainAccess",
    summary="Why somebody may or may not see a project",
    url_name="api-why",
)
def why(
    request: HttpRequest,
    person: Annotated[
        str, text_query("A login here; else a login, id, e-mail or name in Calpendo.", "carol")
    ],
    project: Annotated[str, text_query("A code here; else a code, id or title in Calpendo.", "NEURO_01")],
) -> Explanation:
    """Administrators ask about anybody; others about their own login and a project that they see."""
    actor = actor_of(request)
    own = actor.account.username if actor.account else ""
    is_own = person.casefold() == own.casefold()
    if not is_own:
        require_administrator(actor)
    code = project if actor.is_administrator else find_project_code(actor, project)
    moment = Moment(timezone.now(), timedelta(seconds=sweep_interval_s()))
    return explain(own if is_own else person, code, moment=moment, linking=linking())
