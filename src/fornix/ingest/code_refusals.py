"""Why a code leads to no project, in words that say what to do."""

from __future__ import annotations

from datetime import date

from fornix.booking.acceptance import Closed, Grace, grace_ends_on
from fornix.booking.find import FormerCode
from fornix.ingest.names import printable
from fornix.ingest.refusals import AmbiguousProject, ProjectTakesNothing, Waits
from fornix.models import BookingProject

SHOWN = 60  # characters of a text that may be a code
BY_ID = "calpendo:"  # --project calpendo:ID names a project by its id there
_ADVICE = "Say the project, with --project, if it belongs there all the same"


def ambiguous(code: str, candidates: tuple[BookingProject, ...]) -> AmbiguousProject:
    """The refusal, with the ids that tell the projects apart."""
    choices = " or ".join(
        f"--project {BY_ID}{candidate.external_id} ({printable(candidate.name[:SHOWN])})"
        for candidate in sorted(candidates, key=lambda candidate: candidate.external_id)
    )
    message = f'Calpendo has several projects of the code "{code}". Say which one: {choices}'
    return AmbiguousProject(message, candidates)


def refusal_of(booked: BookingProject, why: Closed, on: date | None, grace: Grace) -> ProjectTakesNothing:
    """The reason in words: what Calpendo says, and how to file all the same."""
    last = grace_ends_on(booked, grace)
    status = f'has the status "{printable(booked.status)}" in Calpendo, which is not known here'
    told = {
        Closed.GONE: "is gone from Calpendo, so that no new data is filed there by itself",
        Closed.NOT_YET: f"is {booked.status} in Calpendo: data is filed there by itself once it is approved",
        Closed.FROZEN: f"is {booked.status} in Calpendo, so that no new data is filed there by itself",
        Closed.UNKNOWN: (status if booked.status else "has a status in Calpendo that cannot be read")
        + ", so that no new data is filed there by itself",
        Closed.ENDED: f"is Terminated in Calpendo and took what was scanned until {last:%Y-%m-%d}; this is of "
        + _day(on),
    }[why]
    return ProjectTakesNothing(
        f"project {printable((booked.code or booked.name)[:SHOWN])} {told}. {_ADVICE}", booked
    )


def given_up(code: str, former: FormerCode, on: date | None) -> ProjectTakesNothing:
    """Calpendo may give the code to another project at any time, and the mirror sees that late: a person decides."""
    now = f", now {printable(former.booking_project.code[:SHOWN])}" if former.booking_project.code else ""
    name = printable(former.booking_project.name[:SHOWN])
    return ProjectTakesNothing(
        f'"{printable(code[:SHOWN])}" was the code of "{name}"{now} until {former.until:%Y-%m-%d}; this is of '
        f"{_day(on)}. {_ADVICE}",
        former.booking_project,
    )


def _day(on: date | None) -> str:
    return f"{on:%Y-%m-%d}" if on else "a day that the files do not tell"


def out_of_reach(code: str) -> Waits:
    """The same words whether there is no such project or its people are others: nobody learns of it by asking."""
    return Waits(
        f'there is no project "{printable(code[:SHOWN])}" that the sender may add data to. '
        "Ask its owner for access, or choose another project"
    )
