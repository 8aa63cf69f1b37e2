"""Rows as plain values and back, for manifests. Knows columns and types; not what they mean."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import models

Row = dict[str, Any]


def columns(model: type[models.Model], *left_out: str) -> tuple[str, ...]:
    """The names of all columns that hold facts of their own: no key, no reference to another row."""
    return tuple(
        field.attname
        for field in model._meta.concrete_fields
        if not field.is_relation and not field.primary_key and field.attname not in left_out
    )


def row_of(instance: models.Model, names: tuple[str, ...]) -> Row:
    """These columns of a row, as JSON can hold them. Times keep their microseconds."""
    return {name: plain(getattr(instance, name)) for name in names}


def plain(value: Any) -> Any:
    """A column's value as JSON can hold it."""
    return value.isoformat() if isinstance(value, date) else value


def values_for(model: type[models.Model], row: Mapping[str, Any]) -> Row:
    """A row as it was written, for the model's columns of today. What it does not know is left out."""
    fields = {field.attname: field for field in model._meta.concrete_fields}
    return {name: fields[name].to_python(value) for name, value in row.items() if name in fields}
