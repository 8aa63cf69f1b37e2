"""Pure: the lists as they came -> typed rows, by the names that the site chose."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from fornix.booking.answer import Answer, PersonRow, read_person, read_project, read_resource
from fornix.booking.config import CalpendoConfig
from fornix.booking.fetch_lists import Lists, Row
from fornix.booking.wire import Spelling

_Typed = TypeVar("_Typed")


def read_lists(lists: Lists, config: CalpendoConfig, spelling: Spelling) -> Answer:
    """The lists as typed rows."""
    projects = lists.projects
    sources = tuple(source for source in config.pi if source.property not in projects.refused)
    scanners, lost_scanners = _typed(lists.resources.rows, read_resource, "resource")
    project_rows, lost_projects = _typed(
        projects.rows, lambda row: read_project(row, spelling, sources, scanners, config.fields), "project"
    )
    people, lost_people = _kept(read_people(lists.people.rows, config, spelling), "user")
    raw = (lists.resources, lists.projects, lists.people)
    return Answer(
        projects=project_rows,
        people=people,
        resources=scanners,
        flaws=(
            *(flaw for each in raw for flaw in each.flaws), *lost_scanners, *lost_projects, *lost_people
        ),
        notes=tuple(note for each in raw for note in each.notes),
        spells_hidden=spelling.null_means_empty,
        refused=frozenset(
            (
                *(f"project {each}" for each in projects.refused),
                *(f"person {each}" for each in lists.people.refused),
            )
        ),
    )  # fmt: skip


def read_people(
    rows: Sequence[Row], config: CalpendoConfig, spelling: Spelling
) -> Sequence[PersonRow | None]:
    """Users as typed rows; None for what has no id."""
    leads = tuple(source.property for source in config.pi if source.kind == "person")
    return [read_person(row, spelling, leads, config.fields) for row in rows]


def _typed(
    rows: Sequence[Row], read: Callable[[Row], _Typed | None], what: str
) -> tuple[tuple[_Typed, ...], tuple[str, ...]]:
    return _kept([read(row) for row in rows], what)


def _kept(found: Sequence[_Typed | None], what: str) -> tuple[tuple[_Typed, ...], tuple[str, ...]]:
    kept = tuple(row for row in found if row is not None)
    return kept, (() if len(kept) == len(found) else (f"a {what} has no id",))
