"""Pure: whether a routing rule can be used, in words for whoever wrote it."""

from __future__ import annotations

from dataclasses import dataclass

from fornix.errors import Invalid
from fornix.ingest.patterns import group_names
from fornix.ingest.rule_values import KEYWORDS
from fornix.ingest.rules import Condition
from fornix.ingest.templates import template_names

NAME_LENGTH = 100
MOST_CONDITIONS = 8


@dataclass(frozen=True, slots=True)
class RuleDraft:
    """A rule as somebody wrote it. `sender_id`: only for what this sender sends."""

    name: str
    conditions: tuple[Condition, ...]
    project: str = ""
    subject: str = ""
    session: str = ""
    sender_id: int | None = None
    is_enabled: bool = True


def check_rule(draft: RuleDraft) -> None:
    """Raises Invalid with everything that is wrong, each with its place."""
    groups: dict[str, int] = {}
    problems = [*_problems_of_name(draft)]
    for number, condition in enumerate(draft.conditions, 1):
        problems += _problems_of_condition(number, condition, groups)
    for place in ("project", "subject", "session"):
        problems += _problems_of_template(place, getattr(draft, place), groups)
    if not (draft.project or draft.subject or draft.session):
        problems.append("The rule gives nothing: fill in project, subject or session.")
    if problems:
        raise Invalid(" ".join(problems))


def _problems_of_name(draft: RuleDraft) -> list[str]:
    problems = []
    if not draft.name.strip() or len(draft.name) > NAME_LENGTH or not draft.name.isprintable():
        problems.append(f"A rule has a name of 1 to {NAME_LENGTH} printable characters.")
    if not draft.conditions:
        problems.append("A rule has at least one condition.")
    if len(draft.conditions) > MOST_CONDITIONS:
        problems.append(f"A rule has at most {MOST_CONDITIONS} conditions.")
    return problems


def _problems_of_condition(number: int, condition: Condition, groups: dict[str, int]) -> list[str]:
    """`groups`: by name, in which condition; those of this one are added."""
    problems = []
    if condition.tag not in KEYWORDS:
        problems.append(
            f"Condition {number}: rules know no {condition.tag or 'empty keyword'}. They know {', '.join(KEYWORDS)}."
        )
    if "\0" in condition.pattern or not condition.pattern:
        return [
            *problems,
            f"Condition {number}: write a pattern. To ask that there is any text, write a dot.",
        ]
    try:
        for name in sorted(group_names(condition.pattern)):
            if name in groups:
                problems.append(
                    f"Condition {number}: the group {name} is in condition {groups[name]} already."
                )
            groups.setdefault(name, number)
    except Invalid as wrong:
        problems.append(f"Condition {number}, {condition.tag}: {wrong}")
    return problems


def _problems_of_template(place: str, template: str, groups: dict[str, int]) -> list[str]:
    if not template.isprintable():
        return [f"The {place} has characters that cannot be printed."]
    try:
        unknown = [name for name in template_names(template) if name not in groups]
    except Invalid as wrong:
        return [f"The {place}: {wrong}"]
    known = (
        f"They have {', '.join(sorted(groups))}." if groups else "They have none: write (?P<name>...) in one."
    )
    return [
        f"The {place} asks for {{{name}}}, which is no named group of the patterns. {known}"
        for name in unknown
    ]
