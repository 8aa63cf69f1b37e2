"""How many downloads run at once in this process: so many that pages still find a free thread, and so many a person."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from fornix.errors import Unavailable

THREADS = 64  # of the web process
AT_ONCE = THREADS * 3 // 4
PER_PERSON = 6
RETRY_AFTER_S = 15


class NoSlot(Unavailable):
    """Too many downloads are running here at this moment. Yours was not begun; try again in a quarter of a minute."""


class TooManyOfYours(NoSlot):
    """You have six downloads running already. Wait until one of them ends, then begin the next."""


class Slot:
    """The right to one download. Given back once, whoever ends it and however often they say so."""

    def __init__(self, slots: Slots, person: int) -> None:
        self._slots = slots
        self._person = person
        self._lock = threading.Lock()
        self._is_held = True

    def release(self) -> None:
        """Gives it back."""
        with self._lock:
            was_held, self._is_held = self._is_held, False
        if was_held:
            self._slots.give_back(self._person)


class Slots:
    """A fixed number of slots, of which nobody gets more than their share. For any number of threads."""

    def __init__(self, at_once: int = AT_ONCE, per_person: int = PER_PERSON) -> None:
        self._at_once = at_once
        self._per_person = per_person
        self._lock = threading.Lock()
        self._taken: Counter[int] = Counter()

    def take(self, person: int) -> Slot:
        """Takes one for a person, by their account's key. Raises TooManyOfYours or NoSlot."""
        with self._lock:
            if self._taken[person] >= self._per_person:
                raise TooManyOfYours
            if self._taken.total() >= self._at_once:
                raise NoSlot
            self._taken[person] += 1
        return Slot(self, person)

    @contextmanager
    def taken_until_sending(self, person: int) -> Iterator[Slot]:
        """Takes one, and gives it back if what follows fails: after that whoever sends must."""
        slot = self.take(person)
        try:
            yield slot
        except BaseException:
            slot.release()
            raise

    def give_back(self, person: int) -> None:
        """Ends one download of a person; called by its Slot."""
        with self._lock:
            self._taken[person] -= 1
            if self._taken[person] <= 0:
                del self._taken[person]
