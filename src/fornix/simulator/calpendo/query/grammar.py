"""The query grammar: path segments to a tree of conditions. Knows no types and no rows; contract section 1.3."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from ..refusals import QueryRefused

NULL = "__NULL__"
_CLOSE = "CLOSE"
_MOST_SEGMENTS = 4000
_DEEPEST = 50


class Operator(StrEnum):
    """The prefix operators; each stays open until CLOSE or the end."""

    AND = "AND"
    OR = "OR"
    NAND = "NAND"
    NOR = "NOR"


POSITIVE = frozenset(
    {"EQ", "LT", "LE", "GT", "GE", "CONTAINS", "STARTS_WITH", "ENDS_WITH"}
    | {"INCLUDES_ALL", "INCLUDES_ANY", "MEMBER_OF", "CONTAINS_MEMBER"}
)
NEGATED = {
    "NE": "EQ",
    "DOES_NOT_CONTAIN": "CONTAINS",
    "DOES_NOT_START_WITH": "STARTS_WITH",
    "DOES_NOT_END_WITH": "ENDS_WITH",
    "DOES_NOT_INCLUDE_ALL": "INCLUDES_ALL",
    "DOES_NOT_INCLUDE_ANY": "INCLUDES_ANY",
    "NOT_MEMBER_OF": "MEMBER_OF",
    "DOES_NOT_CONTAIN_MEMBER": "CONTAINS_MEMBER",
}


@dataclass(frozen=True, slots=True)
class Condition:
    """`path relation value`; the relation is a positive one, `negated` turns it round. No value: `__NULL__`."""

    path: str
    relation: str
    value: str | None
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Conditions under one operator."""

    operator: Operator
    parts: "tuple[Expression, ...]"


Expression: TypeAlias = Condition | Group


@dataclass(slots=True)
class _Open:
    """A group that is still being read."""

    operator: Operator
    parts: list[Expression] = field(default_factory=list)

    def closed(self) -> Group:
        if not self.parts:
            raise QueryRefused(f"{self.operator} has no condition")
        return Group(self.operator, tuple(self.parts))


def parse_expression(segments: Sequence[str], *, lenient: bool = False) -> Expression | None:
    """The tree of decoded path segments; None for no segments, QueryRefused when they break the grammar.

    Lenient: an OR ends by itself at the first condition on another path than its first one, which is what a
    client that forgets CLOSE hopes for.
    """
    if len(segments) > _MOST_SEGMENTS:
        raise QueryRefused(f"query too long: {len(segments)} segments")
    if not segments:
        return None
    if _operator(segments[0]) is None:
        return _lone_condition(segments)
    return _groups(segments, lenient=lenient)


def _operator(segment: str) -> Operator | None:
    return Operator.__members__.get(segment.upper())


def _lone_condition(segments: Sequence[str]) -> Condition:
    if len(segments) > 3:
        raise QueryRefused("several conditions need AND, OR, NAND or NOR before them")
    return _condition(segments)


def _groups(segments: Sequence[str], *, lenient: bool) -> Group:
    stack = [_Open(Operator.AND)]
    at = 0
    while at < len(segments):
        operator = _operator(segments[at])
        if len(stack) == 1 and at > 0:
            raise QueryRefused(f"the query goes on after its end: {segments[at]}")
        if operator is not None:
            stack.append(_Open(operator))
            at += 1
        elif segments[at].upper() == _CLOSE:
            _close(stack)
            at += 1
        else:
            condition = _condition(segments[at : at + 3])
            if lenient:
                _close_finished_or(stack, condition)
            stack[-1].parts.append(condition)
            at += 3
        if len(stack) > _DEEPEST:
            raise QueryRefused(f"more than {_DEEPEST} operators inside one another")
    while len(stack) > 1:
        _close(stack)
    only = stack[0].parts[0]
    assert isinstance(only, Group)
    return only


def _close(stack: list[_Open]) -> None:
    group = stack.pop().closed()
    stack[-1].parts.append(group)


def _close_finished_or(stack: list[_Open], condition: Condition) -> None:
    group = stack[-1]
    if group.operator is not Operator.OR or len(stack) == 2 or not group.parts:
        return
    first = group.parts[0]
    if isinstance(first, Condition) and first.path != condition.path:
        _close(stack)


def _condition(segments: Sequence[str]) -> Condition:
    if len(segments) < 3:
        raise QueryRefused(f"a condition is path/relation/value, not {'/'.join(segments)}")
    path, word, value = segments
    relation = word.upper()
    negated = relation in NEGATED
    positive = NEGATED.get(relation, relation)
    if positive not in POSITIVE:
        raise QueryRefused(f"no such relation: {word}")
    return Condition(path, positive, None if value == NULL else value, negated)
