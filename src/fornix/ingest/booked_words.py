"""A booking in words: the evidence that people are shown."""

from __future__ import annotations

from datetime import tzinfo

from fornix.booking.matching import Standing
from fornix.ingest.booked import slot_of
from fornix.ingest.evidence import Machine
from fornix.ingest.names import printable
from fornix.models import Booking

_GONE = {
    Standing.CANCELLED: ", then cancelled",
    Standing.DENIED: ", then denied",
    Standing.WITHDRAWN: ", then taken out of Calpendo",
    Standing.UNKNOWN: ", with a status that is not known here",
}


def told_booking(booking: Booking, machine: Machine, zone: tzinfo) -> str:
    """`booked 09:30-10:30 on MRI 3T by 2023_112; scanner clock 3 min ahead`."""
    project = booking.booking_project
    whose = printable((project.code or project.name)[:60]) if project is not None else "no project"
    return f"{told_time(booking, zone)} by {whose}{_GONE.get(slot_of(booking).standing, '')}{_told_clock(machine)}"


def told_time(booking: Booking, zone: tzinfo) -> str:
    """`booked 09:30-10:30 on MRI 3T`, by the site's clock."""
    begins, ends = booking.starts_at.astimezone(zone), booking.ends_at.astimezone(zone)
    scanner = f" on {printable(booking.scanner.name[:60])}" if booking.scanner is not None else ""
    return f"booked {begins:%H:%M}-{ends:%H:%M}{scanner}"


def _told_clock(machine: Machine) -> str:
    ahead = machine.clock_ahead_s
    if not ahead:
        return ""
    amount = f"{abs(ahead)} s" if abs(ahead) < 60 else f"{round(abs(ahead) / 60)} min"
    return f"; scanner clock {amount} {'ahead' if ahead > 0 else 'behind'}"
