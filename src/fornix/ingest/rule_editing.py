"""Writers of the site's routing rules: for administrators, with an Event each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from fornix.access.actors import Actor
from fornix.access.policy import require_administrator
from fornix.audit.events import Verb, record_event
from fornix.errors import Invalid, NotVisible, Refused
from fornix.ingest.rule_checks import RuleDraft, check_rule
from fornix.ingest.rules import as_rule
from fornix.models import RoutingRule, Sender

MOST_RULES = 200


class RuleChanged(Refused):
    """Somebody has changed this rule since you opened it. Look at it again; nothing of yours was saved."""


def list_rules(actor: Actor) -> Sequence[RoutingRule]:
    """All rules, in their order."""
    require_administrator(actor)
    return list(RoutingRule.objects.select_related("sender").order_by("position"))


def get_rule(actor: Actor, rule_id: int) -> RoutingRule:
    """One rule. Raises NotVisible."""
    require_administrator(actor)
    rule = RoutingRule.objects.select_related("sender").filter(pk=rule_id).first()
    if rule is None:
        raise NotVisible("There is no such routing rule; perhaps it was deleted.")
    return rule


def create_rule(actor: Actor, draft: RuleDraft, *, at: datetime) -> RoutingRule:
    """A new rule, behind all others. Raises Invalid."""
    require_administrator(actor)
    _check(draft)
    with transaction.atomic():
        rules = _locked()
        _check_name(draft, rules)
        if len(rules) >= MOST_RULES:
            raise Refused(f"There are {MOST_RULES} rules already: delete one first.")
        last = RoutingRule.objects.aggregate(last=Max("position"))["last"] or 0
        rule = RoutingRule(position=last + 1)
        _write(rule, draft, at)
        _record(Verb.RULE_CREATED, actor, rule, at, after=_told(rule))
    return rule


def change_rule(
    actor: Actor, rule_id: int, draft: RuleDraft, *, at: datetime, seen: datetime | None = None
) -> RoutingRule:
    """The rule as it should be. `seen`: its `changed_at` when it was looked at. Raises Invalid or RuleChanged."""
    require_administrator(actor)
    _check(draft)
    with transaction.atomic():
        rule = _get_locked(rule_id)
        if seen is not None and seen != rule.changed_at:
            raise RuleChanged
        if draft.name.strip() != rule.name:
            _check_name(draft, [each for each in _locked() if each.pk != rule_id])
        before = _told(rule)
        _write(rule, draft, at)
        if before != _told(rule):
            _record(Verb.RULE_CHANGED, actor, rule, at, before=before, after=_told(rule))
    return rule


def switch_rule(actor: Actor, rule_id: int, *, is_enabled: bool, at: datetime) -> RoutingRule:
    """Switches a rule on or off."""
    require_administrator(actor)
    with transaction.atomic():
        rule = _get_locked(rule_id)
        if rule.is_enabled != is_enabled:
            before = {"is_enabled": rule.is_enabled}
            rule.is_enabled, rule.changed_at = is_enabled, at
            rule.save(update_fields=["is_enabled", "changed_at"])
            _record(Verb.RULE_CHANGED, actor, rule, at, before=before, after={"is_enabled": is_enabled})
    return rule


def move_rule(actor: Actor, rule_id: int, place: int, *, at: datetime) -> RoutingRule:
    """Puts a rule at this place, counted from 1, and the others after it. Raises Invalid."""
    require_administrator(actor)
    with transaction.atomic():
        rules = _locked()
        rule = next((each for each in rules if each.pk == rule_id), None)
        if rule is None:
            raise NotVisible("There is no such routing rule; perhaps it was deleted.")
        if not 1 <= place <= len(rules):
            raise Invalid(f"There are {len(rules)} rules: a place is a number from 1 to {len(rules)}.")
        before = rules.index(rule) + 1
        if before != place:
            rules.remove(rule)
            rules.insert(place - 1, rule)
            _renumber(rules)
            _record(Verb.RULE_CHANGED, actor, rule, at, before={"place": before}, after={"place": place})
    rule.refresh_from_db()
    return rule


def delete_rule(actor: Actor, rule_id: int, *, at: datetime) -> RuleDraft:
    """Deletes a rule; returns it as it was. The Event keeps all of it."""
    require_administrator(actor)
    with transaction.atomic():
        rule = _get_locked(rule_id)
        draft = draft_of(rule)
        _record(Verb.RULE_DELETED, actor, rule, at, before=_told(rule))
        rule.delete()
    return draft


def draft_of(rule: RoutingRule) -> RuleDraft:
    """A rule of the site as somebody might write it."""
    read = as_rule(rule)
    return RuleDraft(
        read.name, read.conditions, read.project, read.subject, read.session, read.sender_id, rule.is_enabled
    )


def _check(draft: RuleDraft) -> None:
    check_rule(draft)
    if draft.sender_id is not None and not Sender.objects.filter(pk=draft.sender_id).exists():
        raise Invalid("There is no such sender; perhaps it was deleted.")


def _check_name(draft: RuleDraft, rules: list[RoutingRule]) -> None:
    """Trials and Events tell rules by their names. `rules`: all others."""
    name = draft.name.strip()
    if any(rule.name.casefold() == name.casefold() for rule in rules):
        raise Invalid(f"Another rule is called {name}. Give this one a name of its own.")


def _locked() -> list[RoutingRule]:
    return list(RoutingRule.objects.select_for_update().order_by("position"))


def _get_locked(rule_id: int) -> RoutingRule:
    rule = RoutingRule.objects.select_for_update().filter(pk=rule_id).first()
    if rule is None:
        raise NotVisible("There is no such routing rule; perhaps it was deleted.")
    return rule


def _renumber(rules: list[RoutingRule]) -> None:
    """Positions are unique at every moment: first all of them move out of the way."""
    beyond = max(rule.position for rule in rules)
    for start in (beyond, 0):
        for number, rule in enumerate(rules, 1):
            RoutingRule.objects.filter(pk=rule.pk).update(position=start + number)


def _write(rule: RoutingRule, draft: RuleDraft, at: datetime) -> None:
    rule.name, rule.sender_id, rule.is_enabled = draft.name.strip(), draft.sender_id, draft.is_enabled
    rule.conditions = [asdict(condition) for condition in draft.conditions]
    rule.project, rule.subject, rule.session = draft.project, draft.subject, draft.session
    rule.changed_at = at
    rule.save()


def _told(rule: RoutingRule) -> dict[str, object]:
    names = ("name", "sender_id", "is_enabled", "conditions", "project", "subject", "session")
    return {name: getattr(rule, name) for name in names}


def _record(verb: Verb, actor: Actor, rule: RoutingRule, at: datetime, **details: object) -> None:
    record_event(
        verb,
        at=at,
        source=actor.source,
        actor=actor.account,
        details={"rule": rule.pk, "name": rule.name, **details},
    )
