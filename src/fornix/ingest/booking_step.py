"""What the bookings of the scanner say of an arrival's project."""

from __future__ import annotations

from fornix.ingest.booked import Bookings
from fornix.ingest.booked_words import told_booking
from fornix.ingest.cases import Case
from fornix.ingest.near_codes import find_near
from fornix.models import BookingProject


def booked_project(case: Case, bookings: Bookings) -> tuple[BookingProject | None, str]:
    """The one project that a booking decides for, and the reason in words, also where there is none."""
    if not case.evidence.spans:
        return None, "the files tell no time"
    if not bookings.is_known:
        return None, "nobody has said yet which bookable scanner this data is of"
    if not bookings.matches:
        return None, "nothing was booked on the scanner then"
    deciding = bookings.deciding_project
    rows = (bookings.rows[match.slot.id] for match in bookings.matches if match.counts)
    row = next((row for row in rows if row.booking_project_id == deciding), None)
    if row is None or row.booking_project is None:
        return None, "no booking, or more than one project's, fits the time of the scan"
    if not row.booking_project.is_eligible:
        return None, "the booking is of a project that books no scanner, or is excluded"
    near = find_near(case.evidence.candidates)
    if near and all(each.booked != row.booking_project for each in near):
        return None, "the files nearly name another project than the booking"
    return row.booking_project, told_booking(row, case.evidence.machine, case.moment.zone)
