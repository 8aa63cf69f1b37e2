"""What a site may choose is documented as it is: docs/settings.md and the example file follow the one registry."""

from __future__ import annotations

from dataclasses import fields

from tests.option_page import EXAMPLE, SETTINGS, example, settings_page

from fornix.booking.config import FieldNames, Thresholds, TypeNames
from fornix.booking.options import OPTIONS


def test_docs_tell_of_every_option_with_its_default():
    assert SETTINGS.read_text(encoding="utf-8") == settings_page(), "make docs"
    assert all(f"| `{option.key}` |" in settings_page() for option in OPTIONS)


def test_the_example_file_is_fresh():
    assert EXAMPLE.read_text(encoding="utf-8") == example(), "make docs"


def test_every_name_and_threshold_of_the_configuration_is_an_option():
    tables = {"types": TypeNames, "fields": FieldNames, "guards": Thresholds}
    wanted = {
        f"calpendo.{table}.{field.name}" for table, values in tables.items() for field in fields(values)
    }

    assert wanted <= {option.key for option in OPTIONS}
