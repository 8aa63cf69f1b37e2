"""Labels in addresses: any code that the booking system knows has a page."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fornix.web.addresses import LabelConverter

converter = LabelConverter()


@pytest.mark.parametrize("label", ["2025/31", "..", ".", "a~2Fb", "~", "a\\b", "שפה", "P 001", "🧊"])
def test_a_label_comes_back_from_its_address(label):
    written = converter.to_url(label)

    assert re.fullmatch(converter.regex, written)
    assert written not in (".", "..")
    assert converter.to_python(written) == label


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1))
def test_any_label_comes_back_from_its_address(label):
    assert converter.to_python(converter.to_url(label)) == label


def test_an_ordinary_label_stays_readable():
    assert converter.to_url("2023_112-b.c") == "2023_112-b.c"
