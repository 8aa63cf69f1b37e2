"""Whether the site's manifest may be old, without reading what it holds. Knows counts and times, no row."""

from __future__ import annotations

from collections.abc import Hashable

from django.db import models
from django.db.models import Count, Max, Sum

from fornix.integrity.site_tables import TABLES, Table
from fornix.models import Blob, File, ImagingSession, Upload

# Their arrivals count them: these may be a million rows.
_COUNTED_BY_ARRIVALS = (Upload, Blob, File)


def manifests_of_sessions() -> int:
    """How many manifests of sessions were written so far: each is followed by one of the site."""
    return ImagingSession.objects.aggregate(written=Sum("manifest_number"))["written"] or 0


def site_mark() -> Hashable:
    """Becomes another value when people decide anything (each decision is an Event), a row comes or goes, a number
    is given, or a session's manifest is written. A reason to wait that only changes its words is not seen."""
    marks = [_mark(table) for table in TABLES if table.model not in _COUNTED_BY_ARRIVALS]
    return (manifests_of_sessions(), *marks)


def _mark(table: Table) -> Hashable:
    told: dict[str, models.Aggregate] = {"rows": Count("pk"), "newest": Max("pk")}
    for field in table.model._meta.concrete_fields:
        if field.primary_key or field.attname in table.left_out:
            continue
        if isinstance(field, models.DateTimeField):
            told[f"of_{field.name}"] = Max(field.name)
        elif isinstance(field, models.IntegerField):
            told[f"of_{field.name}"] = Sum(field.name)
    return tuple(table.chosen().order_by().aggregate(**told).items())
