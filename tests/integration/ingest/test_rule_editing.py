"""Routing rules are written by administrators, checked in clear words, kept in order, and told in Events."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.factories import AT, actor_of, make_account
from tests.integration.ingest.booked_world import sender

from fornix.access.actors import OPERATOR
from fornix.errors import Invalid, NotAllowed, NotVisible
from fornix.ingest.rule_checks import RuleDraft
from fornix.ingest.rule_editing import (
    RuleChanged,
    change_rule,
    create_rule,
    delete_rule,
    draft_of,
    list_rules,
    move_rule,
    switch_rule,
)
from fornix.ingest.rules import Condition, enabled_rules
from fornix.models import Event, RoutingRule

CODE = Condition("ProtocolName", r"(?P<code>\d{4}_\d{3})")
DRAFT = RuleDraft("by protocol", (CODE,), project="{code}")
pytestmark = pytest.mark.django_db


def names() -> list[str]:
    return [rule.name for rule in list_rules(OPERATOR)]


def make(*names: str) -> list[int]:
    return [create_rule(OPERATOR, replace(DRAFT, name=name), at=AT).pk for name in names]


def verbs() -> list[str]:
    return list(Event.objects.filter(verb__startswith="rule.").order_by("id").values_list("verb", flat=True))


WRONG = {
    "no name": (replace(DRAFT, name=" "), "has a name"),
    "no condition": (RuleDraft("x", (), project="P"), "at least one condition"),
    "too many": (RuleDraft("x", (Condition("PatientID", "."),) * 9, project="P"), "at most 8 conditions"),
    "unknown keyword": (
        RuleDraft("x", (Condition("PatientId", "."),), project="P"),
        "rules know no PatientId",
    ),
    "no pattern": (RuleDraft("x", (Condition("PatientID", ""),), project="P"), "write a pattern"),
    "bad pattern": (
        RuleDraft("x", (CODE, Condition("PatientID", "(")), project="P"),
        "Condition 2, PatientID: This is no regular expression: missing",
    ),
    "unknown group": (replace(DRAFT, subject="{who}"), r"The subject asks for \{who\}.*They have code"),
    "no groups at all": (
        RuleDraft("x", (Condition("PatientID", "."),), project="{code}"),
        r"They have none: write \(\?P<name>",
    ),
    "one group twice": (replace(DRAFT, conditions=(CODE, CODE)), "the group code is in condition 1 already"),
    "bad braces": (replace(DRAFT, session="{code"), "do not match"),
    "gives nothing": (replace(DRAFT, project=""), "gives nothing"),
    "nobody's sender": (replace(DRAFT, sender_id=77), "no such sender"),
    "a control character": (replace(DRAFT, project="a\x1b"), "cannot be printed"),
}


@pytest.mark.parametrize(("draft", "words"), WRONG.values(), ids=WRONG.keys())
def test_what_cannot_be_used_is_refused_in_clear_words(draft, words):
    with pytest.raises(Invalid, match=words):
        create_rule(OPERATOR, draft, at=AT)

    assert not RoutingRule.objects.exists()


def test_a_rule_is_made_changed_switched_and_deleted_with_an_event_each():
    rule = create_rule(OPERATOR, DRAFT, at=AT)
    change_rule(OPERATOR, rule.pk, replace(DRAFT, name="another", sender_id=sender(None).pk), at=AT)
    switch_rule(OPERATOR, rule.pk, is_enabled=False, at=AT)
    assert enabled_rules() == ()
    gone = delete_rule(OPERATOR, rule.pk, at=AT)

    assert (gone.name, gone.conditions, gone.is_enabled) == ("another", (CODE,), False)
    assert verbs() == ["rule.created", "rule.changed", "rule.changed", "rule.deleted"]


def test_what_changes_nothing_has_no_event():
    rule = create_rule(OPERATOR, DRAFT, at=AT)

    change_rule(OPERATOR, rule.pk, draft_of(rule), at=AT)
    switch_rule(OPERATOR, rule.pk, is_enabled=True, at=AT)
    move_rule(OPERATOR, rule.pk, 1, at=AT)

    assert verbs() == ["rule.created"]


@pytest.mark.parametrize(
    ("moved", "place", "order"), [("a", 3, "bca"), ("c", 1, "cab"), ("b", 1, "bac"), ("b", 2, "abc")]
)
def test_a_rule_is_moved_and_the_others_keep_their_order(moved, place, order):
    ids = dict(zip("abc", make(*"abc"), strict=True))

    move_rule(OPERATOR, ids[moved], place, at=AT)

    assert "".join(names()) == order


@pytest.mark.parametrize("place", [0, 4, -1])
def test_a_place_that_is_none_is_refused(place):
    first, *_ = make(*"abc")

    with pytest.raises(Invalid, match="from 1 to 3"):
        move_rule(OPERATOR, first, place, at=AT)


def test_a_rule_that_somebody_else_changed_meanwhile_is_not_overwritten():
    rule = create_rule(OPERATOR, DRAFT, at=AT)
    change_rule(OPERATOR, rule.pk, replace(DRAFT, name="theirs"), at=AT + timedelta(seconds=1), seen=AT)

    with pytest.raises(RuleChanged):
        change_rule(OPERATOR, rule.pk, replace(DRAFT, name="mine"), at=AT, seen=AT)

    assert names() == ["theirs"]


def test_only_administrators_touch_rules():
    alice = actor_of(make_account("alice"))
    (rule,) = make("a")
    attempts = [
        lambda: list_rules(alice),
        lambda: create_rule(alice, DRAFT, at=AT),
        lambda: change_rule(alice, rule, DRAFT, at=AT),
        lambda: switch_rule(alice, rule, is_enabled=False, at=AT),
        lambda: move_rule(alice, rule, 1, at=AT),
        lambda: delete_rule(alice, rule, at=AT),
    ]

    for attempt in attempts:
        with pytest.raises(NotAllowed):
            attempt()


def test_a_rule_that_is_gone_is_told():
    with pytest.raises(NotVisible, match="perhaps it was deleted"):
        delete_rule(OPERATOR, 7, at=AT)
