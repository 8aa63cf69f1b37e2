"""Routing rules: read, written, moved and deleted."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status

from fornix.api.refusals import answers
from fornix.api.routing_shapes import ConditionOut, PlaceAsked, RuleAsked, RuleId, RuleOut, RulesOut
from fornix.api.shapes import Cut, Limit, Start, cut_at
from fornix.http.actors import actor_of
from fornix.ingest.rule_editing import (
    change_rule,
    create_rule,
    delete_rule,
    draft_of,
    get_rule,
    list_rules,
    move_rule,
)
from fornix.models import RoutingRule

router = Router(tags=["routing"])


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
