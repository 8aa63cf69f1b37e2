"""A list's sort, filter and page in the address."""

from __future__ import annotations

import pytest

from fornix.errors import Invalid
from fornix.http.paging import Sorting, links_of, window_of

SORTING = Sorting(("code", "changed"), default="changed", falling=("changed",))


def shown(rf, query: str = ""):
    request = rf.get(f"/list?{query}")
    window = window_of(request, SORTING)
    return window, links_of(request, window, SORTING, keep=("show",))


def test_a_bare_address_is_the_usual_order(rf):
    window, _ = shown(rf)

    assert (window.sort, window.descending, window.after, window.before) == ("changed", True, None, None)


def test_the_sorted_column_turns_round_and_another_begins_as_it_should(rf):
    _, links = shown(rf)

    assert links.sorted_by("changed") == "/list?sort=changed&order=up"
    assert links.sorted_by("code") == "/list?sort=code"


def test_links_keep_the_filter_and_what_else_is_in_the_address(rf):
    _, links = shown(rf, "show=records&q=a%26b&sort=code&after=3")

    assert links.after(9) == "/list?show=records&q=a%26b&sort=code&after=9"
    assert links.unfiltered() == "/list?show=records&sort=code"


@pytest.mark.parametrize("turned", [False, True], ids=["usual", "turned"])
def test_a_link_reads_as_it_was_written(rf, turned):
    window, links = shown(rf)
    address = links.sorted_by("changed") if turned else "/list"

    again, _ = shown(rf, address.partition("?")[2])

    assert again.descending is (window.descending is not turned)


@pytest.mark.parametrize(
    "query",
    [
        "sort=evil",
        "order=sideways",
        "after=x",
        "after=-1",
        "after=%C2%B2",
        "after=9223372036854775808",
        "before=999999999999999999999999999999",
        "q=a%00b",
        f"q={'x' * 201}",
    ],
    ids=lambda query: query[:20],
)
def test_what_cannot_be_read_is_invalid(rf, query):
    with pytest.raises(Invalid):
        shown(rf, query)


def test_of_both_ends_the_one_before_holds(rf):
    window, _ = shown(rf, "after=3&before=9")

    assert (window.after, window.before) == (None, 9)
