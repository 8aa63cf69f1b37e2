"""Why a person may or may not see a project: the policy's rows, and what Calpendo says behind them (contract 4.3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from fornix.access.actors import Actor
from fornix.access.policy import Action, can
from fornix.booking.asked import AskedProject, find_asked_person, find_asked_project
from fornix.booking.identity import BY_EMAIL, Linking
from fornix.booking.sweep import find_last_good_sweep
from fornix.booking.why_linked import about_links, time_of
from fornix.booking.why_listed import about_parts, about_project
from fornix.catalog.mirror import STALE_AFTER_INTERVALS
from fornix.models import Account, Membership, Override, Sweep, SweepOutcome
from fornix.models.memberships import OverrideKind


@dataclass(frozen=True, slots=True)
class Explanation:
    """The verdict on reading the project's data, and everything that it rests on, in words."""

    allowed: bool
    person: str
    project: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Moment:
    """When it is asked, and how often the mirror is brought up to date: whether what it says is old."""

    at: datetime
    interval: timedelta


def explain(
    name: str, code: str, *, moment: Moment | None = None, linking: Linking = BY_EMAIL
) -> Explanation:
    """Why the account (or person of Calpendo) `name` may or may not see the project `code`.

    :param name: a login here; else a login, id, e-mail or name in Calpendo (asked.py).
    :param code: a label here; else a code, an id or a title, present or former, in Calpendo.
    :param linking: by what this site links people to accounts.
    :raises NobodyOfThatName, SeveralOfThatName, NoProjectOfThatCode, SeveralProjectsOfThatTitle: it cannot be told
        who or what is meant.
    """
    asked, person = find_asked_project(code), find_asked_person(name, linking.aliases)
    allowed, reasons = _by_policy(person.account, asked)
    reasons += about_links(person.account, person.people, linking)
    reasons += about_project(asked)
    if asked.booked is not None:
        for row in person.people:
            reasons += about_parts(row, asked.booked)
    reasons += _about_the_mirror(moment)
    return Explanation(allowed, person.shown, asked.label, tuple(reasons))


def _by_policy(account: Account | None, asked: AskedProject) -> tuple[bool, list[str]]:
    if account is None:
        return False, ["has no account here, so nothing can be seen"]
    if asked.project is None:
        if not account.is_active:
            return False, ["the account is switched off"]
        return account.is_administrator, ["is a site administrator"] if account.is_administrator else []
    verdict = can(Actor(account=account), Action.DATA_READ, asked.project)
    if verdict.reasons:
        return verdict.allowed, [reason.text for reason in verdict.reasons]
    return verdict.allowed, [verdict.reason, *_without_effect(account, asked)]


def _without_effect(account: Account, asked: AskedProject) -> Iterator[str]:
    """What the account has on the project, where something outranks all of it."""
    for pin in Override.objects.filter(account=account, project=asked.project, kind=OverrideKind.PIN):
        yield f"without that, is pinned as {pin.role} by an administrator"
    for row in Membership.objects.filter(account=account, project=asked.project).order_by("pk"):
        yield f"without that, is {row.role} by {row.source} since {time_of(row.granted_at)}"


def _about_the_mirror(moment: Moment | None) -> Iterator[str]:
    good = find_last_good_sweep()
    last = Sweep.objects.exclude(outcome=SweepOutcome.RUNNING).order_by("-pk").first()
    if good is None:
        if last is not None and last.outcome == SweepOutcome.PLANNED:
            yield "nothing has come from Calpendo yet: the first sweep waits to be confirmed"
        return
    yield f"as of sweep {good.pk}, {time_of(good.started_at)}{_staleness(good, moment)}"
    if last is not None and last.outcome == SweepOutcome.INCOMPLETE:
        yield f"the last sweep, {last.pk}, could not be used: {last.reason}"


def _staleness(good: Sweep, moment: Moment | None) -> str:
    if moment is None or moment.at - good.started_at <= STALE_AFTER_INTERVALS * moment.interval:
        return ""
    age = moment.at - good.started_at
    hours, minutes = divmod(int(age.total_seconds()) // 60, 60)
    old = f"{hours} h {minutes} min" if hours < 48 else f"{age.days} days"
    return f": that is {old} ago, and what Calpendo says since then is not known here"
