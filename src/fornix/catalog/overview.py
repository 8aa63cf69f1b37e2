"""The list of projects that a person has access to. Counts come from the counters on the rows, never from counting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import CharField, F, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Lower, NullIf

from fornix.access.actors import Actor
from fornix.access.visibility import readable_projects, visible_projects
from fornix.catalog.keyset import Listing, Window, cut
from fornix.catalog.typed_text import is_found, typed_words
from fornix.models import Project

TITLE = Coalesce(NullIf(F("booking_project__name"), Value("")), F("name"), output_field=CharField())
PI = Coalesce(F("booking_project__pi_text"), Value(""))
SORTS: dict[str, Combinable] = {
    "code": Lower("label"),
    "title": Lower("title"),
    "pi": Lower("pi"),
    "subjects": F("subject_count"),
    "sessions": F("session_count"),
    "size": F("byte_count"),
    "changed": F("changed_at"),
}


@dataclass(frozen=True, slots=True)
class ProjectLine:
    """What a list shows of a project."""

    id: int
    code: str
    title: str
    pi: str
    status: str
    accessibility: str
    subjects: int
    sessions: int
    bytes: int
    changed_at: datetime


def project_lines(actor: Actor, window: Window) -> Listing[ProjectLine]:
    """The projects whose data the actor may read."""
    return _listing(readable_projects(actor), window)


def record_lines(actor: Actor, window: Window) -> Listing[ProjectLine]:
    """The projects of which the actor may see the record and nothing more: protected ones."""
    return _listing(records(actor), window)


def records(actor: Actor) -> QuerySet[Project]:
    """Rows whose record is visible and whose data are not."""
    return visible_projects(actor).exclude(pk__in=readable_projects(actor).values("pk"))


def _listing(projects: QuerySet[Project], window: Window) -> Listing[ProjectLine]:
    rows = projects.annotate(title=TITLE, pi=PI, status=Coalesce(F("booking_project__status"), Value("")))
    total = projects.count()
    matching = total
    if window.text:
        found = _found(rows, window.text)
        rows, matching = rows.filter(pk__in=found), len(found)
    return Listing(cut(rows, SORTS[window.sort], window).as_lines(_line), matching, total)


def _found(rows: QuerySet[Project], typed: str) -> list[int]:
    """The rows that have every word in code, title or PI, whatever accents and case.

    No database folds names alike, so all of them are read: a centre has thousands of projects.
    """
    words = typed_words(typed)
    named = rows.values_list("pk", "label", "booking_project__code", TITLE, PI)
    return [pk for pk, *texts in named.iterator() if is_found(words, *(text or "" for text in texts))]


def _line(row: Project) -> ProjectLine:
    noted = vars(row)  # what annotate() put there is not on the class
    return ProjectLine(
        id=row.pk,
        code=row.label,
        title=noted["title"],
        pi=noted["pi"],
        status=noted["status"],
        accessibility=row.accessibility,
        subjects=row.subject_count,
        sessions=row.session_count,
        bytes=row.byte_count,
        changed_at=row.changed_at,
    )
