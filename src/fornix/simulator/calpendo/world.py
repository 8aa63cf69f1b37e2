"""One state of the simulated Calpendo: rows by type and id. A state is never changed; edits make another."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import TypeAlias
from zoneinfo import ZoneInfo

from .schema import BOOKING, PROJECT, USER, table_of


@dataclass(frozen=True, slots=True)
class Range:
    """A booked time by the site's wall clock (no zone); half-open."""

    start: datetime
    finish: datetime


class Mark(Enum):
    """HIDDEN: the account may not read it. NEVER_SEEN: hidden since before anybody could look."""

    HIDDEN = "hidden"
    NEVER_SEEN = "never seen"


# References are kept as the id of their target, sets as tuples of ids.
Value: TypeAlias = str | int | bool | date | datetime | Range | tuple[str, ...] | None
HiddenKey: TypeAlias = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Row:
    """One object. `display` replaces the usual display text, as a site's own format may."""

    type_name: str
    id: str
    values: Mapping[str, Value]
    display: str | None = None

    @property
    def formatted_name(self) -> str:
        """Calpendo's display text for this object."""
        if self.display is not None:
            return self.display
        return _formatted_name(self)


def _formatted_name(row: Row) -> str:
    values = row.values
    table = table_of(row.type_name)
    if table == BOOKING:
        span = values.get("dateRange")
        assert isinstance(span, Range)
        return f"[{span.start:%Y-%m-%d %H:%M:%S}.0, {span.finish:%Y-%m-%d %H:%M:%S}.0]"
    if table == USER:
        return " ".join(str(part) for part in (values.get("givenName"), values.get("familyName")) if part)
    name = str(values.get("name") or "")
    if table == PROJECT and values.get("projectCode"):
        return f"{values['projectCode']} ({name})"
    return name


@dataclass(frozen=True, slots=True)
class World:
    """All rows of one moment, the site's zone, and what the service account may not read.

    `hidden` keeps, per hidden field, the value that was last readable, or NEVER_SEEN.
    """

    zone: ZoneInfo
    tables: Mapping[str, Mapping[str, Row]]
    hidden: Mapping[HiddenKey, Value | Mark] = field(default_factory=dict)

    def find(self, type_name: str, row_id: str) -> Row | None:
        """The row of this type (or of one of its sub-types) with this id."""
        row = self.tables.get(table_of(type_name), {}).get(row_id)
        if row is None or type_name not in {row.type_name, table_of(row.type_name)}:
            return None
        return row

    def rows(self, type_name: str) -> list[Row]:
        """All rows of a type, those of its sub-types included, in the order they were made."""
        every = self.tables.get(table_of(type_name), {}).values()
        return [row for row in every if type_name in {row.type_name, table_of(row.type_name)}]

    def value(self, row: Row, name: str) -> Value | Mark:
        """What the service account reads in this property; HIDDEN where it may not."""
        if name == "id":
            return row.id
        if name == "biskitType":
            return row.type_name
        if name == "formattedName":
            return row.formatted_name
        if (table_of(row.type_name), row.id, name) in self.hidden:
            return Mark.HIDDEN
        return row.values.get(name)

    def with_rows(self, rows: Iterable[Row]) -> "World":
        """Another state in which these rows replace those of the same id, or are new."""
        tables = {name: dict(table) for name, table in self.tables.items()}
        for row in rows:
            tables.setdefault(table_of(row.type_name), {})[row.id] = row
        return World(self.zone, tables, self.hidden)

    def without(self, rows: Iterable[Row]) -> "World":
        """Another state that lacks these rows."""
        gone = {(table_of(row.type_name), row.id) for row in rows}
        tables = {
            name: {row_id: row for row_id, row in table.items() if (name, row_id) not in gone}
            for name, table in self.tables.items()
        }
        hidden = {key: value for key, value in self.hidden.items() if key[:2] not in gone}
        return World(self.zone, tables, hidden)

    def with_hidden(self, hidden: Mapping[HiddenKey, Value | Mark]) -> "World":
        """Another state in which exactly these fields are hidden."""
        return World(self.zone, self.tables, hidden)


def world_of(
    rows: Iterable[Row], zone: ZoneInfo, hidden: Mapping[HiddenKey, Value | Mark] | None = None
) -> World:
    """A state made of these rows, in their order."""
    tables: defaultdict[str, dict[str, Row]] = defaultdict(dict)
    for row in rows:
        tables[table_of(row.type_name)][row.id] = row
    return World(zone, dict(tables), dict(hidden or {}))
