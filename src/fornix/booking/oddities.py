"""What administrators should know of the mirrored rows: renamed, missing and ambiguous projects, unknown statuses,
and what the service account may not read (contract calpendo 4.9)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db.models import Count, F, Max, Model, Q, QuerySet
from django.db.models.functions import Coalesce, Greatest

from fornix.access.actors import Actor
from fornix.access.policy import require_administrator
from fornix.booking.standing import is_known_person_status, is_known_project_status
from fornix.catalog.mirror import last_good_details
from fornix.catalog.people import person_name
from fornix.models import BookingCode, BookingPerson, BookingProject

MOST = 200
EXAMPLES = 3
_NAMED = ("codes", "names")
Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class HiddenField:
    """A field that the service account may not read, and on how many rows."""

    field: str
    rows: int


@dataclass(frozen=True, slots=True)
class FormerCode:
    """A code that was given up; valid for data until then."""

    code: str
    until: datetime


@dataclass(frozen=True, slots=True)
class FormerTitle:
    """A title that was given up."""

    title: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Renamed:
    """A project whose code or title changed. `label` is what it is called here, "" without data here."""

    code: str
    title: str
    label: str
    former: tuple[FormerCode, ...]
    former_titles: tuple[FormerTitle, ...]
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Missing:
    """A project that complete answers lack. Its people keep what they have; `vanished_at`: it counts as gone."""

    code: str
    title: str
    label: str
    missing_since: datetime | None
    vanished_at: datetime | None


@dataclass(frozen=True, slots=True)
class Claim:
    """A project that carries or carried a code."""

    code: str
    title: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class AmbiguousCode:
    """A code that several projects claim, as it compares: data sent with it may have to wait."""

    folded: str
    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class UnknownStatus:
    """A status that nobody told us the meaning of, of `project` or `person`; "" when Calpendo tells none."""

    of: str
    status: str
    rows: int
    examples: tuple[str, ...]


def hidden_fields(actor: Actor) -> tuple[HiddenField, ...]:
    """What the last complete answer hid, most first. For administrators."""
    require_administrator(actor)
    told = last_good_details().get("hidden")
    counts = told if isinstance(told, dict) else {}
    found = [
        HiddenField(str(field), rows) for field, rows in counts.items() if isinstance(rows, int) and rows > 0
    ]
    return tuple(sorted(found, key=lambda each: (-each.rows, each.field)))


def renamed(actor: Actor) -> tuple[Renamed, ...]:
    """Projects that have had another code or title, the newest change first; at most MOST. For administrators."""
    require_administrator(actor)
    projects = BookingProject.objects.annotate(
        code_count=Count("codes", distinct=True),
        name_count=Count("names", distinct=True),
        changed_at=Greatest(*(Coalesce(Max(f"{each}__first_seen_at"), "first_seen_at") for each in _NAMED)),
    ).filter(Q(code_count__gt=1) | Q(name_count__gt=1))
    rows = projects.select_related("project").prefetch_related(*_NAMED).order_by("-changed_at", "pk")
    return tuple(_renamed(row) for row in rows[:MOST])


def vanished(actor: Actor) -> tuple[Missing, ...]:
    """Projects that the last complete answers lack, those that count as gone first; at most MOST."""
    require_administrator(actor)
    lacking = BookingProject.objects.filter(missing_since__isnull=False) | BookingProject.objects.filter(
        vanished_at__isnull=False
    )
    rows = lacking.select_related("project").order_by(F("vanished_at").desc(nulls_last=True), "missing_since")
    return tuple(
        Missing(row.code, row.name, _label(row), row.missing_since, row.vanished_at) for row in rows[:MOST]
    )


def ambiguous_codes(actor: Actor) -> tuple[AmbiguousCode, ...]:
    """Codes that several projects that count carry or carried; at most MOST. For administrators."""
    require_administrator(actor)
    counting = BookingCode.objects.filter(booking_project__is_eligible=True).exclude(folded_code="")
    shared = (
        counting.values("folded_code")
        .annotate(projects=Count("booking_project", distinct=True))
        .filter(projects__gt=1)
        .order_by("folded_code")
        .values_list("folded_code", flat=True)[:MOST]
    )
    claims: defaultdict[str, list[Claim]] = defaultdict(list)
    rows = counting.filter(folded_code__in=list(shared)).select_related("booking_project")
    for row in rows.order_by("folded_code", "-last_seen_at", "pk"):
        project = row.booking_project
        claims[row.folded_code].append(Claim(row.code, project.name, row.code == project.code))
    return tuple(AmbiguousCode(folded, tuple(held)) for folded, held in claims.items())


def unknown_statuses(actor: Actor) -> tuple[UnknownStatus, ...]:
    """Statuses of projects and people that the contract does not have, most rows first. For administrators."""
    require_administrator(actor)
    projects = BookingProject.objects.filter(vanished_at__isnull=True)
    people = BookingPerson.objects.filter(vanished_at__isnull=True)
    found = [
        *_unknown("project", projects, is_known_project_status, str),
        *_unknown("person", people, is_known_person_status, person_name),
    ]
    return tuple(sorted(found, key=lambda each: (-each.rows, each.of, each.status)))


def _unknown(
    of: str, rows: QuerySet[Row], is_known: Callable[[str], bool], name: Callable[[Row], str]
) -> Iterator[UnknownStatus]:
    counted = rows.values_list("status").annotate(rows=Count("pk")).order_by("status")
    unknown = {status: count for status, count in counted if not is_known(status)}
    examples: defaultdict[str, list[str]] = defaultdict(list)
    for row in rows.filter(status__in=unknown).order_by("pk").iterator():
        held = examples[vars(row)["status"]]
        if len(held) < EXAMPLES:
            held.append(name(row))
    for status, count in unknown.items():
        yield UnknownStatus(of, status, count, tuple(examples[status]))


def _renamed(row: BookingProject) -> Renamed:
    former = sorted(
        (code for code in row.codes.all() if code.code != row.code),
        key=lambda code: code.last_seen_at,
        reverse=True,
    )
    return Renamed(
        code=row.code,
        title=row.name,
        label=_label(row),
        former=tuple(FormerCode(code.code, code.last_seen_at) for code in former),
        former_titles=tuple(
            FormerTitle(name.name, name.last_seen_at)
            for name in sorted(row.names.all(), key=lambda name: name.last_seen_at, reverse=True)
            if name.name != row.name
        ),
        changed_at=vars(row)["changed_at"],
    )


def _label(row: BookingProject) -> str:
    here = getattr(row, "project", None)  # the reverse of a one-to-one: none is an error there
    return here.label if here else ""
