"""The shapes of routing rules, trials and replays in the API."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from fornix.api.shapes import LARGEST_KEY, NO_NUL, Body, Key, Shape, Text, key_path
from fornix.ingest.patterns import LONGEST_PATTERN
from fornix.ingest.replay import Fate
from fornix.ingest.routing import Step
from fornix.ingest.rule_checks import MOST_CONDITIONS, NAME_LENGTH, RuleDraft
from fornix.ingest.rule_values import KEYWORDS
from fornix.ingest.rules import Condition
from fornix.ingest.templates import LONGEST_TEMPLATE

RuleId = Annotated[int, key_path("Our number of the rule.")]
Template = Annotated[str, Field(max_length=LONGEST_TEMPLATE, pattern=NO_NUL)]


class ConditionIn(Body):
    """One condition of a rule: a pattern must match somewhere in a value of the tag."""

    tag: Text = Field(description=f"One of {', '.join(KEYWORDS)}.", examples=["ProtocolName"])
    pattern: str = Field(
        max_length=LONGEST_PATTERN,
        pattern=NO_NUL,
        description="A regular expression; named groups are for the templates.",
        examples=["^(?P<code>[0-9]{4}_[0-9]{3})"],
    )


class RuleAsked(Body):
    """A rule as it should be. All its conditions must hold; templates take the named groups, as in `{code}`."""

    name: str = Field(max_length=NAME_LENGTH, pattern=NO_NUL, examples=["3T protocols"])
    conditions: list[ConditionIn] = Field(max_length=MOST_CONDITIONS)
    project: Template = Field(
        "", description="A code or label; empty: the files say it.", examples=["{code}"]
    )
    subject: Template = Field("", description="Empty: the files say it.")
    session: Template = Field("", description="Empty: the files say it.")
    sender_id: int | None = Field(None, ge=1, le=LARGEST_KEY, description="Only what this scanner sends.")
    is_enabled: bool = True

    def as_draft(self) -> RuleDraft:
        """As the archive takes it."""
        conditions = tuple(Condition(each.tag, each.pattern) for each in self.conditions)
        return RuleDraft(
            self.name, conditions, self.project, self.subject, self.session, self.sender_id, self.is_enabled
        )


class ConditionOut(Shape):
    """One condition of a rule."""

    tag: str
    pattern: str


class RuleOut(Shape):
    """A routing rule."""

    id: Key
    name: str
    conditions: list[ConditionOut]
    project: str
    subject: str
    session: str
    sender_id: int | None
    is_enabled: bool


class RulesOut(Shape):
    """The rules in their order: the first that fits counts."""

    items: list[RuleOut]
    total: int
    next: int | None


class PlaceAsked(Body):
    """Where a rule should be."""

    place: int = Field(ge=1, le=LARGEST_KEY, description="Counted from 1.")


class TrialAsked(Body):
    """What to try: an arrival, or else a header."""

    arrival: str = Field("", max_length=36, pattern=NO_NUL, description="The id of an arrival.")
    header: str = Field(
        "",
        max_length=20_000,
        pattern=NO_NUL,
        description="Lines of a DICOM keyword, a colon and a value.",
        examples=["StudyDescription: 2023_112^Brain\nStationName: MRC35"],
    )
    sender_id: int | None = Field(
        None, ge=1, le=LARGEST_KEY, description="As if this scanner sent the header."
    )


class ToldOut(Shape):
    """What one step had to say."""

    step: Step
    text: str


class GuessOut(Shape):
    """A project that it may belong to, with the reasons."""

    project: str
    booking_project: str = Field(description="Calpendo's id of it; empty for one of this archive alone.")
    why: str


class TrialOut(Shape):
    """Where it would be filed, and what each step said."""

    project: str = Field(description="Empty: it would wait.")
    step: Step | None = Field(description="The step that decided.")
    waits_because: str
    subject: str = Field(description="By the rule; empty: the files say it.")
    session: str
    told: list[ToldOut]
    concerns: list[str] = Field(description="What an administrator should mend.")
    guesses: list[GuessOut]


class ReplayedOut(Shape):
    """One filed session, as it would be routed now."""

    session: str = Field(description="Its accession.", examples=["FORNIX_E00042"])
    project: str = Field(description="Where it is.")
    fate: Fate
    would_go_to: str = Field(description="Empty: it would wait.")
    why: str


class ReplayOut(Shape):
    """Filed sessions, newest first."""

    items: list[ReplayedOut]
    next: int | None = Field(description="`before` of the next page; null on the last.")
