"""A list's sort, filter and page in the address: read from a request, and written as links. Knows no tables."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest

from fornix.catalog.keyset import Key, Window
from fornix.errors import Invalid

TEXT_LENGTH = 200
KEY_LIMIT = 2**63


@dataclass(frozen=True, slots=True)
class Sorting:
    """What a list can be sorted by, and how it is when nobody chose. `falling` columns begin with the largest."""

    columns: Collection[str]
    default: str
    falling: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Links:
    """The addresses of a list's other pages and orders, seen from the one shown."""

    path: str
    window: Window
    sorting: Sorting
    kept: tuple[tuple[str, str], ...] = ()  # parameters that are none of the list's, and stay

    def sorted_by(self, column: str) -> str:
        """The same list by another column; by the same column, the other way round."""
        falls = column in self.sorting.falling
        if column == self.window.sort:
            falls = not self.window.descending
        return self._address(self._order(column, falls=falls))

    def after(self, key: Key) -> str:
        """The page that follows."""
        return self._address(
            [*self._order(self.window.sort, falls=self.window.descending), ("after", str(key))]
        )

    def before(self, key: Key) -> str:
        """The page that precedes."""
        return self._address(
            [*self._order(self.window.sort, falls=self.window.descending), ("before", str(key))]
        )

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """What a form that filters this list sends besides: the order, and what is none of the list's."""
        return [*self.kept, *self._order(self.window.sort, falls=self.window.descending)]

    def unfiltered(self) -> str:
        """The list without the filter."""
        return f"{self.path}?{urlencode(self.parameters)}" if self.parameters else self.path

    def _order(self, column: str, *, falls: bool) -> list[tuple[str, str]]:
        usual = falls == (column in self.sorting.falling)
        if column == self.sorting.default and usual:
            return []
        return [("sort", column)] if usual else [("sort", column), ("order", "down" if falls else "up")]

    def _address(self, pairs: list[tuple[str, str]]) -> str:
        text = [("q", self.window.text)] if self.window.text else []
        every = [*self.kept, *text, *pairs]
        return f"{self.path}?{urlencode(every)}" if every else self.path


def window_of(
    request: HttpRequest,
    sorting: Sorting,
    *,
    size: int = 50,
    read_key: Callable[[HttpRequest, str], Key | None] | None = None,
) -> Window:
    """Which part of the list is asked for. `read_key`: how its rows' keys are read, if they are no numbers.

    Raises Invalid.
    """
    column = request.GET.get("sort", sorting.default)
    if column not in sorting.columns:
        raise Invalid(f"The list is sorted by one of: {', '.join(sorting.columns)}.")
    order = request.GET.get("order", "")
    if order not in ("", "up", "down"):
        raise Invalid("The order of a list is `up` or `down`.")
    read = read_key or key_of
    before, after = read(request, "before"), read(request, "after")
    return Window(
        sort=column,
        descending=order == "down" if order else column in sorting.falling,
        after=after if before is None else None,
        before=before,
        text=text_of(request),
        size=size,
    )


def key_of(request: HttpRequest, name: str) -> int | None:
    """The key of the row where a page begins. Raises Invalid."""
    written = request.GET.get(name, "")
    if not written:
        return None
    if not (written.isascii() and written.isdigit() and len(written) < 20 and int(written) < KEY_LIMIT):
        raise Invalid(f"A page begins after a row's number. This is not one: {name}.")
    return int(written)


def text_of(request: HttpRequest) -> str:
    """What the list is filtered by. Raises Invalid."""
    text = request.GET.get("q", "").strip()
    if len(text) > TEXT_LENGTH or "\0" in text:
        raise Invalid(f"A filter has up to {TEXT_LENGTH} characters.")
    return text


def links_of(request: HttpRequest, window: Window, sorting: Sorting, *, keep: Collection[str] = ()) -> Links:
    """The links of a list that is shown at this address; parameters named in `keep` stay in them."""
    kept = tuple((name, request.GET[name]) for name in keep if request.GET.get(name))
    return Links(request.path, window, sorting, kept)
