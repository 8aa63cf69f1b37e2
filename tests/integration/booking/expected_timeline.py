"""Reads what the `timeline` set expects of a mirror, and the mirror's rows in the same words."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from tests.integration.booking.mirrored import SOURCE

from fornix.access.actors import OPERATOR
from fornix.booking.find import FoundProject, find_booking_project
from fornix.booking.holds import HoldKind, held
from fornix.models import Booking, BookingProject, Membership, Project
from fornix.simulator.calpendo.sets.timeline import BEGINS_AT, EXPECTED

Facts = dict[str, str]


@dataclass
class Block:
    """What is expected from an hour on, and what somebody does just before its sweep."""

    at: datetime
    acts: list[list[str]] = field(default_factory=list)
    facts: Facts = field(default_factory=dict)


def read_expected() -> dict[datetime, Block]:
    """The blocks of the file by their hour."""
    blocks: list[Block] = []
    for line in EXPECTED.read_text(encoding="utf-8").splitlines():
        words = line.split()
        if not words or words[0] == "#":
            continue
        if words[0] == "at":
            blocks.append(Block(_instant(int(words[2]), words[3])))
        elif words[0] == "do":
            blocks[-1].acts.append(words[1:])
        else:
            key, value = _fact(line)
            blocks[-1].facts[key] = value
    times = [block.at for block in blocks]
    assert times == sorted(set(times)), "an hour twice, or out of order"
    return {block.at: block for block in blocks}


def _instant(day: int, clock: str) -> datetime:
    hours, minutes = map(int, clock.split(":"))
    midnight = BEGINS_AT.replace(hour=0)
    return midnight + timedelta(days=day - 1, hours=hours, minutes=minutes)


def _fact(line: str) -> tuple[str, str]:
    """`KEY | rest`, `held …`, `vanished …`, `answer …` or `status P S`, as a key and a value in one spelling."""
    head, bar, rest = (part.strip() for part in line.partition("|"))
    if bar:
        return (head, _spelled(*(part.strip() for part in rest.split("|"))))
    word, *values = line.split()
    if word == "status":
        return (f"status {values[0]}", values[1])
    return (word, " ".join(sorted(values)))


def _spelled(*columns: str) -> str:
    """Columns with their words in order; a code is one column and keeps its blanks."""
    code, *others = columns
    return " | ".join([code, *(" ".join(sorted(each.split())) or "-" for each in others)])


def mirrored_facts(keys: set[str], *, is_complete: bool) -> Facts:
    """The mirror's rows as facts: all projects with data, and of the rest what is asked for."""
    facts = _projects() | _bookings({key for key in keys if key.startswith("booking")})
    for key in keys:
        if key.startswith("status"):
            facts[key] = BookingProject.objects.get(external_id__endswith=key.split()[1]).status
        elif key.startswith("routes"):
            facts[key] = _routed(*key.split()[1:])
    vanished = BookingProject.objects.filter(vanished_at__isnull=False)
    facts["vanished"] = _numbers(vanished.values_list("external_id", flat=True))
    waiting = {each.id.rpartition("-")[2] for each in held(OPERATOR) if _waits_about_a_project(each)}
    facts["held"] = _numbers(
        BookingProject.objects.filter(pk__in=waiting).values_list("external_id", flat=True)
    )
    return facts | {"answer": "complete" if is_complete else "incomplete"}


def _routed(code: str, day: str) -> str:
    found = find_booking_project(code, on=date.fromisoformat(day))
    if isinstance(found, FoundProject):
        return found.booking_project.external_id[-3:]
    return "-" if found is None else "ambiguous"


def _waits_about_a_project(each) -> bool:
    return each.kind is not HoldKind.PERSON and not each.is_decided


def _numbers(ids) -> str:
    return " ".join(sorted(each[-3:] for each in ids)) or "-"


def _projects() -> Facts:
    people: dict[int, dict[str, list[str]]] = {}
    for row in Membership.objects.filter(source=SOURCE).select_related("account"):
        people.setdefault(row.project_id, {}).setdefault(row.role, []).append(row.account.username)
    return {
        project.booking_project.external_id[-3:]: _spelled(
            project.booking_project.code or "-",
            " ".join(people.get(project.pk, {}).get("owner", [])),
            " ".join(people.get(project.pk, {}).get("member", [])),
        )
        for project in Project.objects.filter(booking_project__isnull=False).select_related("booking_project")
    }


def _bookings(keys: set[str]) -> Facts:
    facts = {}
    for key in keys:
        found = Booking.objects.filter(external_id=key.split()[1]).select_related("booking_project").first()
        if found is not None:
            status = "withdrawn" if found.withdrawn_at else found.status
            project = found.booking_project.external_id[-3:] if found.booking_project else "-"
            facts[key] = " | ".join([status, project, _utc(found.starts_at), _utc(found.ends_at)])
    return facts


def _utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%MZ}"
