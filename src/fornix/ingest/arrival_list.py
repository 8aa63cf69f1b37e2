"""Lists of arrivals as an actor may see them: filters, pages, counts. Read only.

Above `catalog`, because what state an arrival is in is this package's to say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery

from fornix.access.actors import Actor
from fornix.catalog.arrivals import visible_arrivals
from fornix.catalog.keyset import Listing, Slice, Window, cut
from fornix.ingest.arrival_guesses import visible_guesses
from fornix.ingest.arrival_lines import ArrivalLine, line_of
from fornix.ingest.states import ArrivalState, with_state
from fornix.models import Arrival, File

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
