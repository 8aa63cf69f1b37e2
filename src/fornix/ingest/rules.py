"""The site's own rules of where data belongs: ordered, the first one whose conditions all hold.

Matching is bounded in time whatever the patterns and the headers are: what takes too long does not fit, and is told.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from fornix.errors import Invalid
from fornix.ingest.patterns import TooSlow, match_groups
from fornix.ingest.templates import fill
from fornix.models import RoutingRule

ALL_RULES_S = 2.0  # for all rules on one arrival
Values = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Condition:
    """A DICOM keyword (rule_values.KEYWORDS) and the pattern that one of its values must match somewhere."""

    tag: str
    pattern: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule; `sender_id`: only for what this one sends, None: for all. Templates may be empty."""

    id: int
    name: str
    sender_id: int | None
    conditions: tuple[Condition, ...]
    project: str = ""
    subject: str = ""
    session: str = ""


@dataclass(frozen=True, slots=True)
class Fit:
    """The rule that fits, and its templates filled; empty ones leave that to the files."""

    rule: Rule
    project: str = ""
    subject: str = ""
    session: str = ""


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of one rule: `why` it does not fit; empty when it does."""

    rule: Rule
    why: str = ""


@dataclass(frozen=True, slots=True)
class RulesTried:
    """All rules up to the first that fits. `concerns`: what an administrator should mend."""

    fit: Fit | None = None
    tried: tuple[Tried, ...] = ()
    concerns: tuple[str, ...] = ()


class _Unfit(Invalid):
    """The rule does not fit."""


def enabled_rules() -> tuple[Rule, ...]:
    """The site's rules, in their order."""
    return tuple(as_rule(row) for row in RoutingRule.objects.filter(is_enabled=True).order_by("position"))


def as_rule(row: RoutingRule) -> Rule:
    """The rule of a row."""
    conditions = tuple(
        Condition(str(each.get("tag", "")), str(each.get("pattern", ""))) for each in row.conditions
    )
    return Rule(row.pk, row.name, row.sender_id, conditions, row.project, row.subject, row.session)


def first_fit(rules: Iterable[Rule], values: Values, senders: Collection[int]) -> RulesTried:
    """The first rule that fits data with these values; rules of one sender count for `senders`."""
    tried: list[Tried] = []
    concerns: list[str] = []
    ends_at = time.monotonic() + ALL_RULES_S
    for rule in rules:
        try:
            if time.monotonic() > ends_at:
                raise TooSlow
            fit = _fit(rule, values, senders)
        except _Unfit as unfit:
            tried.append(Tried(rule, str(unfit)))
        except TooSlow:
            tried.append(Tried(rule, "it took too long"))
            concerns.append(
                f'the routing rule "{rule.name}" took too long and was passed over: simplify its pattern'
            )
        except Invalid as wrong:
            tried.append(Tried(rule, str(wrong)))
            concerns.append(f'the routing rule "{rule.name}" cannot be used: {wrong}')
        else:
            return RulesTried(fit, (*tried, Tried(rule)), tuple(concerns))
    return RulesTried(None, tuple(tried), tuple(concerns))


def _fit(rule: Rule, values: Values, senders: Collection[int]) -> Fit:
    if rule.sender_id is not None and rule.sender_id not in senders:
        raise _Unfit("it is for another sender")
    if not rule.conditions:
        raise _Unfit("it has no condition")
    groups: dict[str, str] = {}
    for condition in rule.conditions:
        groups |= _groups(condition, values)
    return Fit(rule, *(fill(template, groups) for template in (rule.project, rule.subject, rule.session)))


def _groups(condition: Condition, values: Values) -> Mapping[str, str]:
    """The groups of the first value that matches. What no file says is tried as an empty text."""
    for text in values.get(condition.tag) or ("",):
        found = match_groups(condition.pattern, text)
        if found is not None:
            return found
    raise _Unfit(f"{condition.tag} does not match")
