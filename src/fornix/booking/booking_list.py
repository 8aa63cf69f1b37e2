"""Booked times as the mirror holds them, by when they begin. No titles: the mirror keeps none (contract 4.8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import F

from fornix.access.actors import Actor
from fornix.access.policy import require_administrator
from fornix.catalog.keyset import Slice, Window, cut
from fornix.catalog.people import person_name
from fornix.errors import Invalid
from fornix.models import Booking

# Databases end before Python's calendar does, each at another day.
EARLIEST, LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class BookedTimeLine:
    """A booked time [starts_at, ends_at). `written_*` and `zone`: as Calpendo wrote it.

    `owner` and `booker` are names, "" for nobody who is known. `subject_label`: found in the title.
    """

    id: int
    calpendo_id: str
    scanner_id: str
    scanner: str
    project_id: int | None
    project_code: str
    owner: str
    booker: str
    subject_label: str
    status: str
    is_cancelled: bool
    starts_at: datetime
    ends_at: datetime
    written_start: str
    written_end: str
    zone: str
    withdrawn_at: datetime | None


def booked_times(
    actor: Actor,
    *,
    scanner_id: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    after: int | None = None,
    size: int = 100,
) -> Slice[BookedTimeLine]:
    """Booked times that lie at least in part in [since, until), the earliest first. For administrators.

    :param scanner_id: Calpendo's id of the resource; "" for all.
    """
    require_administrator(actor)
    since, until = _comparable(since), _comparable(until)
    if since is not None and until is not None and until <= since:
        raise Invalid("The window ends before it begins: `until` is later than `since`.")
    rows = Booking.objects.select_related("scanner", "booking_project", "owner", "booker")
    if scanner_id:
        rows = rows.filter(scanner__external_id=scanner_id)
    if since is not None:
        rows = rows.filter(ends_at__gt=since)
    if until is not None:
        rows = rows.filter(starts_at__lt=until)
    return cut(rows, F("starts_at"), Window(sort="starts_at", after=after, size=size)).as_lines(_line)


def _comparable(at: datetime | None) -> datetime | None:
    """A time as every database can compare it; PostgreSQL knows no offset of 16 hours or more."""
    if at is None:
        return None
    if not EARLIEST <= at <= LATEST:
        raise Invalid(f"A window lies between the years {EARLIEST.year} and {LATEST.year}.")
    return at.astimezone(UTC)


def _line(row: Booking) -> BookedTimeLine:
    project, scanner = row.booking_project, row.scanner
    return BookedTimeLine(
        id=row.pk,
        calpendo_id=row.external_id,
        scanner_id=scanner.external_id if scanner else "",
        scanner=scanner.name if scanner else "",
        project_id=project.pk if project else None,
        project_code=project.code if project else "",
        owner=person_name(row.owner) if row.owner else "",
        booker=person_name(row.booker) if row.booker else "",
        subject_label=row.subject_label,
        status=row.status,
        is_cancelled=row.is_cancelled,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        written_start=row.written_start,
        written_end=row.written_end,
        zone=row.zone,
        withdrawn_at=row.withdrawn_at,
    )
