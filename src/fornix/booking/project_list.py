"""The projects of Calpendo as the mirror holds them: page by page, and one with everybody's part in it.

For administrators; pages show the projects that hold data (catalog/project_record.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import Exists, OuterRef, Q, QuerySet

from fornix.access.actors import Actor
from fornix.access.policy import require_administrator
from fornix.booking.holds import Held, HoldKind, held
from fornix.booking.standing import ProjectStanding, project_standing, statuses_of
from fornix.catalog.keyset import Slice
from fornix.catalog.people import PersonLine, person_name, project_people
from fornix.errors import NotVisible
from fornix.models import BookingCode, BookingProject, BookingRole, Project


class Oddity(StrEnum):
    """Why somebody should look at a project."""

    MISSING = "missing"
    AMBIGUOUS = "ambiguous"
    RENAMED = "renamed"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which projects are asked for; None and "" ask for any."""

    status: str = ""
    standing: ProjectStanding | None = None
    oddity: Oddity | None = None
    has_data: bool | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class BookedLine:
    """One project of Calpendo. `label`: what it is called here; `held_status`: what is not followed."""

    id: int
    calpendo_id: str
    instance: str
    code: str
    title: str
    label: str
    status: str
    status_since: datetime | None
    held_status: str
    standing: ProjectStanding
    is_eligible: bool
    is_ambiguous: bool
    is_renamed: bool
    missing_since: datetime | None
    vanished_at: datetime | None


@dataclass(frozen=True, slots=True)
class PartLine:
    """One person's part in a project, as Calpendo lists it. `hold`: it is not followed; "" otherwise."""

    person_id: int
    calpendo_id: str
    name: str
    username: str
    is_active: bool
    part: str
    since: datetime
    hold: str
    held_at: datetime | None


@dataclass(frozen=True, slots=True)
class BookedRecord:
    """One project with its former codes, the parts, the people here with their grounds, and what is held of it."""

    line: BookedLine
    pi_text: str
    former_codes: tuple[str, ...]
    parts: tuple[PartLine, ...]
    members: tuple[PersonLine, ...]
    holds: tuple[Held, ...]


def booked_projects(actor: Actor, wanted: Wanted, *, after: int | None, size: int) -> Slice[BookedLine]:
    """A page of the mirrored projects, by our number. For administrators."""
    require_administrator(actor)
    rows = _told().filter(_condition(wanted)).order_by("pk")
    if after is not None:
        rows = rows.filter(pk__gt=after)
    found = list(rows[: size + 1])
    page = found[:size]
    return Slice(tuple(map(_line, page)), next=page[-1].pk if len(found) > size else None)


def get_booked_project(actor: Actor, number: int) -> BookedRecord:
    """One mirrored project. Raises NotVisible. For administrators."""
    require_administrator(actor)
    row = _told().filter(pk=number).first()
    if row is None:
        raise NotVisible
    here = _here(row)
    codes = row.codes.exclude(code=row.code).order_by("-last_seen_at").values_list("code", flat=True)
    roles = BookingRole.objects.filter(booking_project=row).select_related("person__account")
    ids = {f"{kind}-{row.pk}" for kind in HoldKind if kind is not HoldKind.PERSON}
    return BookedRecord(
        line=_line(row),
        pi_text=row.pi_text,
        former_codes=tuple(codes),
        parts=tuple(map(_part, roles.order_by("part", "pk"))),
        members=project_people(here.pk, row.pk) if here else (),
        holds=tuple(each for each in held(actor) if each.id in ids),
    )


def _told() -> QuerySet[BookingProject]:
    codes = BookingCode.objects.filter(booking_project=OuterRef("pk"))
    # As booking/oddities.py has it: two projects that count claim one code, now or formerly.
    twins = BookingCode.objects.filter(
        folded_code=OuterRef("folded_code"), booking_project__is_eligible=True
    ).exclude(booking_project=OuterRef("booking_project"))
    shared = codes.filter(Exists(twins), booking_project__is_eligible=True).exclude(folded_code="")
    return BookingProject.objects.select_related("project").annotate(
        is_ambiguous=Exists(shared), is_renamed=Exists(codes.exclude(code=OuterRef("code")))
    )


def _condition(wanted: Wanted) -> Q:
    condition = Q()
    if wanted.status:
        condition &= Q(status__iexact=wanted.status)
    if wanted.standing is not None:
        condition &= _stands(wanted.standing)
    if wanted.oddity is not None:
        condition &= _ODD[wanted.oddity]
    if wanted.has_data is not None:
        condition &= Q(project__isnull=not wanted.has_data)
    if wanted.text:
        condition &= Q(code__icontains=wanted.text) | Q(name__icontains=wanted.text)
    return condition


_ODD = {
    Oddity.MISSING: Q(missing_since__isnull=False) | Q(vanished_at__isnull=False),
    Oddity.AMBIGUOUS: Q(is_ambiguous=True),
    Oddity.RENAMED: Q(is_renamed=True),
    Oddity.HELD: ~Q(hold=""),
}


def _stands(standing: ProjectStanding) -> Q:
    """As `BookedProject.standing`: what is gone is frozen, and so is a status that nobody knows."""
    here = Q(vanished_at__isnull=True)
    if standing is not ProjectStanding.FROZEN:
        return here & Q(status__in=statuses_of(standing))
    others = [status for each in ProjectStanding if each is not standing for status in statuses_of(each)]
    return ~(here & Q(status__in=others))


def _line(row: BookingProject) -> BookedLine:
    here = _here(row)
    is_gone = row.vanished_at is not None
    return BookedLine(
        id=row.pk,
        calpendo_id=row.external_id,
        instance=row.instance,
        code=row.code,
        title=row.name,
        label=here.label if here else "",
        status=row.status,
        status_since=row.status_since,
        held_status=row.held_status,
        standing=ProjectStanding.FROZEN if is_gone else project_standing(row.status),
        is_eligible=row.is_eligible,
        is_ambiguous=bool(vars(row)["is_ambiguous"]),
        is_renamed=bool(vars(row)["is_renamed"]),
        missing_since=row.missing_since,
        vanished_at=row.vanished_at,
    )


def _here(row: BookingProject) -> Project | None:
    return getattr(row, "project", None)  # the reverse of a one-to-one: none is an error there


def _part(role: BookingRole) -> PartLine:
    person = role.person
    return PartLine(
        person_id=person.pk,
        calpendo_id=person.external_id,
        name=person_name(person),
        username=person.account.username if person.account else "",
        is_active=person.is_active,
        part=role.part,
        since=role.since,
        hold=role.hold,
        held_at=role.held_at,
    )
