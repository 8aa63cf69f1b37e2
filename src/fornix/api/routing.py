"""Routing rules, trials of the routing, and the replay: what decides which project new data is filed in."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Status
from pydantic import Field

from fornix import wiring
from fornix.api.refusals import answers
from fornix.api.shapes import LARGEST_KEY, NO_NUL, Body, Cut, Key, Limit, Shape, Start, Text, cut_at, key_path
from fornix.http.actors import actor_of
from fornix.ingest.patterns import LONGEST_PATTERN
from fornix.ingest.replay import DAYS, Fate, Replay, replay
from fornix.ingest.routing import Step
from fornix.ingest.rule_checks import MOST_CONDITIONS, NAME_LENGTH, RuleDraft
from fornix.ingest.rule_editing import (
    change_rule,
    create_rule,
    delete_rule,
    draft_of,
    get_rule,
    list_rules,
    move_rule,
)
from fornix.ingest.rule_values import KEYWORDS
from fornix.ingest.rules import Condition
from fornix.ingest.templates import LONGEST_TEMPLATE
from fornix.ingest.trials import Trial, try_arrival, try_values
from fornix.models import RoutingRule

router = Router(tags=["routing"])
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


@router.get(
    "routing/rules",
    response=answers(RulesOut),
    operation_id="listRoutingRules",
    summary="The routing rules",
    url_name="api-routing-rules",
)
def list_routing_rules(request: HttpRequest, start: Start = 0, limit: Limit = 100) -> Cut[RuleOut]:
    """In their order."""
    return cut_at([_out(rule) for rule in list_rules(actor_of(request))], start, limit)


@router.post(
    "routing/rules",
    response=answers(RuleOut, 409, status=201),
    operation_id="createRoutingRule",
    summary="A new rule",
    url_name="api-routing-rules",
)
def create_routing_rule(request: HttpRequest, asked: RuleAsked) -> Status[RuleOut]:
    """Behind all others. 400: it cannot be used; the reason names the place."""
    return Status(201, _out(create_rule(actor_of(request), asked.as_draft(), at=timezone.now())))


@router.get(
    "routing/rules/{rule_id}",
    response=answers(RuleOut, 404),
    operation_id="getRoutingRule",
    summary="One rule",
    url_name="api-routing-rule",
)
def get_routing_rule(request: HttpRequest, rule_id: RuleId) -> RuleOut:
    """404: there is none of this number."""
    return _out(get_rule(actor_of(request), rule_id))


@router.put(
    "routing/rules/{rule_id}",
    response=answers(RuleOut, 404),
    operation_id="changeRoutingRule",
    summary="Change a rule",
    url_name="api-routing-rule",
)
def change_routing_rule(request: HttpRequest, rule_id: RuleId, asked: RuleAsked) -> RuleOut:
    """All of it anew; its place stays."""
    return _out(change_rule(actor_of(request), rule_id, asked.as_draft(), at=timezone.now()))


@router.delete(
    "routing/rules/{rule_id}",
    response=answers(RuleOut, 404),
    operation_id="deleteRoutingRule",
    summary="Delete a rule",
    url_name="api-routing-rule",
)
def delete_routing_rule(request: HttpRequest, rule_id: RuleId) -> RuleOut:
    """Answers with the rule as it was. What it filed stays where it is."""
    actor = actor_of(request)
    gone = _out(get_rule(actor, rule_id))
    delete_rule(actor, rule_id, at=timezone.now())
    return gone


@router.post(
    "routing/rules/{rule_id}/move",
    response=answers(RuleOut, 404),
    operation_id="moveRoutingRule",
    summary="Move a rule",
    url_name="api-routing-rule-move",
)
def move_routing_rule(request: HttpRequest, rule_id: RuleId, asked: PlaceAsked) -> RuleOut:
    """The others keep their order."""
    return _out(move_rule(actor_of(request), rule_id, asked.place, at=timezone.now()))


@router.post(
    "routing/test",
    response=answers(TrialOut, 404),
    operation_id="testRouting",
    summary="Try the routing",
    url_name="api-routing-test",
)
def test_routing(request: HttpRequest, asked: TrialAsked) -> dict[str, object]:
    """Files and changes nothing. 404: there is no such arrival."""
    actor, rules, at = actor_of(request), wiring.site_rules(), timezone.now()
    if asked.arrival:
        return _trial(try_arrival(actor, asked.arrival, wiring.store(), rules, at=at))
    return _trial(try_values(actor, asked.header, rules, at=at, sender_id=asked.sender_id))


@router.get(
    "routing/replay",
    response=answers(ReplayOut),
    operation_id="replayRouting",
    summary="What would go elsewhere",
    url_name="api-routing-replay",
)
def replay_routing(
    request: HttpRequest,
    before: Annotated[Key | None, Query(description="Begins before this session: the `next` before.")] = None,
    days: Annotated[int, Query(ge=1, le=3660, description="How far back.")] = DAYS,
) -> dict[str, object]:
    """Sessions of the last days by the rules of now. Nothing is changed; what people said is not repeated."""
    found = replay(
        actor_of(request), wiring.store(), wiring.site_rules(), at=timezone.now(), before=before, days=days
    )
    return _replay(found)


def _out(rule: RoutingRule) -> RuleOut:
    draft = draft_of(rule)
    conditions = [ConditionOut(tag=each.tag, pattern=each.pattern) for each in draft.conditions]
    return RuleOut(
        id=rule.pk,
        name=draft.name,
        conditions=conditions,
        project=draft.project,
        subject=draft.subject,
        session=draft.session,
        sender_id=draft.sender_id,
        is_enabled=draft.is_enabled,
    )


def _trial(trial: Trial) -> dict[str, object]:
    trace = trial.trace
    subject, session = trace.labels
    return {
        "project": trace.target.label if trace.target is not None else "",
        "step": trace.step,
        "waits_because": str(trace.waits) if trace.waits is not None else "",
        "subject": subject,
        "session": session,
        "told": trace.told,
        "concerns": list(trace.rules.concerns),
        "guesses": trace.waits.guesses if trace.waits is not None else (),
    }


def _replay(found: Replay) -> dict[str, object]:
    items = [
        {
            "session": row.session.accession,
            "project": row.session.project.label,
            "fate": row.fate,
            "would_go_to": row.project,
            "why": row.why,
        }
        for row in found.rows
    ]
    return {"items": items, "next": found.next}
