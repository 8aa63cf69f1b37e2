"""What an arrival's headers say, for lists and guesses: kept with the row, so that no page reads headers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from fornix.ingest.plans import ArrivalPlan
from fornix.ingest.refusals import Guess

_LONGEST = 200


def facts_of(plan: ArrivalPlan) -> dict[str, object]:
    """As JSON; without the patient's name."""
    evidence = plan.evidence
    return {
        "modality": plan.facts.modality,
        "description": _first(evidence.values.get("StudyDescription", ())),
        "station": evidence.station_name,
        "patient_id": evidence.patient_id,
        "acquired_on": _iso(evidence.acquired_on),
        "first_at": _iso(evidence.first_at),
        "last_at": _iso(evidence.last_at),
        "series": len(plan.scans),
        "subject": plan.subject_label,
        "session": plan.session_label,
    }


def guesses_as_json(guesses: Iterable[Guess]) -> list[dict[str, str]]:
    """Best first, as they came."""
    return [
        {"project": guess.project, "booking_project": guess.booking_project, "why": guess.why}
        for guess in guesses
    ]


def _iso(moment: date | None) -> str:
    return moment.isoformat() if moment else ""


def _first(texts: Iterable[str]) -> str:
    return next(iter(texts), "").replace("\0", "")[:_LONGEST]
