"""The activity feed: filings in projects that a person may read, newest first.

Each project says by its index where its newest filing is, so the filings of other people's projects are never passed,
and no more keys are fetched than a page's length squared. Passed, inside the database, are the Events of other kinds
(members, settings) among a project's newest filings: few where people scan; all of that project's where less than a
page was ever filed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Concat

from fornix.access.actors import Actor
from fornix.access.visibility import readable_projects
from fornix.audit.events import Verb
from fornix.catalog.keyset import Slice
from fornix.models import Event, Project

PAGE = 20


@dataclass(frozen=True, slots=True)
class FeedLine:
    """One filing."""

    id: int
    at: datetime
    project: str
    subject: str
    session: str
    accession: str
    modality: str
    scans: int
    files: int
    bytes: int
    is_late: bool


def activity(
    actor: Actor, *, project_id: int | None = None, before: int | None = None, size: int = PAGE
) -> Slice[FeedLine]:
    """A page of the feed: filings older than the Event `before`; `next` is the key of the older ones."""
    projects = readable_projects(actor)
    if project_id is not None:
        projects = projects.filter(pk=project_id)
    found = _newest(projects, before, size + 1)
    events = (
        Event.objects.filter(pk__in=found[:size], session__visible_at__isnull=False)
        .select_related("session__project", "session__subject")
        .order_by("-pk")
    )
    return Slice(
        tuple(map(_line, events)),
        next=found[size - 1] if len(found) > size else None,
    )


def _newest(projects: QuerySet[Project], before: int | None, size: int) -> list[int]:
    """The ids of the newest `size` filings in these projects."""
    earlier = Event.objects.filter(verb=Verb.SESSION_FILED.value, session__isnull=False)
    if before is not None:
        earlier = earlier.filter(pk__lt=before)
    of_project = earlier.filter(project=OuterRef("pk")).order_by("-pk").values("pk")
    # The newest `size` filings lie in the `size` projects with the newest ones ...
    latest = dict(
        projects.order_by()
        .annotate(newest=Subquery(of_project[:1]))
        .filter(newest__isnull=False)
        .order_by("-newest")
        .values_list("pk", "newest")[:size]
    )
    if not latest:
        return []
    # ... and are not older than the oldest of these, nor than any project's own `size`th newest.
    full = (
        Project.objects.filter(pk__in=latest)
        .annotate(last=Subquery(of_project[size - 1 : size]))
        .values_list("last", flat=True)
    )
    bounds = [last for last in full if last is not None]
    if len(latest) == size:
        bounds.append(min(latest.values()))
    # By this no project has more than `size`. The verb stands in an expression, and there is no order, because the
    # database is to go by project: by verb it would pass the filings of everybody else.
    near = Event.objects.alias(told=Concat("verb", Value(""))).filter(
        told=Verb.SESSION_FILED.value,
        session__isnull=False,
        project_id__in=latest,
        pk__gte=max(bounds, default=0),
    )
    if before is not None:
        near = near.filter(pk__lt=before)
    return sorted(near.order_by().values_list("pk", flat=True), reverse=True)[:size]


def _line(event: Event) -> FeedLine:
    session = event.session
    assert session is not None  # the filing Events without a session are not read
    told = event.details
    return FeedLine(
        id=event.pk,
        at=event.at,
        project=session.project.label,
        subject=session.subject.label,
        session=session.label,
        accession=session.accession,
        modality=session.modality,
        scans=int(told.get("scans", 0)),
        files=int(told.get("files", 0)),
        bytes=int(told.get("bytes", 0)),
        is_late=bool(told.get("late", False)),
    )
