"""One way to show a name, and the way back from what was shown."""

from __future__ import annotations

import pytest

from fornix.catalog.person_names import full_name, readings_of

NAMES = [
    ("Seán", "Ó Briain", "Seán Ó Briain"),
    ("Minh Anh", "Đặng", "Minh Anh Đặng"),
    ("민준", "김", "김민준"),
    ("小明", "王", "王小明"),
    ("さくら", "佐々木", "佐々木さくら"),
    ("John", "王", "John 王"),
    ("Plato", "", "Plato"),
    ("", "김", "김"),
    ("", "", ""),
]


@pytest.mark.parametrize(("given", "family", "shown"), NAMES, ids=[shown or "nobody" for *_, shown in NAMES])
def test_a_name_is_shown_in_the_order_of_its_script(given, family, shown):
    assert full_name(given, family) == shown


@pytest.mark.parametrize(("given", "family", "shown"), NAMES[:6], ids=[shown for *_, shown in NAMES[:6]])
def test_a_name_as_shown_leads_back_to_its_parts(given, family, shown):
    assert (given, family) in readings_of(shown)
