"""Whether a row meets a query: binds a parsed expression to a type's properties and evaluates it."""

import operator
from collections.abc import Callable
from datetime import UTC, date
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from ..refusals import QueryRefused
from ..schema import Kind
from ..switches import Switches
from ..world import Mark, Row, World
from .dates import parse_wall_time
from .grammar import Condition, Expression, Group, Operator
from .paths import Found, Path, read, resolve_path

Predicate: TypeAlias = Callable[[World, Row], bool]
_Test: TypeAlias = Callable[[World, Found], bool]

_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "EQ": operator.eq,
    "LT": operator.lt,
    "LE": operator.le,
    "GT": operator.gt,
    "GE": operator.ge,
}
_TEXT: dict[str, Callable[[str, str], bool]] = {
    "CONTAINS": lambda text, part: part in text,
    "STARTS_WITH": str.startswith,
    "ENDS_WITH": str.endswith,
}
_SET: dict[str, Callable[[set[str], set[str]], bool]] = {
    "INCLUDES_ALL": lambda members, wanted: wanted <= members,
    "INCLUDES_ANY": lambda members, wanted: not wanted.isdisjoint(members),
    "CONTAINS_MEMBER": lambda members, wanted: wanted <= members,
}
_RELATIONS: dict[Kind, frozenset[str]] = {
    Kind.ID: frozenset(_ORDER),
    Kind.TEXT: frozenset(_ORDER) | frozenset(_TEXT),
    Kind.STATUS: frozenset({"EQ"}) | frozenset(_TEXT),
    Kind.NUMBER: frozenset(_ORDER),
    Kind.BOOLEAN: frozenset({"EQ"}),
    Kind.DATE: frozenset(_ORDER),
    Kind.LOCAL_TIME: frozenset(_ORDER),
    Kind.STAMP: frozenset(_ORDER),
    Kind.RANGE: frozenset(),
    Kind.TEXTS: frozenset(_SET),
    Kind.REFERENCE: frozenset({"EQ", "MEMBER_OF"}),
    Kind.REFERENCES: frozenset(_SET),
}


def bind(type_name: str, expression: Expression | None, switches: Switches, zone: ZoneInfo) -> Predicate:
    """The test that an expression puts to rows of a type; QueryRefused for what the type cannot answer."""
    if expression is None:
        return lambda _world, _row: True
    if isinstance(expression, Condition):
        return _bind_condition(type_name, expression, switches, zone)
    return _bind_group(type_name, expression, switches, zone)


def _bind_group(type_name: str, group: Group, switches: Switches, zone: ZoneInfo) -> Predicate:
    parts = [bind(type_name, part, switches, zone) for part in group.parts]
    enough = all if group.operator in {Operator.AND, Operator.NAND} else any
    negated = group.operator in {Operator.NAND, Operator.NOR}

    def holds(world: World, row: Row) -> bool:
        return enough(part(world, row) for part in parts) is not negated

    return holds


def _bind_condition(type_name: str, condition: Condition, switches: Switches, zone: ZoneInfo) -> Predicate:
    path = resolve_path(type_name, condition.path, switches)
    test = _null_test if condition.value is None else _value_test(path, condition, condition.value, zone)
    if condition.value is None and condition.relation != "EQ":
        raise QueryRefused(f"__NULL__ goes with EQ and NE only, not {condition.relation}")

    def holds(world: World, row: Row) -> bool:
        found = read(world, row, path)
        if found is Mark.HIDDEN:
            return False  # a condition on what one may not read tells nothing about it
        if path.crosses_set and isinstance(found, tuple):
            readable = [each for each in found if each is not Mark.HIDDEN]
            return any(test(world, each) for each in readable) is not condition.negated
        return test(world, found) is not condition.negated

    return holds


def _null_test(_world: World, found: Found) -> bool:
    return found is None or found in {"", ()}


def _value_test(path: Path, condition: Condition, value: str, zone: ZoneInfo) -> _Test:
    kind, relation = path.end.kind, condition.relation
    if relation not in _RELATIONS[kind]:
        raise QueryRefused(f"{relation} does not go with {path.text}, which is a {kind.value}")
    if relation == "MEMBER_OF":
        return _group_test(path, value)
    if relation in _SET:
        compare, wanted = _SET[relation], set(value.split(","))
        return lambda _world, found: (
            isinstance(found, tuple) and compare({str(each) for each in found}, wanted)
        )
    order: Callable[[Any, Any], bool] = _TEXT.get(relation) or _ORDER[relation]
    bound = _parse(kind, value, zone)
    return lambda _world, found: (
        isinstance(found, str | int | date) and order(_comparable(kind, found), bound)
    )


def _group_test(path: Path, group: str) -> _Test:
    """MEMBER_OF: the object referred to is in the group with this id."""

    def holds(world: World, found: Found) -> bool:
        target = world.find(path.end.target, found) if isinstance(found, str) else None
        groups = world.value(target, "groups") if target is not None else None
        return isinstance(groups, tuple) and group in groups

    return holds


def _comparable(kind: Kind, found: Any) -> Any:
    if kind is Kind.ID:
        return int(found)
    # The wire's spelling of a status (Title or UPPER) is display; the choice behind it is one.
    return found.casefold() if kind is Kind.STATUS else found


def _parse(kind: Kind, value: str, zone: ZoneInfo) -> object:
    match kind:
        case Kind.ID | Kind.NUMBER:
            return _parse_number(value)
        case Kind.STATUS:
            return value.casefold()
        case Kind.BOOLEAN:
            return _parse_boolean(value)
        case Kind.DATE:
            return parse_wall_time(value).date()
        case Kind.LOCAL_TIME:
            return parse_wall_time(value)
        case Kind.STAMP:
            return parse_wall_time(value).replace(tzinfo=zone).astimezone(UTC)
        case _:
            return value


def _parse_number(value: str) -> int:
    digits = value.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 20):
        raise QueryRefused(f"not a number: {value}")
    return int(value)


def _parse_boolean(value: str) -> bool:
    if value.casefold() not in {"true", "false"}:
        raise QueryRefused(f"neither true nor false: {value}")
    return value.casefold() == "true"
