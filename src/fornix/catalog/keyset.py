"""Pages of a sorted list by key: where it goes on is a row, never an offset. Knows no HTTP.

The key in an address is the row's id alone: what the list is sorted by may be a name, and names stay out of addresses.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model, Q, QuerySet
from django.db.models.expressions import Combinable

Row = TypeVar("Row")
Line = TypeVar("Line")
Record = TypeVar("Record", bound=Model)
Key = int | str  # of a row; both kinds sort


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of a list is asked for. At most one of `after` and `before` is set."""

    sort: str
    descending: bool = False
    after: Key | None = None
    before: Key | None = None
    text: str = ""  # keeps only rows that contain it
    size: int = 50


@dataclass(frozen=True, slots=True)
class Slice(Generic[Row]):
    """The rows of one page, and the keys of the pages around it; None where there is none."""

    rows: tuple[Row, ...]
    previous: Key | None = None
    next: Key | None = None

    def as_lines(self, line: Callable[[Row], Line]) -> Slice[Line]:
        """The same page with each row as what a page shows of it."""
        return Slice(tuple(map(line, self.rows)), self.previous, self.next)


@dataclass(frozen=True, slots=True)
class Listing(Generic[Row]):
    """A page of a list, with how many rows match, and how many there are without the filter."""

    page: Slice[Row]
    matching: int
    total: int


def cut(rows: QuerySet[Record], sort_key: Combinable, window: Window) -> Slice[Record]:
    """One page of `rows`, sorted by `sort_key` (never NULL) and then by id.

    A page that starts at a row which is gone, or hidden by now, is the first page.
    """
    keyed = rows.annotate(sort_key=sort_key)
    anchor = window.before if window.before is not None else window.after
    value = keyed.filter(pk=anchor).values_list("sort_key", flat=True).first() if anchor is not None else None
    is_backward = window.before is not None and value is not None
    is_falling = window.descending is not is_backward
    if value is not None:
        keyed = keyed.filter(_beyond(value, anchor, is_falling=is_falling))
    sign = "-" if is_falling else ""
    found = list(keyed.order_by(f"{sign}sort_key", f"{sign}pk")[: window.size + 1])
    has_more, page = len(found) > window.size, found[: window.size]
    if is_backward:
        page.reverse()
    goes_back = has_more if is_backward else value is not None
    goes_on = True if is_backward else has_more
    return Slice(
        tuple(page),
        previous=page[0].pk if page and goes_back else None,
        next=page[-1].pk if page and goes_on else None,
    )


def _beyond(value: object, anchor: Key | None, *, is_falling: bool) -> Q:
    side = "lt" if is_falling else "gt"
    return Q(**{f"sort_key__{side}": value}) | Q(sort_key=value, **{f"pk__{side}": anchor})
