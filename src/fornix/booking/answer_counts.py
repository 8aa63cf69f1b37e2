"""Pure: the figures of one answer, kept with its Sweep so that the next answer can be judged by them (contract 4.4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from fornix.booking.answer import Answer, ProjectRow
from fornix.booking.standing import (
    ProjectStanding,
    is_known_person_status,
    is_known_project_status,
    person_status,
    project_standing,
    project_status,
)
from fornix.booking.wire import UNKNOWN, References, Text

# Many people may be without these, and new ones come: a greater share alone is no loss.
MAY_BE_MISSING = "is not told"
EXPIRY = "person expires_on"


@dataclass(frozen=True, slots=True)
class Counts:
    """The figures of one answer, kept with its Sweep to judge the next one by. Shares are of all rows, 0 to 1.

    `hidden`: on how many mirrored projects and active people the account cannot read what is needed, by field.
    """

    rows: Mapping[str, int]
    statuses: Mapping[str, int]
    unread: Mapping[str, float]
    hidden: Mapping[str, int]
    has_self: bool

    def as_json(self) -> dict[str, object]:
        """What the Sweep's row keeps beside the numbers of rows."""
        return {
            "statuses": dict(self.statuses),
            "unread": dict(self.unread),
            "hidden": dict(self.hidden),
            "has_self": self.has_self,
        }


def count(answer: Answer, username: str) -> Counts:
    """The figures of an answer."""
    statuses = Counter(
        [f"project {_spelled(row.status, project_status)}" for row in answer.projects]
        + [f"person {_spelled(row.status, person_status)}" for row in answer.people]
    )
    return Counts(
        rows={
            "projects": len(answer.projects),
            "people": len(answer.people),
            "resources": len(answer.resources),
            "bookings": len(answer.bookings.rows),
        },
        statuses=dict(sorted(statuses.items())),
        unread=_unread_shares(answer),
        hidden=_hidden(answer),
        has_self=any(row.login_name == username for row in answer.people),
    )


def _spelled(status: Text, spell: Callable[[str], str]) -> str:
    return "not told" if status is UNKNOWN else spell(status)


def _unread_shares(answer: Answer) -> dict[str, float]:
    """Per field, on how many rows there is nothing to read: hidden and empty are not always told apart."""
    shares = {}
    for name in ("code", "name", "status", "owner", "resources", "users"):
        shares[f"project {name} is hidden or empty"] = _share(
            is_unread(getattr(p, name)) for p in answer.projects
        )
    for name in ("email", "login_name", "status"):
        shares[f"person {name} is hidden or empty"] = _share(
            is_unread(getattr(p, name)) for p in answer.people
        )
    shares[f"{EXPIRY} {MAY_BE_MISSING}"] = _share(is_unread(p.expires_on) for p in answer.people)
    for lead in sorted({name for p in answer.people for name in p.leads}):
        shares[f"person {lead} {MAY_BE_MISSING}"] = _share(
            is_unread(p.leads.get(lead, UNKNOWN)) for p in answer.people
        )
    readings: dict[str, list[bool]] = {}
    for row in answer.projects:
        for reading in row.pi:
            readings.setdefault(reading.property, []).append(is_unread(reading.value))
    shares |= {f"project {name} is hidden or empty": _share(values) for name, values in readings.items()}
    shares["project has a status never seen before"] = _share(
        row.status is not UNKNOWN and not is_known_project_status(row.status) for row in answer.projects
    )
    shares["person has a status never seen before"] = _share(
        row.status is not UNKNOWN and not is_known_person_status(row.status) for row in answer.people
    )
    shares["project lists users that cannot be read"] = _share(
        isinstance(row.users, References) and not row.users.is_whole for row in answer.projects
    )
    return shares


def _hidden(answer: Answer) -> dict[str, int]:
    """What this account cannot read although it is there (4.9).

    Every project has a name, an owner, a status and a list of users; what may be empty counts only where the answer
    tells hidden and empty apart.
    """
    numbers: Counter[str] = Counter()
    optional = answer.spells_hidden
    for project in filter(is_mirrored_row, answer.projects):
        for name in ("name", "owner", "users", *(("code",) if optional else ())):
            numbers[f"project {name}"] += getattr(project, name) is UNKNOWN
        if isinstance(project.users, References) and not project.users.is_whole:
            numbers["project users, some of them"] += 1
        for reading in project.pi if optional else ():
            numbers[f"project {reading.property}"] += reading.value is UNKNOWN
    for person in answer.people:
        # An expiry date that is there and cannot be understood decides nothing.
        for name in ("status", "expires_on", *(("email", "login_name") if optional else ())):
            numbers[f"person {name}"] += getattr(person, name) is UNKNOWN
    return {name: number for name, number in numbers.items() if number}


def is_mirrored_row(row: ProjectRow) -> bool:
    """Whether the status, as told, is one that gives rights."""
    return row.status is not UNKNOWN and project_standing(row.status) is ProjectStanding.MIRRORED


def is_unread(value: object) -> bool:
    """Whether there is nothing to read: hidden and empty are not always told apart."""
    if isinstance(value, References):
        return value.is_whole and not value.ids
    return value is UNKNOWN or value is None or value == ""


def _share(values: Iterable[bool]) -> float:
    every = list(values)
    return round(sum(every) / len(every), 4) if every else 0.0
