"""Tests the connection to a Calpendo for whoever sets it up: what works, what does not, and what to do about it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from fornix.booking.client import CalpendoClient, Patience
from fornix.booking.config import CalpendoConfig
from fornix.booking.fetch_lists import (
    Lists,
    RawList,
    Row,
    fetch_people,
    fetch_projects,
    fetch_resources,
    lack_sets,
    with_sets,
)
from fornix.booking.judge import judge
from fornix.booking.mirror import Mirror
from fornix.booking.read_lists import read_lists
from fornix.booking.refusals import (
    AnswerMisshapen,
    CalpendoUnusable,
    QueryRefused,
    ReadingForbidden,
    ServerFault,
    TooSlow,
)
from fornix.booking.wire import ABSENT, detect_spelling, is_hidden, read_id, read_path

# Somebody looks on and waits: less than a sweep would.
SAMPLE = 20
NOTHING_KNOWN = Mirror({}, {}, {}, (), ())
LOOKING_ON = Patience(connect_s=5, read_s=20, answer_s=40, retries=0)
# What one type may refuse while the others answer; everything else concerns the whole connection.
_OF_ONE_TYPE = (ReadingForbidden, QueryRefused, AnswerMisshapen, ServerFault)


class Finding(StrEnum):
    """What a line of the test says."""

    GOOD = "good"
    DOUBTFUL = "doubtful"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One thing that was found, in words."""

    finding: Finding
    text: str


@dataclass(frozen=True, slots=True)
class ConnectionCheck:
    """What the test found."""

    lines: tuple[CheckLine, ...]
    requests: int
    seconds: float

    @property
    def is_usable(self) -> bool:
        """Whether a sweep could use this Calpendo."""
        return all(line.finding is not Finding.WRONG for line in self.lines)


def check_connection(config: CalpendoConfig, patience: Patience = LOOKING_ON) -> ConnectionCheck:
    """Asks for each type as a sweep would, and tells of each what came. Raises nothing of Calpendo's."""
    started = time.monotonic()
    with CalpendoClient(config, patience) as client:
        try:
            lines = _lines(client, config)
        except CalpendoUnusable as refusal:
            lines = [CheckLine(Finding.WRONG, _in_words(refusal, patience))]
        return ConnectionCheck(tuple(lines), client.requests, time.monotonic() - started)


def _in_words(refusal: CalpendoUnusable, patience: Patience) -> str:
    if isinstance(refusal, TooSlow):
        return f"{refusal} This test waits {patience.read_s:g} s; a sweep waits longer."
    return str(refusal)


def _lines(client: CalpendoClient, config: CalpendoConfig) -> list[CheckLine]:
    lines: list[CheckLine] = []
    people = _ask(lines, lambda: fetch_people(client, config), config.types.person)
    projects = _ask(lines, lambda: fetch_projects(client, config), config.types.project)
    resources = _ask(lines, lambda: fetch_resources(client, config), config.types.resource)
    _ask(
        lines, lambda: RawList(client.fetch_list(config.types.booking, ("id",), _NONE)), config.types.booking
    )
    if people:
        lines += _about_people(people, config)
    if projects:
        lines += _about_projects(projects, config)
    if resources:
        lines.append(_counted(resources, "resource"))
    if people and projects and resources:
        lines += _judged(client, config, Lists(resources, projects, people))
    return lines


def _judged(client: CalpendoClient, config: CalpendoConfig, lists: Lists) -> list[CheckLine]:
    """What a first sweep would say of these lists. Where they lack sets, a sample is read one by one, not all."""
    sample = replace(lists.projects, rows=lists.projects.rows[:SAMPLE])
    projects = with_sets(
        client, config, sample if lack_sets(lists.projects.rows, config.fields) else lists.projects
    )
    lists = replace(lists, projects=projects)
    found = judge(read_lists(lists, config, detect_spelling(lists.rows)), NOTHING_KNOWN, None, config)
    wrong = [f"A sweep would not believe this answer: {reason}." for reason in found.reasons]
    doubtful = [
        f"A sweep could not read {what} on {number:,} rows." for what, number in found.counts.hidden.items()
    ]
    return [
        *(CheckLine(Finding.WRONG, text) for text in wrong),
        *(CheckLine(Finding.DOUBTFUL, text) for text in doubtful),
    ]


_NONE = ("id", "EQ", "0")


def _ask(lines: list[CheckLine], fetch: Callable[[], RawList], type_name: str) -> RawList | None:
    try:
        return fetch()
    except _OF_ONE_TYPE as refusal:
        hint = ""
        if isinstance(refusal, AnswerMisshapen):
            hint = f" Is this a Calpendo, and is {type_name} what it calls this type?"
        lines.append(CheckLine(Finding.WRONG, f"{refusal}{hint}"))
        return None


def _about_people(people: RawList, config: CalpendoConfig) -> list[CheckLine]:
    login, email = config.fields.login_name, config.fields.email
    lines = [_counted(people, "user"), *_readable(people, "users", (email, login))]
    if not people.rows:
        return lines
    logins = {str(read_path(row, login)).strip().casefold() for row in people.rows}
    if login in people.refused:
        lines.append(
            CheckLine(
                Finding.DOUBTFUL,
                f"Users have no {login} here. Which property holds the log-in name, calpendo.fields.login_name says.",
            )
        )
    elif config.username.strip().casefold() not in logins:
        text = f"The account does not find itself, {config.username}, among the users: it may not see all of them."
        lines.append(CheckLine(Finding.DOUBTFUL, text))
    else:
        lines.append(CheckLine(Finding.GOOD, "The account finds itself among the users."))
    return [*lines, *_missing(people, config.sentinel_people, "calpendo.sentinel_people")]


def _about_projects(projects: RawList, config: CalpendoConfig) -> list[CheckLine]:
    fields = config.fields
    lines = [
        _counted(projects, "project"),
        *_readable(projects, "projects", (fields.code, fields.owner)),
        *_missing(projects, config.sentinel_projects, "calpendo.sentinel_projects"),
    ]
    if projects.rows and all(read_path(row, fields.users) is ABSENT for row in projects.rows):
        text = "Lists do not tell who is on a project here: a sweep reads the projects one by one, and takes longer."
        lines.append(CheckLine(Finding.DOUBTFUL, text))
    return lines


def _counted(found: RawList, what: str) -> CheckLine:
    number = len(found.rows)
    if not number:
        text = f"There is no {what} in the answer: the account may read none, or the address is of an empty system."
        return CheckLine(Finding.WRONG, text)
    return CheckLine(Finding.GOOD, f"{number:,} {what}{'' if number == 1 else 's'} can be read.")


def _readable(found: RawList, what: str, paths: Sequence[str]) -> list[CheckLine]:
    """The properties that are hidden from the account, with how often."""
    hidden = {path: sum(_is_unreadable(row, path) for row in found.rows) for path in paths}
    return [
        CheckLine(
            Finding.DOUBTFUL, f"The account may not read {path} of {number:,} of {len(found.rows):,} {what}."
        )
        for path, number in hidden.items()
        if number
    ]


def _is_unreadable(row: Row, path: str) -> bool:
    return is_hidden(read_path(row, path))


def _missing(found: RawList, ids: Sequence[str], option: str) -> list[CheckLine]:
    there = {read_id(read_path(row, "id")) for row in found.rows}
    missing = [each for each in ids if each not in there]
    if not missing:
        return []
    return [CheckLine(Finding.WRONG, f"Not in the answer, and named in {option}: {', '.join(missing)}.")]
