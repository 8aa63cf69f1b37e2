"""One state of the simulated Calpendo: rows by type and id. A state is never changed; edits make another."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import Enum
from typing import Protocol, TypeAlias, runtime_checkable
from zoneinfo import ZoneInfo

from .overlay import Overlay
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


@runtime_checkable
class Calendar(Protocol):
    """Bookings that are kept by their start, so that a window of them is found without looking at all."""

    def starting(self, earliest: datetime | None, latest: datetime | None) -> Iterable[Row]:
        """Those that start from `earliest` to `latest`, both included, by the site's wall clock."""
        ...


@dataclass(frozen=True, slots=True)
class World:
    """All rows of one moment, the site's zone, and what the service account may not read.

    `hidden` keeps, per hidden field, the value that was last readable, or NEVER_SEEN; `vanished` the rows that are
    there and cannot be seen at all, as after a change of the account's rights.
    """

    zone: ZoneInfo
    tables: Mapping[str, Overlay[Row]]
    hidden: Mapping[HiddenKey, Value | Mark] = field(default_factory=dict)
    vanished: Mapping[tuple[str, str], Row] = field(default_factory=dict)

    def find(self, type_name: str, row_id: str) -> Row | None:
        """The row of this type (or of one of its sub-types) with this id."""
        table = self.tables.get(table_of(type_name))
        row = table.get(row_id) if table is not None else None
        return row if row is not None and _is_of(row, type_name) else None

    def rows(self, type_name: str) -> list[Row]:
        """All rows of a type, those of its sub-types included, in the order they were made."""
        table = self.tables.get(table_of(type_name))
        return [row for row in table.values() if _is_of(row, type_name)] if table is not None else []

    def starting(self, type_name: str, earliest: datetime | None, latest: datetime | None) -> list[Row]:
        """Rows of a kind of booking: at least those that start from `earliest` to `latest` (wall clock)."""
        table = self.tables.get(table_of(type_name))
        if table is None or not isinstance(table.first, Calendar):
            return self.rows(type_name)
        unchanged = (row for row in table.first.starting(earliest, latest) if row.id not in table.over)
        return [row for row in (*unchanged, *table.added()) if _is_of(row, type_name)]

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
        return self._changed({(table_of(row.type_name), row.id): row for row in rows})

    def without(self, rows: Iterable[Row]) -> "World":
        """Another state that lacks these rows."""
        gone = {(table_of(row.type_name), row.id) for row in rows}
        hidden = {key: value for key, value in self.hidden.items() if key[:2] not in gone}
        return replace(self._changed(dict.fromkeys(gone)), hidden=hidden)

    def with_hidden(self, hidden: Mapping[HiddenKey, Value | Mark]) -> "World":
        """Another state in which exactly these fields are hidden."""
        return replace(self, hidden=hidden)

    def with_vanished(self, row: Row) -> "World":
        """Another state in which this row cannot be seen, whatever refers to it."""
        key = (table_of(row.type_name), row.id)
        return replace(self._changed({key: None}), vanished={**self.vanished, key: row})

    def with_returned(self, row: Row) -> "World":
        """Another state in which a vanished row is seen again."""
        key = (table_of(row.type_name), row.id)
        left = {each: kept for each, kept in self.vanished.items() if each != key}
        return replace(self._changed({key: row}), vanished=left)

    def _changed(self, changes: Mapping[tuple[str, str], Row | None]) -> "World":
        by_table: defaultdict[str, dict[str, Row | None]] = defaultdict(dict)
        for (name, row_id), row in changes.items():
            by_table[name][row_id] = row
        tables = dict(self.tables)
        for name, changed in by_table.items():
            tables[name] = tables.get(name, Overlay({})).changed(changed)
        return replace(self, tables=tables)


def _is_of(row: Row, type_name: str) -> bool:
    return row.type_name == type_name or table_of(row.type_name) == type_name


def world_of(
    rows: Iterable[Row],
    zone: ZoneInfo,
    hidden: Mapping[HiddenKey, Value | Mark] | None = None,
    bookings: Mapping[str, Row] | None = None,
) -> World:
    """A state made of these rows, in their order; `bookings` are those that are made when they are asked for."""
    tables: defaultdict[str, dict[str, Row]] = defaultdict(dict)
    for row in rows:
        tables[table_of(row.type_name)][row.id] = row
    every: dict[str, Mapping[str, Row]] = dict(tables)
    if bookings is not None:
        every[BOOKING] = bookings
    return World(zone, {name: Overlay(table) for name, table in every.items()}, dict(hidden or {}))
