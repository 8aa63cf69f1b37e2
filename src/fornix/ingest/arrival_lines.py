"""An arrival as one line of a list: what it is, where it stands, where it came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from fornix.catalog.arrivals import named_label, told_by
from fornix.ingest.arrival_guesses import GuessLine
from fornix.ingest.names import printable
from fornix.ingest.reach import RECOVERED
from fornix.ingest.states import ArrivalState
from fornix.models import Arrival

KINDS = ("study", "no-study", "MEG", "EEG", "beside", "nothing")
SOURCES = ("dicom", "browser", "push", "rest", "inbox", "import", RECOVERED)


@dataclass(frozen=True, slots=True)
class ArrivalLine:
    """One arrival. `reason`: why it waits; what its headers say is as last read, and may be empty."""

    id: str
    state: ArrivalState
    kind: str  # study, no-study, MEG, EEG, beside or nothing
    subject: str
    session: str
    modality: str
    description: str
    station: str
    acquired_on: date | None
    first_file: str
    reason: str
    destination: str
    guesses: tuple[GuessLine, ...]
    source: str
    came_from: str
    files: int
    bytes: int
    received_at: datetime
    last_byte_at: datetime
    deleted_at: datetime | None

    @property
    def best(self) -> GuessLine | None:
        """The guess to offer with one click."""
        return self.guesses[0] if self.guesses else None


def line_of(row: Arrival, guesses: tuple[GuessLine, ...]) -> ArrivalLine:
    """A row with what `with_state` and the list put there besides."""
    told = told_by(row.group)
    facts = row.facts if isinstance(row.facts, dict) else {}
    extra = vars(row)  # what annotate() put there is not on the class
    return ArrivalLine(
        id=row.pk,
        state=ArrivalState(extra["state"]),
        kind=told.kind,
        subject=row.subject_label or printable(told.subject) or _text(facts, "subject"),
        session=row.session_label or _text(facts, "session"),
        modality=_text(facts, "modality"),
        description=_text(facts, "description"),
        station=_text(facts, "station"),
        acquired_on=_day(facts) or told.on,
        first_file=printable(extra["first_file"] or ""),
        reason=printable(row.refusal),
        destination=printable(named_label(row)),
        guesses=guesses,
        source=row.upload.source,
        came_from=_came_from(row),
        files=row.file_count,
        bytes=row.byte_count,
        received_at=row.received_at,
        last_byte_at=row.last_byte_at,
        deleted_at=row.deleted_at,
    )


def _came_from(row: Arrival) -> str:
    """A sender by its name, a person by theirs, a folder or an address as it is."""
    account = row.upload.account
    person = (account.name or account.username) if account else ""
    return row.sender.name if row.sender else person or printable(row.came_from)


def _text(facts: Mapping[str, object], name: str) -> str:
    """As it may be shown: what controls terminals, or turns the direction of text, is a `?`."""
    value = facts.get(name)
    return printable(value) if isinstance(value, str) else ""


def _day(facts: Mapping[str, object]) -> date | None:
    try:
        return date.fromisoformat(_text(facts, "acquired_on"))
    except ValueError:
        return None
