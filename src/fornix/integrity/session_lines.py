"""A session's rows as the lines of its manifest: all that the archive knows of it, and where its bytes lie.

It stands on its own: project and subject are in it too. Rows of other tables are named as people name them, never by
their numbers in this database.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fornix.integrity.manifest_text import FORMAT
from fornix.integrity.rows import Row, columns, row_of
from fornix.models import (
    Account,
    Blob,
    Booking,
    BookingProject,
    Event,
    File,
    Flag,
    ImagingSession,
    Project,
    Resource,
    Scan,
    Scanner,
    Subject,
)

_FILES_AT_ONCE = 2_000  # no query stays open: SQLite could not tidy its journal meanwhile
_COUNTS = ("subject_count", "session_count", "file_count", "byte_count")
PROJECT = columns(Project, *_COUNTS)
SUBJECT = columns(Subject, *_COUNTS)
SESSION = columns(ImagingSession, "manifest_number", "manifest_at")
SCAN = columns(Scan)
RESOURCE = columns(Resource)
FILE = columns(File)
BLOB = columns(Blob)
FLAG = columns(Flag)
EVENT = ("id", *columns(Event))
BOOKING_PROJECT = columns(BookingProject)
BOOKING = columns(Booking)
SCANNER = columns(Scanner)


def session_lines(session: ImagingSession) -> Iterator[Row]:
    """The lines: the session, its scans with their resources, then one for each file, flag and event."""
    booked = session.project.booking_project
    yield {
        "format": FORMAT,
        "project": row_of(session.project, PROJECT),
        "booking_project": row_of(booked, BOOKING_PROJECT) if booked else None,
        "subject": row_of(session.subject, SUBJECT),
        "session": row_of(session, SESSION),
        "booking": _booking(session.booking) if session.booking else None,
    }
    resources = list(Resource.objects.filter(session=session).order_by("pk"))
    for scan in (None, *Scan.objects.filter(session=session).order_by("pk")):
        held = [row for row in resources if row.scan_id == (scan.pk if scan else None)]
        if scan is not None or held:
            yield {
                "scan": row_of(scan, SCAN) if scan else None,
                "resources": [row_of(row, RESOURCE) for row in held],
            }
        for row in held:
            yield from _files(row)
    for flag in Flag.objects.filter(session=session).select_related("scan").order_by("pk"):
        yield {"flag": row_of(flag, FLAG) | {"scan": flag.scan.scan_id if flag.scan else None}}
    for event in Event.objects.filter(session=session).select_related("actor", "account").order_by("pk"):
        people = {"actor": _name(event.actor), "account": _name(event.account)}
        yield {"event": row_of(event, EVENT) | people}


def _files(resource: Resource) -> Iterator[Row]:
    """The files of the resource named last before them, each with its resource's label."""
    last = 0
    names = ("pk", *FILE, *(f"blob__{name}" for name in BLOB))
    rows = File.objects.filter(resource=resource).order_by("pk").values_list(*names)
    while part := list(rows.filter(pk__gt=last)[:_FILES_AT_ONCE]):
        for values in part:
            last = values[0]
            file, blob = values[1 : len(FILE) + 1], values[len(FILE) + 1 :]
            yield {
                "file": dict(zip(FILE, file, strict=True)),
                "resource": resource.label,
                "blob": dict(zip(BLOB, blob, strict=True)),
            }


def _booking(booking: Booking) -> dict[str, Any]:
    """The booked time that the session filled, with its scanner; people are left to the mirror."""
    told = booking.booking_project
    return row_of(booking, BOOKING) | {
        "scanner": row_of(booking.scanner, SCANNER) if booking.scanner else None,
        "booking_project": [told.instance, told.external_id] if told else None,
    }


def _name(account: Account | None) -> str | None:
    return account.username if account else None
