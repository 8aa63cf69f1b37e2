"""How many bodies are taken in at once in this process: so many that pages and downloads still find a thread."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from fornix.errors import Unavailable
from fornix.http.slots import NoSlot, Slots

AT_ONCE = 12
PER_PERSON = 6
RETRY_AFTER_S = 2

_slots = Slots(AT_ONCE, PER_PERSON)


class TooManyUploads(Unavailable):
    """Too many files are coming in at this moment. This one was not begun; try again in a few seconds."""


@contextmanager
def upload_slot(person: int) -> Iterator[None]:
    """Holds a slot while a body is taken in, for a person by their account's key. Raises TooManyUploads."""
    try:
        slot = _slots.take(person)
    except NoSlot:
        raise TooManyUploads from None
    try:
        yield
    finally:
        slot.release()
