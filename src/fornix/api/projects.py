"""Calpendo's projects as the mirror holds them, with the people and holds of each."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from fornix.api.holds import HoldOut
from fornix.api.refusals import answers
from fornix.api.shapes import After, Limit, Shape, key_path, text_query
from fornix.booking.project_list import (
    BookedLine,
    BookedRecord,
    Oddity,
    Wanted,
    booked_projects,
    get_booked_project,
)
from fornix.booking.standing import ProjectStanding
from fornix.catalog.keyset import Slice
from fornix.catalog.people import PersonLine, Standing
from fornix.http.actors import actor_of
from fornix.models.booking import Hold

router = Router(tags=["projects"])

ProjectId = Annotated[int, key_path("Our number of the project.")]


class ProjectOut(Shape):
    """One project of Calpendo."""

    id: int = Field(description="Our number of the project.", examples=[7])
    calpendo_id: str = Field(description="Its id in Calpendo.", examples=["1042"])
    instance: str = Field(examples=["main"])
    code: str = Field(description="Its code in Calpendo; empty when it has none.", examples=["NEURO_01"])
    title: str
    label: str = Field(description="What it is called here; empty without data.", examples=["NEURO_01"])
    status: str = Field(description="The status that is acted on.", examples=["Approved"])
    status_since: datetime | None
    held_status: str = Field(description="What Calpendo says, while that is not followed.")
    standing: ProjectStanding = Field(
        description="mirrored: rights follow Calpendo; known: it gives none; frozen: nothing is given or taken."
    )
    is_eligible: bool = Field(description="Books a scanner, and is not excluded by its code.")
    is_ambiguous: bool = Field(description="Another project has or had the same code.")
    is_renamed: bool = Field(description="It had another code before.")
    missing_since: datetime | None = Field(description="Since when complete answers lack it.")
    vanished_at: datetime | None = Field(description="Since when it counts as gone.")


class ProjectsOut(Shape):
    """Mirrored projects, by our number."""

    items: list[ProjectOut]
    next: int | None = Field(description="`after` of the next page; null on the last.")

    @staticmethod
    def resolve_items(page: Slice[BookedLine]) -> list[BookedLine]:
        """The page's rows."""
        return list(page.rows)


class PartOut(Shape):
    """One person's part in a project, as Calpendo lists it."""

    person_id: int
    calpendo_id: str
    name: str
    username: str = Field(description="The account that they are; empty when none is known.")
    is_active: bool = Field(description="May work in Calpendo, as far as the mirror acts on it.")
    part: str = Field(description="`owner`, `pi` or `user`.", examples=["user"])
    since: datetime
    hold: Hold = Field(description="How the mirror acts otherwise than Calpendo says; empty: as it says.")
    held_at: datetime | None


class GroundHoldOut(Shape):
    """A ground that is held otherwise than Calpendo says."""

    kind: Hold
    since: datetime | None
    of_person: bool = Field(description="Because of the person, not of the project's list.")


class GroundOut(Shape):
    """A row that a right rests on."""

    source: str = Field(description="`manual`, `pin`, `block` or `calpendo:` and the instance.")
    role: str = Field(examples=["member"])
    evidence: str = Field(examples=["user in Calpendo"])
    since: datetime
    hold: GroundHoldOut | None


class MemberOut(Shape):
    """A person of a project that has data here."""

    name: str
    username: str
    role: str = Field(description="The strongest; of one who has none yet, the one that it would be.")
    standing: Standing
    grounds: list[GroundOut]


class ProjectRecordOut(Shape):
    """One project, with everybody's part in Calpendo, the people here, and what is held of it."""

    project: ProjectOut
    pi_text: str = Field(description="The PI as written, where Calpendo has a text.")
    former_codes: list[str] = Field(description="Valid for data of their time, the latest first.")
    parts: list[PartOut]
    members: list[MemberOut] = Field(description="Empty while it holds no data.")
    holds: list[HoldOut]

    @staticmethod
    def resolve_project(record: BookedRecord) -> BookedLine:
        """The same entry as in the list."""
        return record.line

    @staticmethod
    def resolve_members(record: BookedRecord) -> list[PersonLine]:
        """Everybody, by standing and role."""
        return list(record.members)


@router.get(
    "projects",
    response=answers(ProjectsOut),
    operation_id="listProjects",
    summary="Calpendo's projects",
    url_name="api-projects",
)
def list_projects(
    request: HttpRequest,
    status: Annotated[str, text_query("Only those of this status.", "Approved")] = "",
    standing: Annotated[ProjectStanding | None, Query(description="Only those of this standing.")] = None,
    oddity: Annotated[Oddity | None, Query(description="Only those that are odd in this way.")] = None,
    has_data: Annotated[bool | None, Query(description="Only those with, or without, data here.")] = None,
    q: Annotated[str, text_query("Only those whose code or title has this text.")] = "",
    after: After = None,
    limit: Limit = 100,
) -> Slice[BookedLine]:
    """All projects that the mirror knows, whether they hold data or not."""
    wanted = Wanted(status, standing, oddity, has_data, q)
    return booked_projects(actor_of(request), wanted, after=after, size=limit)


@router.get(
    "projects/{project_id}",
    response=answers(ProjectRecordOut, 404),
    operation_id="getProject",
    summary="One of Calpendo's projects",
    url_name="api-project",
)
def show_project(request: HttpRequest, project_id: ProjectId) -> BookedRecord:
    """A project with everybody's part in Calpendo, who is in it here and by which rows, and what is held."""
    return get_booked_project(actor_of(request), project_id)
