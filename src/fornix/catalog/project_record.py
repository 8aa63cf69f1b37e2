"""The record of one project: what Calpendo says of it, and what it holds here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fornix.access.actors import Actor
from fornix.access.policy import Action, can
from fornix.access.visibility import visible_projects
from fornix.catalog.people import person_name
from fornix.catalog.projects import find_project
from fornix.errors import NotVisible
from fornix.models import BookingProject, BookingRole, Project


@dataclass(frozen=True, slots=True)
class BookingRecord:
    """The project as the booking system last told it. `former_codes` are valid for data of their time."""

    instance: str
    code: str
    status: str
    type: str
    groups: tuple[str, ...]
    pi: str
    owners: tuple[str, ...]
    former_codes: tuple[str, ...]
    vanished_at: datetime | None  # since when complete answers lack it; the rest is what was known last


@dataclass(frozen=True, slots=True)
class ProjectRecord:
    """One project. `booking` is None when the booking system does not know it."""

    id: int
    booking_project_id: int | None
    code: str
    title: str
    description: str
    accessibility: str
    subjects: int
    sessions: int
    files: int
    bytes: int
    changed_at: datetime
    booking: BookingRecord | None
    is_readable: bool
    manages_members: bool


def get_project(actor: Actor, code: str) -> ProjectRecord:
    """The record of the project of this code. Raises NotVisible."""
    row = visible_projects(actor).filter(label=code).select_related("booking_project").first()
    if row is None:
        raise NotVisible
    booked = row.booking_project
    return ProjectRecord(
        id=row.pk,
        booking_project_id=row.booking_project_id,
        code=row.label,
        title=(booked.name if booked else "") or row.name,
        description=row.description,
        accessibility=row.accessibility,
        subjects=row.subject_count,
        sessions=row.session_count,
        files=row.file_count,
        bytes=row.byte_count,
        changed_at=row.changed_at,
        booking=_booking_record(row, booked) if booked else None,
        is_readable=can(actor, Action.DATA_READ, row).allowed,
        manages_members=can(actor, Action.MEMBERS_MANAGE, row).allowed,
    )


def find_project_code(actor: Actor, name: str) -> str:
    """The code of the project that is meant by one that folds alike or is Calpendo's. Raises NotVisible."""
    meant = find_project(name)
    if meant is None or not visible_projects(actor).filter(pk=meant.pk).exists():
        raise NotVisible
    return meant.label


def _booking_record(project: Project, booked: BookingProject) -> BookingRecord:
    parts = list(
        BookingRole.objects.filter(booking_project=booked, part__in=("owner", "pi"))
        .select_related("person")
        .order_by("pk")
    )
    named = {
        part: tuple(person_name(row.person) for row in parts if row.part == part) for part in ("owner", "pi")
    }
    codes = booked.codes.order_by("-last_seen_at").values_list("code", flat=True)[:20]
    return BookingRecord(
        instance=booked.instance,
        code=booked.code,
        status=booked.status,
        type=booked.type,
        groups=tuple(map(str, booked.groups)),
        pi=", ".join(named["pi"]) or booked.pi_text,
        owners=named["owner"],
        former_codes=tuple(code for code in codes if code not in (booked.code, project.label)),
        vanished_at=booked.vanished_at,
    )
