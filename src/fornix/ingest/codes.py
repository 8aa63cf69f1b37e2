"""Which project a code means, here or in the booking system, at the time of acquisition. Reads only."""

from __future__ import annotations

from datetime import date

from fornix.booking.acceptance import closed_because
from fornix.booking.find import ClosedProject, FoundProject, find_booking_project, find_former
from fornix.catalog.projects import find_labelled
from fornix.ingest.code_refusals import ambiguous, given_up, refusal_of
from fornix.ingest.targets import Moment, Target, target_of


def find_target(code: str, on: date | None, moment: Moment) -> Target | None:
    """The project of this code in the archive, or of the mirror's; None when neither knows it.

    Raises AmbiguousProject or ProjectTakesNothing.
    """
    match find_booking_project(code, on=on, grace=moment.grace):
        case FoundProject(booking_project=found):
            return target_of(found, code)
        case ClosedProject(booking_project=closed, why=why):
            labelled = find_labelled(code)
            if labelled is not None and labelled.booking_project_id is None:
                return Target(code, labelled)  # ours alone: Calpendo's project of that code never held data
            raise refusal_of(closed, why, on, moment.grace)
        case None:
            return _labelled(code, on, moment)
        case several:
            raise ambiguous(code, several.candidates)


def _labelled(code: str, on: date | None, moment: Moment) -> Target | None:
    """The project that is called so here. A label is for ever; a code is not: one that was given up leads nowhere."""
    labelled = find_labelled(code)
    if labelled is not None and labelled.booking_project is None:
        return Target(code, labelled)
    former = find_former(code, moment.zone)
    if labelled is None or labelled.booking_project is None:
        if len(former) == 1:
            raise given_up(code, former[0], on)
        return None
    for each in former:
        if each.booking_project == labelled.booking_project:
            raise given_up(code, each, on)
    refused = closed_because(labelled.booking_project, on=on, grace=moment.grace)
    if refused is not None:
        raise refusal_of(labelled.booking_project, refused, on, moment.grace)
    return Target(code, labelled)
