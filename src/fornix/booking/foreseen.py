"""What a decision would do, found out by making it and taking it back: a page shows it before somebody confirms."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.db import transaction

Result = TypeVar("Result")


def foresee(decide: Callable[[], Result]) -> Result:
    """The result of `decide`, whose changes and Events are rolled back. It refuses as it would refuse in earnest."""
    with transaction.atomic():
        result = decide()
        transaction.set_rollback(True)
    return result
