"""Rows as JSON shapes, in each spelling that the switches allow; contract sections 1.4 and 3.3."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeAlias

from .query.paths import Found, Path, read
from .schema import BOOKING, RESOURCE, RESOURCE_SETTING, Kind, Property, table_of, visible_properties
from .switches import Switches
from .world import Mark, Range, Row, Value, World

Json: TypeAlias = dict[str, Any]
_HIDDEN_TEXT = "<Hidden>"
_BOTH_LEVELS = ("title", "status", "dateRange")


class _Absent:
    """Stands for a key that is left out."""


_ABSENT = _Absent()


@dataclass(frozen=True, slots=True)
class Renderer:
    """Writes the rows of one state in one variant of the wire."""

    world: World
    switches: Switches

    def minimal(self, row: Row) -> Json:
        """A row of a list without `paths`."""
        shape = self._head(row)
        if self.switches.list_fields == "title-status":
            known = visible_properties(row.type_name, self.switches)
            for name in ("title", "status", "created"):
                if name in known:
                    self._put(shape, name, self._found(row, known[name]))
        return shape

    def flat(self, row: Row, paths: Sequence[Path]) -> Json:
        """A row of a list with `paths`: keyed by the paths asked for."""
        shape: Json = {}
        for path in paths:
            leads_to_set = path.crosses_set or path.end.kind is Kind.REFERENCES
            if leads_to_set and self.switches.sets_in_paths == "false":
                continue
            written = self._written(path.end, read(self.world, row, path))
            if len(path.steps) == 1 or self.switches.paths_dotted == "dotted-key":
                self._put(shape, path.text, written)
            else:
                self._put_nested(shape, path, written)
        return shape

    def detail(self, row: Row) -> Json:
        """One object with its `properties`."""
        shape = self._head(row)
        properties = {
            name: self._found(row, each)
            for name, each in visible_properties(row.type_name, self.switches).items()
            if name not in {"id", "biskitType", "formattedName"}
        }
        if table_of(row.type_name) == BOOKING and self.switches.detail_title != "properties":
            for name in _BOTH_LEVELS:
                self._put(shape, name, properties[name])
                if self.switches.detail_title == "top":
                    del properties[name]
        shape["properties"] = {}
        for name, written in properties.items():
            self._put(shape["properties"], name, written)
        return shape

    def _head(self, row: Row) -> Json:
        return {"id": self._id(row.id), "biskitType": row.type_name, "formattedName": row.formatted_name}

    def _found(self, row: Row, wanted: Property) -> Any:
        return self._written(wanted, self.world.value(row, wanted.name))

    def _written(self, wanted: Property, found: Found) -> Any:
        """A value as JSON, or _ABSENT. Several values, where a path crossed a set, become a list."""
        if found is Mark.HIDDEN:
            return {"text": _HIDDEN_TEXT, "missing": _ABSENT, "null": None}[self.switches.hidden_style]
        if found is None:
            return {"null": None, "missing": _ABSENT, "empty": ""}[self.switches.null_style]
        if wanted.kind is Kind.REFERENCES and isinstance(found, tuple):
            return self._set(wanted, found)
        if wanted.kind is Kind.TEXTS and isinstance(found, tuple):
            return list(found)
        if isinstance(found, tuple):
            each_written = [self._written(wanted, each) for each in found]
            return [each for each in each_written if each is not _ABSENT]
        return self._scalar(wanted, found)

    def _scalar(self, wanted: Property, found: Value | Mark) -> Any:
        if isinstance(found, Range):
            return {"start": _time(found.start), self.switches.range_end: _time(found.finish)}
        if isinstance(found, datetime):
            return _stamp(found) if wanted.kind is Kind.STAMP else _time(found)
        if isinstance(found, date):
            return found.isoformat()
        if wanted.kind is Kind.REFERENCE:
            return self._reference(wanted, str(found))
        if wanted.kind is Kind.ID:
            return self._id(str(found))
        if wanted.kind is Kind.STATUS and self.switches.status_case == "upper":
            return str(found).upper()
        return found

    def _set(self, wanted: Property, members: tuple[Any, ...]) -> Any:
        if wanted.target == RESOURCE_SETTING:
            # Settings carry values of their own, so they stay objects in every shape.
            every: list[Any] = [self._setting(each) for each in members]
        elif self.switches.set_shape == "ids":
            every = [self._id(each) for each in members]
        else:
            every = [self._reference(wanted, each) for each in members]
        return {"biskits": every} if self.switches.set_shape == "biskits" else every

    def _setting(self, row_id: str) -> Json:
        row = self.world.find(RESOURCE_SETTING, row_id)
        shape: Json = {"id": self._id(row_id)}
        if row is None:
            return shape
        for name, each in visible_properties(RESOURCE_SETTING, self.switches).items():
            if name in row.values:
                self._put(shape, name, self._found(row, each))
        if self.switches.set_shape == "ids":
            shape["resource"] = self._id(str(row.values["resource"]))
        return shape

    def _reference(self, wanted: Property, row_id: str) -> Json:
        row = self.world.find(wanted.target, row_id)
        shape: Json = {"id": self._id(row_id), "formattedName": row.formatted_name if row else None}
        if wanted.target == RESOURCE:
            shape["name"] = shape["formattedName"]
        return shape

    def _id(self, row_id: str) -> str | int:
        return int(row_id) if self.switches.id_type == "number" else row_id

    def _put(self, shape: Json, name: str, written: Any) -> None:
        if written is not _ABSENT:
            shape[name] = written

    def _put_nested(self, shape: Json, path: Path, written: Any) -> None:
        """`a.b` as {"a": {"b": …}}, under "properties" where the switch says so."""
        names = [step.name for step in path.steps]
        if self.switches.paths_dotted == "under-properties":
            names.insert(0, "properties")
        for name in names[:-1]:
            inner = shape.setdefault(name, {})
            if not isinstance(inner, dict):  # `paths=owner,owner.id` with a null owner
                return
            shape = inner
        self._put(shape, names[-1], written)


def _time(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M}Z"
