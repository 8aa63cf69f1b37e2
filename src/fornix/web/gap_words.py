"""Pure: what there is instead of a session, or of a booking (booking/coverage.py), in words."""

from __future__ import annotations

from fornix.booking.coverage import Gap, UnbookedSession

_NO_SESSION = {
    Gap.NOTHING: "Nothing of that day has arrived",
    Gap.OTHER_TIME: "A session of that day is there, at another time",
}
_NO_BOOKING = {
    Gap.NOTHING: "Nobody had booked",
    Gap.OTHER_TIME: "The project had booked that day, at another time",
    Gap.CALLED_OFF: "The booking was cancelled, denied or withdrawn",
    Gap.OTHER_PROJECT: "The time was another project's",
    Gap.NOT_MIRRORED: "The project is none of Calpendo's",
}


def instead_of_session(gap: Gap) -> str:
    """Why a booked time counts as unfilled."""
    return _NO_SESSION.get(gap, _NO_SESSION[Gap.NOTHING])


def instead_of_booking(session: UnbookedSession) -> str:
    """Why a session counts as not booked, and whose the time was."""
    told = _NO_BOOKING[session.gap]
    return f"{told}: {', '.join(session.booked_for)}" if session.booked_for else told
