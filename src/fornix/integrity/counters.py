"""Counters against what they count. The database compares; only what is wrong leaves it, in parts of a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import models, transaction
from django.db.models import Count, F, Max, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from fornix.integrity.findings import Finding
from fornix.models import Arrival, File, ImagingSession, Project, Resource, Scan, Subject

_ROWS_AT_ONCE = 5_000
_PROJECT_OF: dict[type[models.Model], str] = {
    Resource: "session__project",
    Scan: "session__project",
    ImagingSession: "project",
    Subject: "project",
}


@dataclass(frozen=True, slots=True)
class Counted:
    """A table, and the truth about each of its counters as the database works it out."""

    model: type[models.Model]
    truths: Mapping[str, models.expressions.Combinable]


def _count(rows: models.QuerySet[Any], parent: str, what: models.Aggregate) -> Coalesce:
    """One number for each outer row, over the rows that name it as `parent`."""
    mine = rows.filter(**{parent: OuterRef("pk")}).order_by().values(parent)
    return Coalesce(
        Subquery(mine.annotate(truth=what).values("truth")), 0, output_field=models.BigIntegerField()
    )


def _files(parent: str) -> dict[str, models.expressions.Combinable]:
    files = File.objects.all()
    return {
        "file_count": _count(files, parent, Count("pk")),
        "byte_count": _count(files, parent, Sum("blob__length")),
    }


def _sessions(parent: str) -> dict[str, models.expressions.Combinable]:
    visible = ImagingSession.objects.filter(visible_at__isnull=False)
    return {
        "session_count": _count(visible, parent, Count("pk")),
        "file_count": _count(visible, parent, Sum("file_count")),
        "byte_count": _count(visible, parent, Sum("byte_count")),
    }


# What counts others' counters comes after them.
COUNTERS = (
    Counted(Resource, _files("resource")),
    Counted(Scan, _files("resource__scan")),
    Counted(
        ImagingSession,
        _files("resource__session") | {"scan_count": _count(Scan.objects.all(), "session", Count("pk"))},
    ),
    Counted(Arrival, _files("arrival")),
    Counted(Subject, _sessions("subject")),
    Counted(
        Project,
        _sessions("project")
        | {"subject_count": _count(Subject.objects.filter(session_count__gt=0), "project", Count("pk"))},
    ),
)


def check_counters() -> Iterator[Finding]:
    """Every counter that is wrong, and every last change that is older than it can be."""
    for counted in COUNTERS:
        for rows in _parts(counted.model):
            for name, truth in counted.truths.items():
                wrong = rows.annotate(truth=truth).exclude(**{name: F("truth")})
                for pk, is_, should in list(wrong.order_by("pk").values_list("pk", name, "truth")):
                    yield Finding(
                        "counter",
                        f"{counted.model.__name__} {pk}",
                        f"{name} says {is_}, there are {should}",
                        partial(mend_counter, counted, pk, name),
                    )
    yield from _last_changes()


def mend_counter(counted: Counted, pk: object, name: str) -> str:
    """Counts anew, while nobody can file into the project."""
    with transaction.atomic():
        row = _locked(counted.model, pk)
        if row is None:
            return "it is gone"
        mine = counted.model._default_manager.filter(pk=pk)
        mine.update(**{name: counted.truths[name]})
        return f"{name} is {mine.values_list(name, flat=True)[0]} now"


def count_anew(rows: models.QuerySet[Any]) -> None:
    """Sets all counters of these rows of one table, in the caller's transaction."""
    counted = next(each for each in COUNTERS if each.model is rows.model)
    for name, truth in counted.truths.items():
        rows.update(**{name: truth})


def mend_last_changes() -> None:
    """Sets every last change that is older than it can be, in the caller's transaction."""
    for finding in _last_changes():
        if finding.mend is not None:
            finding.mend()


def _locked(model: type[models.Model], pk: object) -> models.Model | None:
    """The row. Filing locks its project, receiving its arrival, before they count."""
    mine = model._default_manager.filter(pk=pk)
    holder = _PROJECT_OF.get(model)
    if holder:
        Project.objects.select_for_update().filter(pk__in=list(mine.values_list(holder, flat=True))).first()
    return mine.select_for_update().first()


def _parts(model: type[models.Model]) -> Iterator[models.QuerySet[Any]]:
    """The table in ranges of keys, so that no query lasts long; one with keys of text in one go."""
    rows = model._default_manager.all()
    last = rows.aggregate(last=Max("pk"))["last"]
    if not isinstance(last, int):
        yield rows
        return
    for first in range(0, last, _ROWS_AT_ONCE):
        yield rows.filter(pk__gt=first, pk__lte=first + _ROWS_AT_ONCE)


def _last_changes() -> Iterator[Finding]:
    """A subject and a project changed no earlier than their sessions."""
    for model, parent in ((Subject, "subject"), (Project, "project")):
        for rows in _parts(model):
            newest = Max("sessions__changed_at", filter=Q(sessions__visible_at__isnull=False))
            for pk in list(
                rows.annotate(newest=newest).filter(newest__gt=F("changed_at")).values_list("pk", flat=True)
            ):
                yield Finding(
                    "counter",
                    f"{model.__name__} {pk}",
                    "changed_at is older than its newest session",
                    partial(_mend_last_change, model, parent, pk),
                )


def _mend_last_change(model: type[models.Model], parent: str, pk: int) -> str:
    sessions = ImagingSession.objects.filter(visible_at__isnull=False, **{parent: pk})
    newest = sessions.aggregate(newest=Max("changed_at"))["newest"]
    model._default_manager.filter(pk=pk, changed_at__lt=newest).update(changed_at=newest)
    return "it is that of its newest session now"
