"""What the files of an arrival say of where it belongs. Values only: no rows are read here, and no clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType

NO_VALUES: Mapping[str, tuple[str, ...]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Span:
    """From the first to the last acquisition, as instants; both are the same where only one is told."""

    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Machine:
    """Which scanner acquired it, as far as an administrator said how files and senders tell that.

    `scanner_id`: the row of the bookable resource, None where nobody said which it is. `clock_ahead_s`: how far its
    clock is ahead, which the times of the evidence are already corrected by; negative: behind.
    """

    scanner_id: int | None = None
    scanner: str = ""
    sender_id: int | None = None
    clock_ahead_s: int = 0


NOWHERE = Machine()


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the files say.

    `spans`: when it was acquired, as instants. Empty where no time is told; two where the clock's hour came twice or
    never came (the ends of summer time), the likelier first.
    """

    study_uid: str = ""
    patient_id: str = ""
    recording_uids: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()  # project codes, strongest first
    assigned: frozenset[str] = frozenset()  # those of them that stand behind `Project:`
    acquired_on: date | None = None  # as written
    spans: tuple[Span, ...] = ()
    machine: Machine = NOWHERE
    station_name: str = ""
    modality: str = ""
    # What site rules may ask for: DICOM keyword -> the different values that the headers have.
    values: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: NO_VALUES)

    @property
    def first_at(self) -> datetime | None:
        """The first acquisition; None where no time is told."""
        return self.spans[0].first_at if self.spans else None

    @property
    def last_at(self) -> datetime | None:
        """The last acquisition; None where no time is told."""
        return self.spans[0].last_at if self.spans else None
