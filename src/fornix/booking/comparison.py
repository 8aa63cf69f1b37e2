"""Pure: what is odd about an answer beside what was known before it (contract calpendo 4.4.3 to 4.4.6).

A permission lost by the service account looks like data that changed: rows gone, fields empty.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from fornix.booking.answer import Answer
from fornix.booking.answer_counts import EXPIRY, MAY_BE_MISSING, Counts, is_unread
from fornix.booking.config import CalpendoConfig
from fornix.booking.mirror import Mirror
from fornix.booking.wire import UNKNOWN, References, Text

MAX_VANISHED_SHARE = 0.10
MAX_WORSE_SHARE = 0.05
MAX_CHANGED_SHARE = 0.20
# On a small site one row is already several per cent: fewer rows than this never decide.
FEW = 3
_ENDINGS = ("is hidden or empty", MAY_BE_MISSING)


@dataclass(frozen=True, slots=True)
class Baseline:
    """What the last good sweep said of itself; the ids that it saw are in the mirror."""

    unread: Mapping[str, float]
    has_self: bool


def doubts_beside(
    baseline: Baseline, answer: Answer, counts: Counts, mirror: Mirror, config: CalpendoConfig
) -> Iterator[str]:
    """Why an answer that is sound in itself is not believed after the last good one, in words."""
    yield from _vanished(answer, mirror)
    yield from _another_site(answer, mirror)
    yield from _older(answer, mirror)
    yield from _less_readable(counts, baseline, answer)
    yield from _refused(answer, baseline, config)
    yield from _without_scanner(answer, mirror, config)
    yield from _without_expiry(answer, mirror, counts, baseline)
    if baseline.has_self and not counts.has_self:
        yield "the service account no longer finds itself among the users"


def _vanished(answer: Answer, mirror: Mirror) -> list[str]:
    """Rows that the last answer had and this one lacks, per type and per status (4.4.4), and scanners (4.4.3)."""
    projects, people = {row.id for row in answer.projects}, {row.id for row in answer.people} | answer.unasked
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
    names[f"person {config.fields.expiry_date}"] = EXPIRY
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
    lost = [row for row in answer.people if row.id in had and is_unread(row.expires_on)]
    if not _is_too_many(len(lost), len(had), MAX_VANISHED_SHARE):
        return []
    # The mirror keeps dates that it cannot read: once a person accepted that, they are not missed in each sweep.
    key = f"{EXPIRY} {MAY_BE_MISSING}"
    before, now = 1 - baseline.unread.get(key, 0.0), 1 - counts.unread[key]
    if now >= before * (1 - MAX_VANISHED_SHARE):
        return []
    return [f"{len(lost)} of {len(had)} people who had an expiry date have none now"]
