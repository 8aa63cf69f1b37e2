"""Fault rules: which requests a fault strikes (contract section 3.6), and the counting that this needs."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any

from ..refusals import ControlRefused
from ..requests import Request, parse_target
from ..schema import table_of
from ..stamps import parse_instant
from .effects import Applied
from .table import EFFECTS

_MATCHERS = ("type", "path", "account", "nth", "after", "first", "probability", "from", "until")
_MOST_RULES = 100
_LARGEST = {"hours": 100_000, "probability": 1}


@dataclass(slots=True)
class FaultRule:
    """One rule. It counts the requests that fit its type, path and account; `after`, `first` and `nth` use that.

    A rule about connections counts those, and fits them all.
    `nth`: only that one, from 1. `after`: not the first so many. `first`: so many from there, then no more.
    """

    applied: Applied
    type_name: str = ""
    path: str = ""
    account: str = ""
    nth: int = 0
    after: int = 0
    first: int = 0
    probability: float = 1.0
    begins_at: datetime | None = None
    ends_at: datetime | None = None
    seen: int = 0

    def strikes(self, request: Request, clock: datetime, chance: random.Random) -> bool:
        """Whether this request is struck; counts it when it fits."""
        if self.applied.effect.on_connection or not self._fits(request):
            return False
        return self._counted(clock, chance)

    def strikes_connection(self, clock: datetime, chance: random.Random) -> bool:
        """Whether this new connection is struck; counts it."""
        return self.applied.effect.on_connection and self._counted(clock, chance)

    def _counted(self, clock: datetime, chance: random.Random) -> bool:
        self.seen += 1
        return self._is_turn() and self._is_time(clock) and chance.random() < self.probability

    def _fits(self, request: Request) -> bool:
        asked = parse_target(request.target).type_name
        if self.type_name and self.type_name not in {asked, table_of(asked)}:
            return False
        if self.path and not fnmatchcase(request.target, self.path):
            return False
        return not self.account or self.account == request.account

    def _is_turn(self) -> bool:
        if self.nth and self.seen != self.nth:
            return False
        return self.seen > self.after and (not self.first or self.seen <= self.after + self.first)

    def _is_time(self, clock: datetime) -> bool:
        return (self.begins_at is None or clock >= self.begins_at) and (
            self.ends_at is None or clock < self.ends_at
        )


def parse_rules(content: object) -> list[FaultRule]:
    """Rules from JSON; ControlRefused, naming the rule, for anything unknown in them."""
    if isinstance(content, Mapping):
        content = [content]
    if not isinstance(content, Sequence) or isinstance(content, str) or len(content) > _MOST_RULES:
        raise ControlRefused(f"faults are a list of at most {_MOST_RULES} rules")
    return [_parse_rule(number, rule) for number, rule in enumerate(content, 1)]


def _parse_rule(number: int, rule: object) -> FaultRule:
    if not isinstance(rule, Mapping) or str(rule.get("effect")) not in EFFECTS:
        raise ControlRefused(f"rule {number} needs an effect: one of {', '.join(EFFECTS)}")
    name = str(rule["effect"])
    defaults = EFFECTS[name].parameters
    unknown = sorted(set(rule) - {"effect", *_MATCHERS, *defaults})
    if unknown:
        raise ControlRefused(f"rule {number} ({name}) does not know {', '.join(unknown)}")
    parameters = {key: _checked(number, key, rule.get(key, value), value) for key, value in defaults.items()}
    for key, choices in EFFECTS[name].choices.items():
        if parameters[key] not in choices:
            raise ControlRefused(f"rule {number} ({name}): {key} is one of {', '.join(choices)}")
    return _built(number, rule, Applied(name, parameters))


def _built(number: int, rule: Mapping[str, Any], applied: Applied) -> FaultRule:
    def matcher(key: str, default: Any) -> Any:
        return _checked(number, key, rule.get(key, default), default)

    return FaultRule(
        applied=applied,
        type_name=matcher("type", ""),
        path=matcher("path", ""),
        account=matcher("account", ""),
        nth=matcher("nth", 0),
        after=matcher("after", 0),
        first=matcher("first", 0),
        probability=matcher("probability", 1.0),
        begins_at=parse_instant(rule["from"]) if rule.get("from") else None,
        ends_at=parse_instant(rule["until"]) if rule.get("until") else None,
    )


def _checked(number: int, key: str, value: Any, default: Any) -> Any:
    """The value, when it is of the default's kind."""
    wanted: type | tuple[type, ...] = (int, float) if isinstance(default, int | float) else type(default)
    if not isinstance(value, wanted) or isinstance(value, bool):
        raise ControlRefused(f"rule {number}: {key} is {value!r}, expected something like {default!r}")
    if isinstance(value, int | float) and not abs(value) <= _LARGEST.get(key, 1e9):
        raise ControlRefused(f"rule {number}: {key} is out of range")
    if isinstance(value, list) and not all(isinstance(each, str) for each in value):
        raise ControlRefused(f"rule {number}: {key} is a list of texts")
    return value
