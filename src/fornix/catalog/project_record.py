"""The record of one project: what Calpendo says of it, and what it holds here; each fact with its source and age."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from fornix.access.actors import Actor
from fornix.access.policy import Action, can
from fornix.access.visibility import visible_projects
from fornix.catalog.people import person_name
from fornix.catalog.projects import find_project
from fornix.errors import NotVisible
from fornix.models import BookingCode, BookingProject, BookingRole, Project
from fornix.models.booking import Hold

HERE = "here"
MOST_CODES = 20


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that the record says. `source` is the booking system's instance, or HERE; `since` None: not known."""

    name: str
    value: str
    source: str
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class HeldStatus:
    """The booking system tells another status than the mirror acts by; `is_decided`: somebody wants it so."""

    told: str
    since: datetime | None
    is_decided: bool


@dataclass(frozen=True, slots=True)
class BookingRecord:
    """The project as the booking system last told it. `former_codes` are valid for data of their time."""

    instance: str
    code: str
    status: str
    status_since: datetime | None
    held_status: HeldStatus | None
    type: str
    groups: tuple[str, ...]
    pi: str
    owners: tuple[str, ...]
    former_codes: tuple[str, ...]
    missing_since: datetime | None  # since when complete answers lack it; the rest is what was known last
    vanished_at: datetime | None  # since when it counts as gone


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
    facts: tuple[Fact, ...]
    is_readable: bool
    manages_members: bool
    adds_data: bool


def get_project(actor: Actor, code: str) -> ProjectRecord:
    """The record of the project of this code. Raises NotVisible."""
    row = visible_projects(actor).filter(label=code).select_related("booking_project").first()
    if row is None:
        raise NotVisible
    booked = row.booking_project
    parts = _parts_of(booked)
    codes = list(booked.codes.order_by("-last_seen_at", "-pk")[:MOST_CODES]) if booked else []
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
        booking=_booking_record(row, booked, parts, codes) if booked else None,
        facts=(*(_facts_told(booked, parts, codes) if booked else ()), *_facts_of_here(row)),
        is_readable=can(actor, Action.DATA_READ, row).allowed,
        manages_members=can(actor, Action.MEMBERS_MANAGE, row).allowed,
        adds_data=can(actor, Action.DATA_ADD, row).allowed,
    )


def find_project_code(actor: Actor, name: str) -> str:
    """The code of the project that is meant by one that folds alike or is Calpendo's. Raises NotVisible."""
    meant = find_project(name)
    if meant is None or not visible_projects(actor).filter(pk=meant.pk).exists():
        raise NotVisible
    return meant.label


def _parts_of(booked: BookingProject | None) -> Sequence[BookingRole]:
    rows = BookingRole.objects.filter(booking_project=booked, part__in=("owner", "pi"))
    return list(rows.select_related("person").order_by("pk")) if booked else ()


def _booking_record(
    project: Project, booked: BookingProject, parts: Sequence[BookingRole], codes: Sequence[BookingCode]
) -> BookingRecord:
    former = (code.code for code in codes if code.code not in (booked.code, project.label))
    return BookingRecord(
        instance=booked.instance,
        code=booked.code,
        status=booked.status,
        status_since=booked.status_since,
        held_status=_held_status(booked),
        type=booked.type,
        groups=tuple(map(str, booked.groups)),
        pi=_named(parts, "pi") or booked.pi_text,
        owners=tuple(person_name(row.person) for row in parts if row.part == "owner"),
        former_codes=tuple(former),
        missing_since=booked.missing_since,
        vanished_at=booked.vanished_at,
    )


def _held_status(booked: BookingProject) -> HeldStatus | None:
    if not booked.hold:
        return None
    return HeldStatus(booked.held_status, booked.held_at, is_decided=booked.hold == Hold.KEPT)


def _facts_told(
    booked: BookingProject, parts: Sequence[BookingRole], codes: Sequence[BookingCode]
) -> Iterator[Fact]:
    """What the booking system tells."""
    source = booked.instance
    current = next((code.first_seen_at for code in codes if code.code == booked.code), None)
    yield Fact("Title", booked.name, source)
    yield Fact("Code", booked.code, source, current)
    pi, owner = _named(parts, "pi"), _named(parts, "owner")
    yield Fact("PI", pi or booked.pi_text, source, _since(parts, "pi"))
    yield Fact("Owner", owner, source, _since(parts, "owner"))
    yield Fact("Status", booked.status, source, booked.status_since)
    yield Fact("Type", booked.type, source)
    if booked.groups:
        yield Fact("Groups", ", ".join(map(str, booked.groups)), source)


def _facts_of_here(project: Project) -> Iterator[Fact]:
    """What was decided here."""
    yield Fact("Name here", project.label, HERE, project.created_at)
    yield Fact("Who may look", project.accessibility, HERE)
    if project.booking_project_id is None:
        yield Fact("Title", project.name, HERE)
    if project.description:
        yield Fact("Description", project.description, HERE)


def _named(parts: Sequence[BookingRole], part: str) -> str:
    return ", ".join(person_name(row.person) for row in parts if row.part == part)


def _since(parts: Sequence[BookingRole], part: str) -> datetime | None:
    return min((row.since for row in parts if row.part == part), default=None)
