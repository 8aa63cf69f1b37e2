"""Trying a Calpendo before it is mirrored: the connection, what it holds, its projects as a sweep would read them."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from fornix.access.policy import require_administrator
from fornix.api.refusals import answers
from fornix.api.shapes import Shape
from fornix.booking.config import CalpendoConfig
from fornix.booking.discover import ConnectionCheck, Finding, check_connection
from fornix.booking.explore import Explored, explore
from fornix.booking.preview import Preview, preview
from fornix.http.actors import actor_of
from fornix.wiring import calpendo_config

router = Router(tags=["settings"])


class CheckLineOut(Shape):
    """One thing that the test found."""

    finding: Finding
    text: str


class CheckOut(Shape):
    """What trying the connection found."""

    is_usable: bool = Field(description="Whether a sweep could use this Calpendo.")
    lines: list[CheckLineOut]
    requests: int
    seconds: float


class SeenTypeOut(Shape):
    """A type that was asked for."""

    name: str = Field(examples=["Calpendo.Project"])
    objects: int | None = Field(description="How many there are; null where it does not answer.")
    problem: str


class SeenPropertyOut(Shape):
    """A property that the objects have which were looked at."""

    name: str = Field(examples=["projectCode"])
    shape: str = Field(description="What its values look like.")
    examples: list[str] = Field(description="Of people only hints.")


class SeenResourceOut(Shape):
    """Something that can be booked."""

    id: str = Field(examples=["11"])
    name: str
    guess: str = Field(description="MR, MEG, or empty for what is no scanner by its name.")


class ExploredOut(Shape):
    """What a Calpendo holds."""

    types: list[SeenTypeOut]
    project: list[SeenPropertyOut]
    person: list[SeenPropertyOut]
    resources: list[SeenResourceOut]


class PreviewProjectOut(Shape):
    """A project as a sweep would read it now."""

    id: str
    code: str
    name: str
    status: str
    owner: str
    pi: str
    pi_is_person: bool
    people: int | None
    scanners: list[str]
    why_not: str = Field(description="Why it is not mirrored; empty for what is.")


class PreviewOut(Shape):
    """The first projects, and how many there are."""

    projects: list[PreviewProjectOut]
    of_projects: int
    notes: list[str]


@router.post(
    "settings/test",
    response=answers(CheckOut),
    operation_id="testConnection",
    summary="Try the connection to Calpendo",
    url_name="api-settings-test",
)
def test_connection(request: HttpRequest) -> ConnectionCheck:
    """Reads each type of Calpendo's as a sweep would, changes nothing, and says what works and what does not."""
    return check_connection(_config_for(request))


@router.post(
    "settings/look",
    response=answers(ExploredOut, 503),
    operation_id="lookAtCalpendo",
    summary="See what a Calpendo holds",
    url_name="api-settings-look",
)
def look(request: HttpRequest) -> Explored:
    """Types and properties seen in a few real objects, to choose names by. 503: it does not answer as it should."""
    return explore(_config_for(request))


@router.post(
    "settings/preview",
    response=answers(PreviewOut, 503),
    operation_id="previewProjects",
    summary="See real projects as they would be mirrored",
    url_name="api-settings-preview",
)
def show(request: HttpRequest) -> Preview:
    """The first projects by the settings in force; nothing is changed. 503: Calpendo does not answer as it should."""
    return preview(_config_for(request))


def _config_for(request: HttpRequest) -> CalpendoConfig:
    """The Calpendo as it is configured now, for administrators alone: trying it sends the password there."""
    require_administrator(actor_of(request))
    return calpendo_config()
