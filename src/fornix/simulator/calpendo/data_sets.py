"""The data sets that can be served, by name. Another set is one more entry."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from .cases import Case
from .refusals import ControlRefused
from .sets.demo import CASES, OVERNIGHT, build_demo
from .sets.elsewhere import build_elsewhere
from .sets.large import build_large
from .world import World


@dataclass(frozen=True, slots=True)
class DataSet:
    """How a set is built from seed, clock (UTC) and zone; its cases, and what happens in them overnight."""

    build: Callable[[int, datetime, ZoneInfo], World]
    cases: Sequence[Case] = ()
    overnight: Mapping[int, Sequence[Mapping[str, Any]]] = field(default_factory=dict)


SETS: Mapping[str, DataSet] = {
    "demo": DataSet(build_demo, CASES, OVERNIGHT),
    "elsewhere": DataSet(build_elsewhere),
    "large": DataSet(build_large),
}


def find_set(name: str) -> DataSet:
    """The set of this name; ControlRefused, naming those there are, when it is unknown."""
    if name not in SETS:
        raise ControlRefused(f"no such set: {name}; there are {', '.join(SETS)}")
    return SETS[name]
