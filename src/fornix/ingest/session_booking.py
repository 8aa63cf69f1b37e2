"""When a session was acquired and in which booking: found anew with all that joins it, flagged where they disagree."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, tzinfo

from fornix.ingest.booked import find_bookings
from fornix.ingest.booked_words import told_booking, told_time
from fornix.ingest.evidence import Evidence, Span
from fornix.ingest.flags import raise_flag
from fornix.ingest.names import printable
from fornix.ingest.reach import reach_of
from fornix.ingest.routing import Routed, Step
from fornix.models import Arrival, Booking, ImagingSession

_BY = {
    Step.EXPLICIT: "because all that its sender sends is",
    Step.RULE: "by a routing rule",
    Step.TAGS: "by the code in its files",
}


def note_acquisition(
    session: ImagingSession,
    arrival: Arrival,
    evidence: Evidence,
    routed: Routed,
    zone: tzinfo,
    *,
    at: datetime,
) -> tuple[str, ...]:
    """Widens the session's times by the arrival's and finds its booking anew; returns notes for the operator."""
    if not evidence.spans:
        return ()
    project_id = routed.project.booking_project_id
    found = routed.bookings.booking_of(project_id)
    whole = _widen(session, evidence.spans[found[1] if found else 0])
    bookings = routed.bookings
    if whole not in evidence.spans:
        bookings = find_bookings(replace(evidence, spans=(whole,)))
        found = bookings.booking_of(project_id)
    if found is not None:
        session.booking = found[0]
    session.save(update_fields=["first_acquired_at", "last_acquired_at", "booking"])
    return _flags(session, arrival, replace(routed, bookings=bookings), evidence, zone, at=at)


def _widen(session: ImagingSession, span: Span) -> Span:
    first, last = session.first_acquired_at, session.last_acquired_at
    whole = Span(min(first or span.first_at, span.first_at), max(last or span.last_at, span.last_at))
    session.first_acquired_at, session.last_acquired_at = whole.first_at, whole.last_at
    return whole


def _flags(
    session: ImagingSession,
    arrival: Arrival,
    routed: Routed,
    evidence: Evidence,
    zone: tzinfo,
    *,
    at: datetime,
) -> tuple[str, ...]:
    notes = []
    bookings, project = routed.bookings, routed.project
    # What a person says outranks all else, and is no mistake of a console.
    other = None if arrival.project_label else bookings.booked_otherwise(project.booking_project_id)
    if other is not None and routed.step in _BY:
        told = _told(other, arrival, evidence, zone)
        detail = f"filed in {printable(project.label)} {_BY[routed.step]}, but {told}"
        notes += [detail] if raise_flag(session, "booked_otherwise", detail, at=at) else []
    called_off = bookings.cancelled(project.booking_project_id)
    if called_off is not None:
        detail = f"{told_booking(called_off, evidence.machine, zone)}: this scan took place all the same"
        notes += [detail] if raise_flag(session, "booking_cancelled", detail, at=at) else []
    return tuple(notes)


def _told(other: Booking, arrival: Arrival, evidence: Evidence, zone: tzinfo) -> str:
    """The sender of an upload learns nothing of projects that are not theirs."""
    if reach_of(arrival).is_limited:
        return f"{told_time(other, zone)} by another project"
    return told_booking(other, evidence.machine, zone)
