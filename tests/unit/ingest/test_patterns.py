"""Patterns of site rules: what they find, what they refuse, and that no pattern on no text takes long."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fornix.errors import Invalid
from fornix.ingest.near_codes import is_slip
from fornix.ingest.patterns import TooSlow, group_names, match_groups
from fornix.ingest.rules import Condition, Rule, first_fit
from fornix.ingest.templates import fill, template_names

HOSTILE = {
    "nested plus": (r"(?:x+x+)+y", "x" * 10_000),
    "equal branches": (r"(a|a)*$", "a" * 10_000 + "b"),
    "counted twice": (r"(a{1,100}){1,100}$", "a" * 10_000 + "b"),
    "fuzzy": (r"(?:(?:a{e<=5}b{e<=5})+){e<=10}", "a" * 5_000),
    "calls itself": (r"(?R)|a", "b" * 1_000),
}


@pytest.mark.parametrize(("pattern", "text"), HOSTILE.values(), ids=HOSTILE.keys())
def test_a_pattern_that_would_never_end_is_ended(pattern, text):
    with pytest.raises(TooSlow):
        match_groups(pattern, text)


UNUSABLE = {
    "unbalanced": ("(", "no regular expression"),
    "too long": ("a" * 301, "at most 300"),
    "unrolled without end": ("(((a{100}){100}){100}){100}", "multiply to more than"),
    "an endless count": ("a{99999999999}", "multiply to more than"),
    "an endless upper count": ("a{1,99999999}", "multiply to more than"),
}


@pytest.mark.parametrize(("pattern", "why"), UNUSABLE.values(), ids=UNUSABLE.keys())
def test_an_unusable_pattern_is_refused_with_the_reason(pattern, why):
    with pytest.raises(Invalid, match=why):
        group_names(pattern)


def test_named_groups_are_found_anywhere_in_the_text():
    assert match_groups(r"(?P<code>\d{4}_\d{3})(?P<rest>\^.*)?", "MR 2023_112") == {
        "code": "2023_112",
        "rest": "",
    }
    assert match_groups(r"^\d+$", "MR 2023_112") is None


@pytest.mark.parametrize(
    ("template", "filled"),
    [
        ("{code}", "2023_112"),
        ("P-{code}", "P-2023_112"),
        ("fixed", "fixed"),
        ("{rest}", ""),
        ("{{{code}}}", "{2023_112}"),
    ],
)
def test_templates_take_the_groups(template, filled):
    assert fill(template, {"code": "2023_112", "rest": ""}) == filled


@pytest.mark.parametrize(
    "template", ["{code", "{}", "{code!r}", "{code:>10}", "{code.x}", "{0}", "{a[0]}", "x" * 301]
)
def test_what_is_no_template_is_refused(template):
    with pytest.raises(Invalid):
        template_names(template)


def _rule(number: int, pattern: str, **more) -> Rule:
    told = {"sender_id": None, "conditions": (Condition("PatientID", pattern),), "project": "P"} | more
    return Rule(number, f"rule {number}", **told)


def test_a_rule_that_takes_too_long_is_passed_over_and_told():
    rules = [_rule(1, r"(?:x+x+)+y"), _rule(2, r"^x")]

    found = first_fit(rules, {"PatientID": ("x" * 10_000,)}, [])

    assert found.fit.rule.id == 2
    assert found.concerns == (
        'the routing rule "rule 1" took too long and was passed over: simplify its pattern',
    )


def test_many_slow_rules_together_are_bounded_too(monkeypatch):
    monkeypatch.setattr("fornix.ingest.rules.ALL_RULES_S", 0.1)
    rules = [_rule(n, rf"(?:x+x+)+y{n}") for n in range(50)]

    found = first_fit(rules, {"PatientID": ("x" * 10_000,)}, [])

    assert (found.fit, len(found.concerns)) == (None, 50)


def test_a_rule_whose_pattern_is_none_is_passed_over_and_told():
    found = first_fit([_rule(1, "("), _rule(2, "")], {}, [])

    assert found.fit.rule.id == 2
    assert "cannot be used" in found.concerns[0]


def test_what_no_file_says_is_an_empty_text():
    assert first_fit([_rule(1, "^$")], {}, []).fit is not None
    assert first_fit([_rule(1, "^$")], {"PatientID": ("P01",)}, []).fit is None


def test_any_of_several_values_may_match():
    rule = _rule(1, r"^(?P<code>\d+)$", project="{code}")

    assert first_fit([rule], {"PatientID": ("abc", "42")}, []).fit.project == "42"


@pytest.mark.parametrize(
    ("one", "other", "slip"),
    [
        ("2023_112", "2023_113", True),
        ("2023_112", "2023_1122", True),
        ("2023_112", "203_112", True),
        ("2023_112", "2032_112", True),
        ("2023_112", "2023_112", False),
        ("2023_112", "2023_121x", False),
        ("2023_112", "2024_113", False),
        ("ab", "ba", True),
        ("", "a", True),
        ("", "", False),
    ],
)
def test_a_slip_of_the_keyboard_is_one_character(one, other, slip):
    assert is_slip(one, other) is slip
    assert is_slip(other, one) is slip


@given(st.text("ab1_", max_size=8), st.text("ab1_", max_size=8))
def test_a_slip_is_mutual_and_changes_something(one, other):
    assert is_slip(one, other) == is_slip(other, one)
    assert not is_slip(one, one)
