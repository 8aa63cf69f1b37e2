"""Lists of arrivals as an actor may see them: states, filters, pages, counts. Read only.

Above `catalog`, because what state an arrival is in is this package's to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery

from fornix.access.actors import Actor
from fornix.access.policy import Action
from fornix.access.visibility import projects_for, visible_sessions
from fornix.audit.events import Verb
from fornix.catalog.arrivals import BY_ID, named_label, named_projects, told_by, visible_arrivals
from fornix.catalog.keyset import Listing, Slice, Window, cut
from fornix.ingest.names import printable
from fornix.ingest.states import ArrivalState, with_state
from fornix.models import Arrival, Event, File, Project

KINDS = ("study", "no-study", "MEG", "EEG", "beside", "nothing")
SOURCES = ("dicom", "browser", "push", "rest", "inbox", "import")
LATELY = 1_000  # filings that are searched for what became of an arrival
_STATE = ("state",)  # the annotation, by a name that type checkers do not take for a field's
SORTS = {"received": F("received_at"), "files": F("file_count"), "size": F("byte_count")}
TEXTS = (
    "came_from",
    "project_label",
    "subject_label",
    "session_label",
    "group",
    "refusal",
    "facts__description",
    "facts__station",
)


@dataclass(frozen=True, slots=True)
class ArrivalFilter:
    """Which arrivals are wanted; what is empty does not matter. Without a state: all but the deleted ones."""

    state: ArrivalState | None = None
    source: str = ""
    sender: str = ""  # a sender's name
    kind: str = ""
    project: str = ""  # the one that it names


@dataclass(frozen=True, slots=True)
class GuessLine:
    """A project that an arrival may belong to, which the reader may add data to."""

    project: str
    target: str  # as `file_to` takes it
    why: str


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


@dataclass(frozen=True, slots=True)
class ArrivalCounts:
    """How many the actor sees, by state."""

    by_state: Mapping[ArrivalState, int] = field(default_factory=dict)

    def of(self, *states: ArrivalState) -> int:
        """In these states together."""
        return sum(self.by_state.get(state, 0) for state in states)

    @property
    def present(self) -> int:
        """All but the deleted ones."""
        return sum(self.by_state.values()) - self.of(ArrivalState.DELETED)


def arrival_counts(actor: Actor, *, at: datetime, quiet: timedelta) -> ArrivalCounts:
    """How many there are of each state."""
    rows = with_state(visible_arrivals(actor), at=at, quiet=quiet).order_by()
    counted = rows.values(*_STATE).annotate(count=Count("pk"))
    return ArrivalCounts({ArrivalState(row["state"]): row["count"] for row in counted})


def arrival_lines(
    actor: Actor, wanted: ArrivalFilter, window: Window, *, at: datetime, quiet: timedelta
) -> Listing[ArrivalLine]:
    """A page of those wanted, with how many match and how many there are in that state."""
    rows = with_state(visible_arrivals(actor), at=at, quiet=quiet)
    in_state = _in_state(rows, wanted.state)
    matching = _filtered(in_state, wanted, window.text)
    page = cut(_told(matching), SORTS[window.sort], window)
    guesses = visible_guesses(actor, page.rows)
    lines = tuple(line_of(row, guesses[row.pk]) for row in page.rows)
    return Listing(Slice(lines, page.previous, page.next), matching.count(), in_state.count())


def find_line(actor: Actor, arrival_id: str, *, at: datetime, quiet: timedelta) -> ArrivalLine | None:
    """One of them; None when there is none that the actor sees."""
    if "\0" in arrival_id:
        return None
    rows = with_state(visible_arrivals(actor).filter(pk=arrival_id), at=at, quiet=quiet)
    row = _told(rows).first()
    return line_of(row, visible_guesses(actor, [row])[row.pk]) if row else None


def find_filed(actor: Actor, arrival_id: str) -> str:
    """The accession of the session that an arrival was filed as lately, where the actor may see it; else empty."""
    lately = Event.objects.filter(verb=Verb.SESSION_FILED).order_by("-pk")[:LATELY]
    filed = dict(lately.values_list("details__arrival", "session"))
    session = filed.get(arrival_id)
    row = visible_sessions(actor).filter(pk=session).first() if session else None
    return row.accession if row else ""


def visible_guesses(actor: Actor, rows: Iterable[Arrival]) -> dict[str, tuple[GuessLine, ...]]:
    """Of each arrival, the guesses that the actor could follow: others would tell of projects that are not theirs."""
    guessed = {row.pk: _guesses(row.guesses) for row in rows}
    if actor.is_administrator:
        return guessed
    named = named_projects(guess.target for guesses in guessed.values() for guess in guesses)
    keys = {project.pk for project in named.values()}
    mine = set(projects_for(actor, Action.DATA_ADD).filter(pk__in=keys).values_list("pk", flat=True))
    return {
        pk: tuple(guess for guess in guesses if _is_among(named.get(guess.target), mine))
        for pk, guesses in guessed.items()
    }


def _is_among(project: Project | None, mine: set[int]) -> bool:
    return project is not None and project.pk in mine


def _guesses(written: object) -> tuple[GuessLine, ...]:
    rows: Sequence[object] = written if isinstance(written, list) else []
    return tuple(guess for row in rows if isinstance(row, dict) for guess in _guess(row))


def _guess(row: Mapping[str, object]) -> tuple[GuessLine, ...]:
    project, booked = str(row.get("project") or ""), str(row.get("booking_project") or "")
    target = f"{BY_ID}{booked}" if booked else project
    return (GuessLine(project or target, target, printable(str(row.get("why") or ""))),) if target else ()


def _in_state(rows: QuerySet[Arrival], state: ArrivalState | None) -> QuerySet[Arrival]:
    return rows.filter(deleted_at__isnull=True) if state is None else rows.filter(Q(state=state))


def _filtered(rows: QuerySet[Arrival], wanted: ArrivalFilter, text: str) -> QuerySet[Arrival]:
    if wanted.source:
        rows = rows.filter(upload__source=wanted.source)
    if wanted.sender:
        rows = rows.filter(sender__name=wanted.sender)
    if wanted.kind:
        rows = rows.filter(group__startswith=f"{wanted.kind}:")
    if wanted.project:
        rows = rows.filter(
            Q(project_label=wanted.project) | Q(project_label="", sender__project_label=wanted.project)
        )
    for word in text.split():
        holds = Q()
        for name in TEXTS:
            holds |= Q(**{f"{name}__icontains": word})
        rows = rows.filter(holds)
    return rows


def _told(rows: QuerySet[Arrival]) -> QuerySet[Arrival]:
    first = File.objects.filter(arrival=OuterRef("pk")).order_by("pk").values("name")[:1]
    return rows.select_related("upload__account", "sender").annotate(first_file=Subquery(first))


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
