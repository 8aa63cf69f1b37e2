"""What is lacking, in words."""

from __future__ import annotations

import pytest

from fornix.booking.oddities import HiddenField
from fornix.booking.unresolved import Lack, Unresolved
from fornix.web.lack_words import hidden_what, hidden_where, why_unresolved


@pytest.mark.parametrize(
    ("field", "rows", "told"),
    [
        ("project owner", 37, "owner on 37 projects"),
        ("project resource settings", 1, "resource settings on 1 project"),
        ("person e-mail", 1200, "e-mail on 1,200 people"),
        ("project", 2, "project on 2 projects"),
        ("odd", 2, "odd on 2 rows"),
    ],
)
def test_a_hidden_field_is_told_with_what_it_is_of(field, rows, told):
    hidden = HiddenField(field, rows)

    assert f"{hidden_what(hidden)} on {hidden_where(hidden)}" == told


@pytest.mark.parametrize("lack", list(Lack))
def test_each_lack_has_its_words(lack):
    one = Unresolved(1, "Carol", "", lack, 0, (), ())

    assert why_unresolved(one).endswith(".")


def test_a_shared_address_is_told_with_how_many_share_it():
    one = Unresolved(1, "Carol", "lab@example.test", Lack.SHARED, 3, (), ())

    assert why_unresolved(one).startswith("3 people in Calpendo share this e-mail")
