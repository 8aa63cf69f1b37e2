"""What a check finds, and what it works on. Knows no check."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from fornix.errors import Refused
from fornix.storage.store import Store


class CannotMend(Refused):
    """Nothing here can put this right."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One disagreement. `mend`, where there is one, puts it right and says what it did; it raises CannotMend."""

    kind: str  # counter | row | bytes_missing | bytes_extra | length | hash | temporary | manifest
    where: str
    detail: str
    mend: Callable[[], str] | None = field(default=None, compare=False, repr=False)


def _nobody(_kind: str, _count: int) -> None:
    """Nobody waits for news."""


@dataclass(frozen=True, slots=True)
class Inspection:
    """What is looked at: the store, the time, where else good bytes may lie, and who is told how far it is."""

    store: Store
    at: datetime
    spare: Store | None = None  # the bytes of a backup
    tell: Callable[[str, int], None] = _nobody  # what is counted, and how many of it so far
