"""The data sets that can be served, by name. Another set is one more entry."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from .cases import Case
from .refusals import ControlRefused
from .script import Dated
from .sets.demo import CASES, OVERNIGHT, build_demo
from .sets.elsewhere import build_elsewhere
from .sets.large import build_large
from .sets.timeline import happenings
from .world import World


@dataclass(frozen=True, slots=True)
class DataSet:
    """How a set is built from seed, clock (UTC) and zone; its cases, and what happens in them overnight.

    `script` tells, for the clock at the beginning, what happens by itself as the clock moves on.
    """

    build: Callable[[int, datetime, ZoneInfo], World]
    cases: Sequence[Case] = ()
    overnight: Mapping[int, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    script: Callable[[datetime], Sequence[Dated]] = lambda _clock: ()


SETS: Mapping[str, DataSet] = {
    "demo": DataSet(build_demo, CASES, OVERNIGHT),
    "elsewhere": DataSet(build_elsewhere),
    "large": DataSet(build_large),
    "timeline": DataSet(build_demo, CASES, OVERNIGHT, happenings),
}


def find_set(name: str) -> DataSet:
    """The set of this name; ControlRefused, naming those there are, when it is unknown."""
    if name not in SETS:
        raise ControlRefused(f"no such set: {name}; there are {', '.join(SETS)}")
    return SETS[name]
