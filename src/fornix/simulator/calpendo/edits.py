"""Edits of the simulated state, as the control interface takes them. All of a list apply, or none."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, TypeAlias

from .refusals import ControlRefused, TypeUnknown
from .schema import BOOKING, Kind, Property, own_properties, table_of
from .stamps import parse_instant
from .stirring import stirred
from .world import HiddenKey, Range, Row, Value, World

_MOST_EDITS = 10_000
Edit: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class EditRules:
    """What edits need to know: the clock (UTC), the variant's stamping, and the set's ready scripts by case."""

    clock: datetime
    member_bumps_modified: bool
    scripts: Mapping[int, Sequence[Edit]]


def apply_edits(world: World, edits: object, rules: EditRules) -> World:
    """The state after these edits; ControlRefused, naming the edit, when one cannot be done."""
    if isinstance(edits, Mapping):
        edits = [edits]
    if not isinstance(edits, Sequence) or isinstance(edits, str) or len(edits) > _MOST_EDITS:
        raise ControlRefused(f"edits are a list of at most {_MOST_EDITS}")
    for number, edit in enumerate(edits, 1):
        try:
            world = _apply(world, edit, rules)
        except (ControlRefused, TypeUnknown) as refusal:
            raise ControlRefused(f"edit {number}: {refusal}") from refusal
    return world


def _apply(world: World, edit: object, rules: EditRules) -> World:
    if not isinstance(edit, Mapping) or str(edit.get("op")) not in _OPERATIONS:
        raise ControlRefused(f"needs an op: one of {', '.join(_OPERATIONS)}")
    return _OPERATIONS[str(edit["op"])](world, edit, rules)


def _run_case(world: World, edit: Edit, rules: EditRules) -> World:
    """`{"op": "case", "case": 6}`: what happens overnight in one of the set's cases."""
    number = edit.get("case")
    if not isinstance(number, int) or number not in rules.scripts:
        known = ", ".join(str(each) for each in sorted(rules.scripts))
        raise ControlRefused(f"no script for case {number}; there are scripts for {known}")
    return apply_edits(world, rules.scripts[number], rules)


def _create(world: World, edit: Edit, rules: EditRules) -> World:
    type_name, row_id = _text(edit, "type"), _text(edit, "id")
    if not (row_id.isascii() and row_id.isdigit()):
        raise ControlRefused(f"an id consists of digits, not {row_id}")
    if row_id in world.tables.get(table_of(type_name), {}):
        raise ControlRefused(f"{type_name} {row_id} is there already")
    values = _values(type_name, edit.get("fields", {}), world)
    if table_of(type_name) == BOOKING and not isinstance(values.get("dateRange"), Range):
        raise ControlRefused("a booking needs a dateRange with start and finish")
    stamps = {n: rules.clock for n in ("created", "modified") if n in own_properties(type_name)}
    return world.with_rows([Row(type_name, row_id, stamps | values)])


def _set(world: World, edit: Edit, rules: EditRules) -> World:
    row = _row(world, edit)
    return _store(world, row, _values(row.type_name, edit.get("fields", {}), world), rules)


def _add(world: World, edit: Edit, rules: EditRules) -> World:
    row, name, members, member = _membership(world, edit)
    return _store(world, row, {name: (*members, member)}, rules) if member not in members else world


def _remove(world: World, edit: Edit, rules: EditRules) -> World:
    row, name, members, member = _membership(world, edit)
    if member not in members:
        raise ControlRefused(f"{member} is not in {name} of {row.id}")
    return _store(world, row, {name: tuple(each for each in members if each != member)}, rules)


def _membership(world: World, edit: Edit) -> tuple[Row, str, tuple[str, ...], str]:
    row, name, member = _row(world, edit), _text(edit, "field"), _text(edit, "value")
    wanted = own_properties(row.type_name).get(name)
    if wanted is None or wanted.kind is not Kind.REFERENCES:
        raise ControlRefused(f"{name} of {row.type_name} is not a set")
    if world.find(wanted.target, member) is None:
        raise ControlRefused(f"no {wanted.target} {member}")
    members = row.values.get(name)
    return row, name, members if isinstance(members, tuple) else (), member


def _delete(world: World, edit: Edit, _rules: EditRules) -> World:
    """As in Calpendo, what is referred to cannot go; with `cascade` its bookings go and references are cleared."""
    row = _row(world, edit)
    referring = _referring(world, row)
    if referring and edit.get("cascade") is not True:
        raise ControlRefused(f"{row.type_name} {row.id} is referred to by {len(referring)} rows: use cascade")
    bookings = [each for each in referring if table_of(each.type_name) == BOOKING]
    cleared = [_without_reference(each, row) for each in referring if each not in bookings]
    return world.with_rows(cleared).without([row, *bookings])


def _referring(world: World, row: Row) -> list[Row]:
    every = (each for table in world.tables.values() for each in table.values())
    return [each for each in every if any(True for _ in _references_to(each, row))]


def _references_to(referring: Row, row: Row) -> list[Property]:
    target = table_of(row.type_name)
    found = []
    for each in own_properties(referring.type_name).values():
        value = referring.values.get(each.name)
        inside = isinstance(value, tuple) and row.id in value
        if each.target == target and (value == row.id or inside):
            found.append(each)
    return found


def _without_reference(referring: Row, row: Row) -> Row:
    values = dict(referring.values)
    for each in _references_to(referring, row):
        value = values[each.name]
        values[each.name] = tuple(i for i in value if i != row.id) if isinstance(value, tuple) else None
    return replace(referring, values=values)


def _hide(world: World, edit: Edit, _rules: EditRules) -> World:
    """The field can no longer be read; the truth keeps what was last readable in it."""
    row, key = _field_key(world, edit)
    return world.with_hidden({key: row.values.get(key[2]), **world.hidden})


def _show(world: World, edit: Edit, _rules: EditRules) -> World:
    _row_found, key = _field_key(world, edit)
    return world.with_hidden({k: v for k, v in world.hidden.items() if k != key})


def _vanish(world: World, edit: Edit, _rules: EditRules) -> World:
    """The account may no longer see the row at all; what refers to it goes on doing so."""
    return world.with_vanished(_row(world, edit))


def _return(world: World, edit: Edit, _rules: EditRules) -> World:
    type_name, row_id = _text(edit, "type"), _text(edit, "id")
    row = world.vanished.get((table_of(type_name), row_id))
    if row is None:
        raise ControlRefused(f"{type_name} {row_id} has not vanished")
    return world.with_returned(row)


def _stir(world: World, edit: Edit, rules: EditRules) -> World:
    percent, seed = edit.get("percent", 1), edit.get("seed", 1)
    if not isinstance(percent, int | float) or isinstance(percent, bool) or not 0 < percent <= 100:
        raise ControlRefused(f"percent is a number above 0 and up to 100, not {percent!r}")
    if not isinstance(seed, int) or isinstance(seed, bool):
        raise ControlRefused(f"seed is a whole number, not {seed!r}")
    return world.with_rows(stirred(world, rules.clock, float(percent), seed))


def _field_key(world: World, edit: Edit) -> tuple[Row, HiddenKey]:
    row, name = _row(world, edit), _text(edit, "field")
    if name not in own_properties(row.type_name):
        raise ControlRefused(f"{row.type_name} has no property {name}")
    return row, (table_of(row.type_name), row.id, name)


_OPERATIONS: Mapping[str, Callable[[World, Edit, EditRules], World]] = {
    "create": _create,
    "set": _set,
    "add": _add,
    "remove": _remove,
    "delete": _delete,
    "hide": _hide,
    "show": _show,
    "vanish": _vanish,
    "return": _return,
    "stir": _stir,
    "case": _run_case,
}


def _row(world: World, edit: Edit) -> Row:
    type_name, row_id = _text(edit, "type"), _text(edit, "id")
    row = world.find(type_name, row_id)
    if row is None:
        raise ControlRefused(f"no {type_name} {row_id}")
    return row


def _text(edit: Edit, name: str) -> str:
    value = edit.get(name)
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise ControlRefused(f"needs {name}")
    return str(value)


def _store(world: World, row: Row, changes: Mapping[str, Value], rules: EditRules) -> World:
    values = {**row.values, **changes}
    stamped = "modified" in own_properties(row.type_name) and "modified" not in changes
    if stamped and (rules.member_bumps_modified or set(changes) != {"users"}):
        values["modified"] = rules.clock
    is_renamed = not {"givenName", "familyName"}.isdisjoint(changes)
    return world.with_rows([replace(row, values=values, display=None if is_renamed else row.display)])


def _values(type_name: str, content: object, world: World) -> dict[str, Value]:
    if not isinstance(content, Mapping):
        raise ControlRefused("fields is an object of names and values")
    known = own_properties(type_name)
    unknown = sorted(set(content) - set(known))
    if unknown:
        raise ControlRefused(f"{type_name} has no property {', '.join(unknown)}")
    return {name: _value(known[name], each, world) for name, each in content.items()}


def _value(wanted: Property, content: Any, world: World) -> Value:
    if content is None:
        return () if wanted.kind in {Kind.TEXTS, Kind.REFERENCES} else None
    try:
        value = _DECODERS[wanted.kind](content)
    except (TypeError, ValueError, KeyError) as error:
        raise ControlRefused(f"{wanted.name} cannot be {content!r}: it is a {wanted.kind.value}") from error
    targets = value if isinstance(value, tuple) else (str(value),)
    if wanted.target and any(world.find(wanted.target, each) is None for each in targets):
        raise ControlRefused(f"{wanted.name} names a {wanted.target} that is not there")
    return value


def _decode_text(content: Any) -> str:
    if not isinstance(content, str):
        raise TypeError
    return content.encode("utf-8", "replace").decode()


def _decode_range(content: Any) -> Range:
    span = Range(_decode_wall_time(content["start"]), _decode_wall_time(content["finish"]))
    if span.finish < span.start:
        raise ValueError
    return span


def _decode_wall_time(content: Any) -> datetime:
    moment = datetime.fromisoformat(content)
    if moment.tzinfo is not None:
        raise ValueError
    return moment


def _decode_list(content: Any) -> tuple[str, ...]:
    if not isinstance(content, list):
        raise TypeError
    return tuple(str(each) for each in content)


def _decode_boolean(content: Any) -> bool:
    if not isinstance(content, bool):
        raise TypeError
    return content


_DECODERS: Mapping[Kind, Callable[[Any], Value]] = {
    Kind.TEXT: _decode_text,
    Kind.STATUS: _decode_text,
    Kind.NUMBER: int,
    Kind.BOOLEAN: _decode_boolean,
    Kind.DATE: date.fromisoformat,
    Kind.STAMP: parse_instant,
    Kind.RANGE: _decode_range,
    Kind.REFERENCE: str,
    Kind.TEXTS: _decode_list,
    Kind.REFERENCES: _decode_list,
}
