"""Edits with a date: what happens at a simulated site by itself while its clock is moved on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Dated:
    """Edits that apply together at an instant (UTC), and in a sentence what they mean."""

    at: datetime
    what: str
    edits: Sequence[Mapping[str, Any]]


@dataclass(slots=True)
class Entry:
    """A dated edit and what became of it: waiting, done, or refused with the reason."""

    dated: Dated
    became: str = "waiting"
