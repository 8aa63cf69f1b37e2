"""A scanner with its sender, two booked projects and a day of bookings; evidence to route among them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.factories import AT

from fornix.dicom.labels import fold_code
from fornix.ingest.evidence import Evidence, Span
from fornix.ingest.machines import machine_of
from fornix.ingest.targets import Moment
from fornix.models import (
    Account,
    Booking,
    BookingCode,
    BookingPerson,
    BookingProject,
    BookingRole,
    Scanner,
    Sender,
)

LONDON = ZoneInfo("Europe/London")
DAY = date(2026, 3, 4)  # in winter: the wall clock is UTC
MOMENT = Moment(AT, "import", timedelta(days=90), LONDON)
STATION = "MRC35"


def instant(text: str, day: date = DAY) -> datetime:
    """`9:35` of the day, by the wall clock of London."""
    hour, minute = map(int, text.split(":"))
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=LONDON).astimezone(UTC)


def booked_project(code: str, *, people: tuple[Account, ...] = (), **fields) -> BookingProject:
    """A project of Calpendo, with its code and its users."""
    told = {"name": f"Study {code}", "status": "Approved", "is_eligible": True} | fields
    external_id = told.pop("external_id", f"id-{code}")
    project = BookingProject.objects.create(
        instance="main", external_id=external_id, code=code, first_seen_at=AT, last_seen_at=AT, **told
    )
    BookingCode.objects.create(
        booking_project=project,
        code=code,
        folded_code=fold_code(code),
        first_seen_at=AT,
        last_seen_at=AT,
    )
    for number, account in enumerate(people):
        person = BookingPerson.objects.create(
            instance="main",
            external_id=f"{external_id}-{number}",
            is_active=True,
            account=account,
            first_seen_at=AT,
            last_seen_at=AT,
        )
        BookingRole.objects.create(booking_project=project, person=person, part="user", since=AT)
    return project


def scanner(name: str = "MRI 3T", modality: str = "MR", external_id: str = "11") -> Scanner:
    return Scanner.objects.create(instance="main", external_id=external_id, name=name, modality=modality)


def sender(of: Scanner | None, *, station: str = STATION, **fields) -> Sender:
    told = {"name": f"console {station}", "ae_title": "CONSOLE", "created_at": AT} | fields
    return Sender.objects.create(scanner=of, station_name=station, **told)


def booking(
    on: Scanner, start: str, end: str, project: BookingProject | None, *, day: date = DAY, **fields
) -> Booking:
    told = {"status": "Approved", "external_id": f"{on.pk}-{day}-{start}-{project and project.pk}"} | fields
    return Booking.objects.create(
        instance="main",
        scanner=on,
        booking_project=project,
        starts_at=instant(start, day),
        ends_at=instant(end, day),
        written_start=start,
        written_end=end,
        zone="Europe/London",
        **told,
    )


def evidence(*codes: str, at: tuple[str, str] | None = None, station: str = STATION, **more) -> Evidence:
    """Of an MR study of the day; `at`: the first and last acquisition."""
    told = {"study_uid": "1.2.3", "modality": "MR", "acquired_on": DAY} | more
    spans = (Span(instant(at[0]), instant(at[1])),) if at else ()
    return Evidence(
        candidates=codes, spans=spans, station_name=station, machine=machine_of(None, station), **told
    )
