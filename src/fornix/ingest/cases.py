"""What routing looks at, and the steps it takes. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from fornix.ingest.evidence import Evidence
from fornix.ingest.reach import EVERYWHERE, Reach
from fornix.ingest.rules import Rule
from fornix.ingest.targets import Moment


class Step(StrEnum):
    """Where the decision comes from, in this order."""

    EXPLICIT = "explicit"
    FILED = "filed"
    RULE = "rule"
    TAGS = "tags"
    BOOKING = "booking"


@dataclass(frozen=True, slots=True)
class Told:
    """What one step had to say."""

    step: Step
    text: str


@dataclass(frozen=True, slots=True)
class Case:
    """All that routing looks at.

    `asks_filed`: whether data that is here already shows the way. `senders`: those whose own rules count.
    """

    evidence: Evidence
    moment: Moment
    reach: Reach = EVERYWHERE
    explicit: str = ""
    may_create: bool = False
    asks_filed: bool = True
    wants_guesses: bool = True
    senders: frozenset[int] = frozenset()
    rules: tuple[Rule, ...] = ()
