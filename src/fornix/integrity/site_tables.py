"""What no session holds, and how it is written down: people and their rights, the mirror, what waits, the counters.

Why these tables and no others, and no secrets: docs/decisions/0012.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db import models
from django.db.models import Q

from fornix.integrity.rows import Row, row_of
from fornix.models import (
    AccessionCounter,
    Account,
    Arrival,
    Blob,
    BookingCode,
    BookingName,
    BookingPerson,
    BookingProject,
    BookingRole,
    Event,
    File,
    Identity,
    Membership,
    Override,
    Project,
    RoutingRule,
    Scanner,
    Sender,
    SiteSetting,
    Subject,
    Upload,
)

Query = Callable[[], models.QuerySet[models.Model]]


@dataclass(frozen=True, slots=True)
class Table:
    """A table, which of its rows, and the columns that stay out."""

    model: type[models.Model]
    rows: Query | None = None
    left_out: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """How its rows are marked."""
        return self.model.__name__

    @property
    def column_names(self) -> tuple[str, ...]:
        """All columns with their keys: one database's rows refer to each other by them."""
        fields = self.model._meta.concrete_fields
        return tuple(field.attname for field in fields if field.attname not in self.left_out)

    def chosen(self) -> models.QuerySet[models.Model]:
        """Its rows that are written down."""
        return self.rows() if self.rows else self.model._default_manager.all()

    def chunks(self) -> Iterable[list[Row]]:
        """Its rows by key, in parts, so that no query stays open."""
        chosen, last = self.chosen(), None
        while True:
            following = chosen.filter(pk__gt=last) if last is not None else chosen
            part = list(following.order_by("pk")[:_ROWS_AT_ONCE])
            if not part:
                return
            last = part[-1].pk
            yield [row_of(row, self.column_names) for row in part]


_ROWS_AT_ONCE = 1_000
_WAITS = ~Q(refusal="") | Q(deleted_at__isnull=False)


def _waiting() -> models.QuerySet[Arrival]:
    """Arrivals that stay for a while. What is filed in a minute would be found again by its headers."""
    return Arrival.objects.filter(_WAITS)


def _uploads() -> models.QuerySet[models.Model]:
    return Upload.objects.filter(arrivals__in=_waiting()).distinct()


def _files() -> models.QuerySet[models.Model]:
    return File.objects.filter(arrival__in=_waiting())


def _blobs() -> models.QuerySet[models.Model]:
    return Blob.objects.filter(file__arrival__in=_waiting())


def _events() -> models.QuerySet[models.Model]:
    return Event.objects.filter(session__isnull=True)


# Parents first, as they are read. They are written the other way round: see site_manifest.
TABLES = (
    Table(Account, left_out=("password", "last_login")),
    Table(Identity),
    Table(SiteSetting),
    Table(Scanner),
    Table(BookingPerson),
    Table(BookingProject),
    Table(BookingCode),
    Table(BookingName),
    Table(BookingRole),
    Table(Sender),
    Table(RoutingRule),
    Table(AccessionCounter),
    Table(Project),
    Table(Subject),
    Table(Membership),
    Table(Override),
    Table(Upload, _uploads, left_out=("owner",)),
    Table(Arrival, _waiting, left_out=("lease_owner", "lease_until")),
    Table(Blob, _blobs),
    Table(File, _files),
    Table(Event, _events),
)
BY_NAME = {table.name: table for table in TABLES}
