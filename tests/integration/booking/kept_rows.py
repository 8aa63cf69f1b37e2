"""The rows of a state that many tests start from, written at once instead of made anew by the long way."""

from __future__ import annotations

from collections.abc import Sequence

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, models

Rows = list[tuple[type[models.Model], list[models.Model]]]
BATCH = 500


def read_rows() -> Rows:
    """All rows of the archive, tables that others refer to first."""
    return [(model, list(model._default_manager.order_by("pk"))) for model in _in_order_of_reference()]


def write_rows(rows: Rows) -> None:
    """Writes them into empty tables with their keys; what comes after gets later ones."""
    for model, kept in rows:
        model._default_manager.bulk_create(kept, batch_size=BATCH)
    written = [model for model, kept in rows if kept]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), written):
            cursor.execute(statement)


def _in_order_of_reference() -> Sequence[type[models.Model]]:
    waiting, ordered = list(apps.get_app_config("fornix").get_models()), []
    while waiting:
        free = [model for model in waiting if not _referred(model).intersection(waiting) - {model}]
        ordered += free
        waiting = [model for model in waiting if model not in free]
        assert free, "tables refer to each other in a circle"
    return ordered


def _referred(model: type[models.Model]) -> set[type[models.Model]]:
    return {field.related_model for field in model._meta.concrete_fields if field.is_relation}
