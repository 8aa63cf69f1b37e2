"""Cuts texts of Calpendo to what the mirror's columns hold, before a plan is made: what is cut is no change each time.

PostgreSQL refuses a text that is too long, and one of them would stop the mirror for good.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, TypeVar

from django.db.models import CharField, Model

if TYPE_CHECKING:
    from fornix.booking.mirror import BookedProject, BookedResource, Person

Row = TypeVar("Row", "Person", "BookedProject", "BookedResource")


def fitted(row: Row, model: type[Model]) -> Row:
    """The row with every text as long as the column of its name in `model` allows.

    An e-mail is dropped instead: cut short, it would be somebody else's.
    """
    limits = {
        field.name: field.max_length for field in model._meta.concrete_fields if isinstance(field, CharField)
    }
    cut: dict[str, Any] = {}
    for each in fields(row):
        text, limit = getattr(row, each.name), limits.get(each.name)
        if isinstance(text, str) and limit is not None and len(text) > limit:
            cut[each.name] = "" if each.name.endswith("email") else text[:limit].rstrip()
    return replace(row, **cut) if cut else row
