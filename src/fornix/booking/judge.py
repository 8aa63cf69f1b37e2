"""Pure: may this answer be believed? (contract calpendo 4.4). An incomplete one changes nothing at all.

A permission lost by the service account looks like data that changed: rows gone, fields empty. So each answer is
compared with what the last good one left behind.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from fornix.booking.answer import Answer, ProjectRow
from fornix.booking.config import CalpendoConfig
from fornix.booking.mirror import Mirror
from fornix.booking.standing import (
    ProjectStanding,
    is_known_person_status,
    is_known_project_status,
    person_status,
    project_standing,
    project_status,
)
from fornix.booking.wire import UNKNOWN, References, Text

MAX_VANISHED_SHARE = 0.10
MAX_WORSE_SHARE = 0.05
MAX_CHANGED_SHARE = 0.20
# On a small site one row is already several per cent: fewer rows than this never decide.
FEW = 3
# Many people may be without these, and new ones come: a greater share alone is no loss.
MAY_BE_MISSING = "is not told"
_ENDINGS = ("is hidden or empty", MAY_BE_MISSING)
_EXPIRY = "person expires_on"


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


@dataclass(frozen=True, slots=True)
class Baseline:
    """What the last good sweep said of itself; the ids that it saw are in the mirror."""

    unread: Mapping[str, float]
    has_self: bool


@dataclass(frozen=True, slots=True)
class Judgement:
    """Believed when there are no reasons against it. `is_by_comparison`: they come from what was known before."""

    reasons: tuple[str, ...]
    counts: Counts
    is_by_comparison: bool = False

    @property
    def is_complete(self) -> bool:
        """Whether the answer may be applied."""
        return not self.reasons


def judge(answer: Answer, mirror: Mirror, baseline: Baseline | None, config: CalpendoConfig) -> Judgement:
    """The verdict with its reasons. Without a baseline (first sweep) only the answer itself is looked at."""
    counts = count(answer, config.username)
    reasons = [*answer.flaws, *_duplicates(answer), *_emptiness(answer), *_sentinels(answer, config)]
    is_sound = not reasons
    if baseline is not None and is_sound:
        reasons += [
            *_vanished(answer, mirror),
            *_another_site(answer, mirror),
            *_older(answer, mirror),
            *_less_readable(counts, baseline, answer),
            *_refused(answer, baseline, config),
            *_without_scanner(answer, mirror, config),
            *_without_expiry(answer, mirror, counts, baseline),
        ]
        if baseline.has_self and not counts.has_self:
            reasons.append("the service account no longer finds itself among the users")
    return Judgement(tuple(reasons), counts, is_by_comparison=is_sound and bool(reasons))


def _sentinels(answer: Answer, config: CalpendoConfig) -> list[str]:
    """Ids that the site knows to be there: without them this is another Calpendo, or not all of it (4.4.3)."""
    projects, people = {row.id for row in answer.projects}, {row.id for row in answer.people}
    missing = [
        *(f"project {each}" for each in config.sentinel_projects if each not in projects),
        *(f"person {each}" for each in config.sentinel_people if each not in people),
    ]
    return [f"the {each} is missing, which the configuration says is always there" for each in missing]


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


def _duplicates(answer: Answer) -> list[str]:
    reasons = []
    for what, ids in (
        ("project", [row.id for row in answer.projects]),
        ("person", [row.id for row in answer.people]),
        ("resource", [row.id for row in answer.resources]),
    ):
        twice = [found for found, times in Counter(ids).items() if times > 1]
        if twice:
            reasons.append(f"the same {what} is listed twice (id {twice[0]})")
    return reasons


def _emptiness(answer: Answer) -> list[str]:
    """An empty list is what a lost right looks like: never applied, whatever the numbers (4.5)."""
    reasons = [
        f"the list of {what} is empty: may the service account still read {what}?"
        for what, rows in (
            ("projects", answer.projects),
            ("users", answer.people),
            ("resources", answer.resources),
        )
        if not rows
    ]
    if answer.projects and all(row.status is UNKNOWN for row in answer.projects):
        reasons.append("no project has a status that the service account may read")
    if answer.people and all(row.status is UNKNOWN for row in answer.people):
        reasons.append("no user has a status that the service account may read")
    if len(answer.projects) > FEW:
        reasons += [
            f"no project has {what} that can be read; if it has another name there: calpendo.fields.{name}"
            for name, what in (("code", "a code"), ("owner", "an owner"))
            if all(_is_unread(getattr(row, name)) for row in answer.projects)
        ]
    mirrored = [row for row in answer.projects if _is_mirrored(row)]
    if len(mirrored) > FEW and not any(_has_members(row) for row in mirrored):
        reasons.append("no project has any user: may the service account still read who is on a project?")
    return reasons


def _is_mirrored(row: ProjectRow) -> bool:
    return row.status is not UNKNOWN and project_standing(row.status) is ProjectStanding.MIRRORED


def _has_members(row: ProjectRow) -> bool:
    return isinstance(row.users, References) and bool(row.users.ids)


def _vanished(answer: Answer, mirror: Mirror) -> list[str]:
    """Rows that the last answer had and this one lacks, per type and per status (4.4.4), and scanners (4.4.3)."""
    projects, people = {row.id for row in answer.projects}, {row.id for row in answer.people}
    resources = {row.id for row in answer.resources}
    groups: dict[str, list[bool]] = {}
    for project in mirror.projects.values():
        if project.absence.since is None:
            is_gone = project.id not in projects
            groups.setdefault("projects", []).append(is_gone)
            groups.setdefault(f"projects that were {project.status or 'without status'}", []).append(is_gone)
    for person in mirror.people.values():
        if person.absence.since is None:
            is_gone = person.id not in people
            groups.setdefault("users", []).append(is_gone)
            groups.setdefault(f"users who were {person.status or 'without status'}", []).append(is_gone)
    reasons = [
        f"{sum(gone)} of {len(gone)} {what} are missing from the answer"
        for what, gone in groups.items()
        if _is_too_many(sum(gone), len(gone), MAX_VANISHED_SHARE)
    ]
    lost = [each.name for each in mirror.resources.values() if each.modality and each.id not in resources]
    if lost:
        reasons.append(f"the scanner {lost[0]} is missing from the resources")
    elif _is_too_many(len(mirror.resources.keys() - resources), len(mirror.resources), MAX_CHANGED_SHARE):
        reasons.append(
            "most of the known resources are missing: is Calpendo's configured address another one now?"
        )
    return reasons


def _is_too_many(number: int, of: int, share: float) -> bool:
    return number >= FEW and number > share * of


def _another_site(answer: Answer, mirror: Mirror) -> list[str]:
    """Known ids with other codes or logins, many at once: the address leads to another Calpendo."""
    codes = [
        row.code != mirror.projects[row.id].code
        for row in answer.projects
        if row.id in mirror.projects and row.code and row.code is not UNKNOWN and mirror.projects[row.id].code
    ]
    logins = [
        row.login_name != mirror.people[row.id].login_name
        for row in answer.people
        if row.id in mirror.people
        and row.login_name
        and row.login_name is not UNKNOWN
        and mirror.people[row.id].login_name
    ]
    return [
        f"{sum(changed)} of {len(changed)} {what} at once: is Calpendo's configured address another one now?"
        for what, changed in (("projects changed their code", codes), ("users changed their login", logins))
        if _is_too_many(sum(changed), len(changed), MAX_CHANGED_SHARE)
    ]


def _older(answer: Answer, mirror: Mirror) -> list[str]:
    """Rows whose stamp lies before the one that we know: something between us and Calpendo answers from memory."""
    known = {row.id: row.modified_text for row in mirror.projects.values()}
    older = [row for row in answer.projects if _is_older(row.modified, known.get(row.id, ""))]
    known = {row.id: row.modified_text for row in mirror.people.values()}
    number = len(older) + sum(_is_older(row.modified, known.get(row.id, "")) for row in answer.people)
    if not number:
        return []
    return [
        f"{number} rows are older than what is known already: does something between us keep old answers?"
    ]


def _is_older(stamp: Text, known: str) -> bool:
    # Both as Calpendo writes them, `2026-02-20T16:03Z`: texts of one form and length sort as their times do.
    return stamp is not UNKNOWN and len(stamp) == len(known) and stamp < known


def _less_readable(counts: Counts, baseline: Baseline, answer: Answer) -> list[str]:
    """Fields that were readable, or lists that were filled, on more rows before (4.4.5, 4.4.6)."""
    reasons = []
    for what, share in counts.unread.items():
        if what.endswith(MAY_BE_MISSING):
            continue
        size = len(answer.people if what.startswith("person") else answer.projects)
        before = baseline.unread.get(what, share)  # what was not counted then is no worse now
        if share - before > MAX_WORSE_SHARE and (share - before) * size >= FEW:
            reasons.append(f"{what} on {share:.0%} of the rows, before on {before:.0%}")
    return reasons


def _refused(answer: Answer, baseline: Baseline, config: CalpendoConfig) -> list[str]:
    """Properties that a good sweep could read on some rows, and that now are said not to exist."""
    names = {f"person {config.fields.login_name}": "person login_name"}
    names[f"person {config.fields.expiry_date}"] = _EXPIRY
    return [
        f"the property {each} is refused, which could be read before"
        for each in sorted(answer.refused)
        if min(baseline.unread.get(f"{names.get(each, each)} {ending}", 1.0) for ending in _ENDINGS) < 1.0
    ]


def _without_scanner(answer: Answer, mirror: Mirror, config: CalpendoConfig) -> list[str]:
    """Projects that would no longer be mirrored because of what they book (4.5)."""
    scanners = {each.id for each in mirror.resources.values() if each.modality}
    counting = {each.id for each in mirror.projects.values() if each.is_eligible and each.resource_ids}
    lost = [
        row
        for row in answer.projects
        if row.id in counting
        and isinstance(row.resources, References)
        and row.resources.is_whole
        and not scanners.intersection(row.resources.ids)
    ]
    limits = config.guards
    is_many = len(lost) >= limits.few and len(lost) > limits.unmirrored_share * len(counting)
    if not is_many and len(lost) <= limits.unmirrored_most:
        return []
    return [f"{len(lost)} of {len(counting)} projects would no longer book any scanner"]


def _without_expiry(answer: Answer, mirror: Mirror, counts: Counts, baseline: Baseline) -> list[str]:
    """Without its date an account that has expired looks like any other: everybody would be let in again."""
    had = {person.id for person in mirror.people.values() if person.expires_on is not None}
    lost = [row for row in answer.people if row.id in had and _is_unread(row.expires_on)]
    if not _is_too_many(len(lost), len(had), MAX_VANISHED_SHARE):
        return []
    # The mirror keeps dates that it cannot read: once a person accepted that, they are not missed in each sweep.
    key = f"{_EXPIRY} {MAY_BE_MISSING}"
    before, now = 1 - baseline.unread.get(key, 0.0), 1 - counts.unread[key]
    if now >= before * (1 - MAX_VANISHED_SHARE):
        return []
    return [f"{len(lost)} of {len(had)} people who had an expiry date have none now"]


def _unread_shares(answer: Answer) -> dict[str, float]:
    """Per field, on how many rows there is nothing to read: hidden and empty are not always told apart."""
    shares = {}
    for name in ("code", "name", "status", "owner", "resources", "users"):
        shares[f"project {name} is hidden or empty"] = _share(
            _is_unread(getattr(p, name)) for p in answer.projects
        )
    for name in ("email", "login_name", "status"):
        shares[f"person {name} is hidden or empty"] = _share(
            _is_unread(getattr(p, name)) for p in answer.people
        )
    shares[f"{_EXPIRY} {MAY_BE_MISSING}"] = _share(_is_unread(p.expires_on) for p in answer.people)
    for lead in sorted({name for p in answer.people for name in p.leads}):
        shares[f"person {lead} {MAY_BE_MISSING}"] = _share(
            _is_unread(p.leads.get(lead, UNKNOWN)) for p in answer.people
        )
    readings: dict[str, list[bool]] = {}
    for row in answer.projects:
        for reading in row.pi:
            readings.setdefault(reading.property, []).append(_is_unread(reading.value))
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
    for project in filter(_is_mirrored, answer.projects):
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


def _is_unread(value: object) -> bool:
    if isinstance(value, References):
        return value.is_whole and not value.ids
    return value is UNKNOWN or value is None or value == ""


def _share(values: Iterable[bool]) -> float:
    every = list(values)
    return round(sum(every) / len(every), 4) if every else 0.0
