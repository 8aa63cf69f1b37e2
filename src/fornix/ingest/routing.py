"""Which project an arrival belongs to. Ordered: explicit, study already filed, site rules, the code in the tags,
booking by scanner and time; else it waits, with guesses. A person's upload reaches only what that person may add to."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

from fornix.ingest.booked import Bookings, find_bookings
from fornix.ingest.cases import Case, Step, Told
from fornix.ingest.evidence import Evidence
from fornix.ingest.guessing import guess
from fornix.ingest.names import printable
from fornix.ingest.reach import reach_of
from fornix.ingest.refusals import Guess, Waits
from fornix.ingest.rules import RulesTried, enabled_rules, first_fit
from fornix.ingest.steps import Way
from fornix.ingest.targets import Moment, Target, open_target
from fornix.models import Arrival, Project

logger = logging.getLogger(__name__)

__all__ = [
    "Case",
    "Evidence",
    "Guess",
    "Moment",
    "Routed",
    "Step",
    "Told",
    "Trace",
    "Waits",
    "route",
    "trace",
]


@dataclass(frozen=True, slots=True)
class Trace:
    """The decision, and how it came about. Exactly one of `target` and `waits` is there."""

    told: tuple[Told, ...]
    rules: RulesTried
    bookings: Bookings
    target: Target | None = None
    step: Step | None = None
    waits: Waits | None = None

    @property
    def labels(self) -> tuple[str, str]:
        """Subject and session by the site's rule; nothing where the rule meant another project."""
        fit = self.rules.fit
        if fit is None or (fit.project and self.step is not Step.RULE and self.step is not None):
            return "", ""
        return fit.subject, fit.session


@dataclass(frozen=True, slots=True)
class Routed:
    """An arrival's project, and what else its way there said. Labels are empty where no rule gives any."""

    project: Project
    step: Step
    subject: str = ""
    session: str = ""
    bookings: Bookings = field(default_factory=Bookings)
    concerns: tuple[str, ...] = ()


def route(arrival: Arrival, evidence: Evidence, moment: Moment) -> Routed:
    """The arrival's project, made if its first data arrives now. Raises Waits. Called in the filing's transaction."""
    found = trace(case_of(arrival, evidence, moment))
    for concern in found.rules.concerns:
        logger.warning("action=routing-rule-unusable arrival=%s concern=%s", arrival.pk, printable(concern))
    if found.waits is not None or found.target is None or found.step is None:
        raise found.waits or Waits
    subject, session = found.labels
    project = open_target(found.target, moment)
    return Routed(project, found.step, subject, session, found.bookings, found.rules.concerns)


def case_of(arrival: Arrival, evidence: Evidence, moment: Moment) -> Case:
    """What routing asks about an arrival. What a sender is said to send is said of this arrival too."""
    sender = arrival.sender
    return Case(
        evidence,
        moment,
        reach=reach_of(arrival),
        explicit=arrival.project_label or (sender.project_label if sender is not None else ""),
        may_create=arrival.may_create_project,
        senders=frozenset(pk for pk in (evidence.machine.sender_id, arrival.sender_id) if pk is not None),
        rules=enabled_rules(),
    )


def trace(case: Case) -> Trace:
    """Where it belongs, step by step. Changes nothing."""
    tried = first_fit(case.rules, case.evidence.values, case.senders)
    bookings = find_bookings(case.evidence)
    way = Way(case, tried, bookings)
    try:
        step, target = way.decide()
    except Waits as waits:
        if case.wants_guesses:
            waits.guesses = guess(waits, case.evidence, bookings, case.moment, case.reach, way.among)
        return Trace(tuple(way.told), tried, bookings, waits=waits)
    return Trace(tuple(way.told), tried, bookings, target=target, step=step)
