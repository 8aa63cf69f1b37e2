"""The projects that an arrival may belong to, as far as its reader could follow them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fornix.access.actors import Actor
from fornix.access.policy import Action
from fornix.access.visibility import projects_for
from fornix.catalog.arrivals import BY_ID, named_projects
from fornix.ingest.names import printable
from fornix.models import Arrival, Project


@dataclass(frozen=True, slots=True)
class GuessLine:
    """A project that an arrival may belong to, which the reader may add data to."""

    project: str
    target: str  # as `file_to` takes it
    why: str


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
