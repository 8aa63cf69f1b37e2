"""Faults in what is read: rights lost, an old or foreign state, twins, shapes that nobody announced."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from zlib import crc32

from ..moment import Moment
from ..requests import Target
from ..schema import PROJECT, USER, own_properties, table_of
from ..world import HiddenKey, Mark, Row, Value, World


def empty_list(_parameters: Mapping[str, Any], _rows: list[Row], _moment: Moment) -> list[Row]:
    """The account lost its right to every row."""
    return []


def shrunk(parameters: Mapping[str, Any], rows: list[Row], _moment: Moment) -> list[Row]:
    """The account lost its right to `percent` of the rows (always the same ones), or of those of a `status`."""
    status = str(parameters["status"])
    return [
        row
        for row in rows
        if (status and row.values.get("status") != status) or not _chosen(row, parameters["percent"])
    ]


def _chosen(row: Row, percent: float) -> bool:
    return crc32(row.id.encode("utf-8", "replace")) % 100 < percent


def with_fields_hidden(parameters: Mapping[str, Any], moment: Moment, target: Target) -> World:
    """`fields` (none named: all) of the type asked for may no longer be read: of the rows `ids`, or of all."""
    ids = set(parameters["ids"])
    hidden: dict[HiddenKey, Value | Mark] = dict(moment.world.hidden)
    for row in moment.world.rows(target.type_name):
        if not ids or row.id in ids:
            fields = parameters["fields"] or own_properties(row.type_name)
            hidden |= {(table_of(row.type_name), row.id, name): None for name in fields}
    return moment.world.with_hidden(hidden)


def without_members(_parameters: Mapping[str, Any], moment: Moment, _target: Target) -> World:
    """All rows there, every member list empty."""
    rows = [_changed(row, users=()) for row in moment.world.rows(PROJECT)]
    return moment.world.with_rows(rows)


def stale(parameters: Mapping[str, Any], moment: Moment, _target: Target) -> World:
    """A cache in front answers with the state of `hours` ago."""
    return moment.earlier(float(parameters["hours"]))


def details_of_another_moment(parameters: Mapping[str, Any], moment: Moment, target: Target) -> World:
    """Lists are of now; details are of `hours` ago, and `lost_percent` of the listed ids have none."""
    if target.interface != "b" or not target.rest:
        return moment.world
    before = moment.earlier(float(parameters["hours"]))
    lost = [row for row in before.rows(target.type_name) if _chosen(row, parameters["lost_percent"])]
    return before.without(lost)


def with_twins(parameters: Mapping[str, Any], moment: Moment, _target: Target) -> World:
    """Two projects with one `code`, or two users with one `email`."""
    table, name = {"code": (PROJECT, "projectCode"), "email": (USER, "email")}.get(
        str(parameters["what"]), ("", "")
    )
    rows = [row for row in moment.world.rows(table) if row.values.get(name)] if table else []
    if len(rows) < 2:
        return moment.world
    return moment.world.with_rows([_changed(rows[1], **{name: rows[0].values[name]})])


def twice_listed(parameters: Mapping[str, Any], rows: list[Row], _moment: Moment) -> list[Row]:
    """The same `id` twice in one list."""
    return [*rows, rows[0]] if parameters["what"] == "id" and rows else rows


def of_another_site(_parameters: Mapping[str, Any], moment: Moment, _target: Target) -> World:
    """Valid data of a different Calpendo: the address is mis-configured."""
    return moment.elsewhere()


def disfigured(parameters: Mapping[str, Any], shapes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A status never seen, text where a reference was, an id of the other type, or a new field."""
    change = _DISFIGUREMENTS[str(parameters["what"])]
    return [change(shape) for shape in shapes]


def _odd_status(shape: dict[str, Any]) -> dict[str, Any]:
    return _inside(shape, lambda each: each | {"status": "Dormant"} if "status" in each else each)


def _text_for_references(shape: dict[str, Any]) -> dict[str, Any]:
    def flatten(each: dict[str, Any]) -> dict[str, Any]:
        return {
            name: value["formattedName"] if isinstance(value, dict) and "formattedName" in value else value
            for name, value in each.items()
        }

    return _inside(shape, flatten)


def _other_id_type(shape: dict[str, Any]) -> dict[str, Any]:
    number = shape.get("id")
    if number is None:
        return shape
    return shape | {"id": str(number) if isinstance(number, int) else int(number)}


def _new_field(shape: dict[str, Any]) -> dict[str, Any]:
    return shape | {"riskCategory": {"level": 3}}


_DISFIGUREMENTS: Mapping[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "status": _odd_status,
    "text-reference": _text_for_references,
    "id-type": _other_id_type,
    "new-field": _new_field,
}


def _inside(shape: dict[str, Any], change: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
    """Applies a change to an object and to its `properties`."""
    changed = change(shape)
    if isinstance(changed.get("properties"), dict):
        changed = changed | {"properties": change(changed["properties"])}
    return changed


def _changed(row: Row, **values: Value) -> Row:
    return replace(row, values={**row.values, **values})
