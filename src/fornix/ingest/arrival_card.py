"""One arrival in full: what it is, what was decided on it, and what the actor may do to end it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from fornix.access.actors import Actor
from fornix.access.policy import Action, can
from fornix.access.visibility import projects_for
from fornix.catalog.arrivals import get_arrival, is_sender, named_label, named_projects
from fornix.errors import NotVisible
from fornix.ingest.arrival_lines import ArrivalLine
from fornix.ingest.arrival_list import find_line
from fornix.ingest.names import printable
from fornix.ingest.states import ArrivalState
from fornix.models import Account, Arrival, Event

MOST_PROJECTS = 500
MOST_HISTORY = 50
TOLD = ("decided", "deleted", "labelled", "merged", "restored", "retried", "split")


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """What somebody did with it. `what` is one of TOLD."""

    at: datetime
    who: str
    what: str
    destination: str
    reason: str


@dataclass(frozen=True, slots=True)
class Ways:
    """What the actor can do now."""

    change: bool  # file, label, try again, merge, split
    delete: bool
    restore: bool
    anywhere: bool  # into any project where they may add, else into the one that it names


@dataclass(frozen=True, slots=True)
class ArrivalCard:
    """An arrival as its own page shows it."""

    line: ArrivalLine
    study_uid: str
    patient_id: str
    project_label: str
    subject_label: str
    session_label: str
    series: int | None
    attempts: int
    sent_by: str
    decided_by: str
    decided_at: datetime | None
    history: tuple[HistoryLine, ...]
    ways: Ways


def get_card(actor: Actor, arrival_id: str, *, at: datetime, quiet: timedelta) -> ArrivalCard:
    """Raises NotVisible."""
    line = find_line(actor, arrival_id, at=at, quiet=quiet)
    if line is None:
        raise NotVisible
    row = get_arrival(actor, arrival_id)
    facts = row.facts if isinstance(row.facts, dict) else {}
    return ArrivalCard(
        line=line,
        study_uid=row.study_uid,
        patient_id=printable(str(facts.get("patient_id") or "")),
        project_label=row.project_label,
        subject_label=row.subject_label,
        session_label=row.session_label,
        series=_number(facts, "series"),
        attempts=row.attempts,
        sent_by=_name(row.upload.account),
        decided_by=_name(row.decided_by),
        decided_at=row.decided_at,
        history=_history(row.pk),
        ways=_ways(actor, row, line.state),
    )


def projects_to_file_into(actor: Actor) -> tuple[str, ...]:
    """Labels of projects in which the actor may add data, the last changed first."""
    rows = projects_for(actor, Action.DATA_ADD).order_by("-changed_at", "pk")
    return tuple(rows.values_list("label", flat=True)[:MOST_PROJECTS])


def _ways(actor: Actor, row: Arrival, state: ArrivalState) -> Ways:
    is_free = state is not ArrivalState.FILING
    deletes = actor.is_administrator or is_sender(actor, row)
    if not deletes:
        project = named_projects([named_label(row)]).get(named_label(row))
        deletes = project is not None and can(actor, Action.DATA_DELETE, project).allowed
    is_deleted = state is ArrivalState.DELETED
    return Ways(
        change=is_free and not is_deleted,
        delete=is_free and not is_deleted and deletes,
        restore=is_free and is_deleted and deletes,
        anywhere=actor.is_administrator or is_sender(actor, row),
    )


def _history(arrival_id: str) -> tuple[HistoryLine, ...]:
    verbs = [f"arrival.{word}" for word in TOLD]
    events = Event.objects.filter(verb__in=verbs, details__arrival=arrival_id).select_related("actor")
    return tuple(map(_history_line, events.order_by("-pk")[:MOST_HISTORY]))


def _history_line(event: Event) -> HistoryLine:
    details = event.details if isinstance(event.details, dict) else {}
    return HistoryLine(
        at=event.at,
        who=_name(event.actor),
        what=event.verb.partition(".")[2],
        destination=str(details.get("destination") or ""),
        reason=str(details.get("reason") or ""),
    )


def _name(account: Account | None) -> str:
    return (account.name or account.username) if account else ""


def _number(facts: Mapping[str, object], name: str) -> int | None:
    value = facts.get(name)
    return value if isinstance(value, int) else None
