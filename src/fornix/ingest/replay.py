"""The filed sessions of the last weeks against the routing of now: what would go elsewhere. Changes nothing.

What people and senders said by hand is not kept and not repeated: only headers, rules and bookings speak.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from fornix.access.actors import Actor
from fornix.access.policy import require_administrator
from fornix.catalog.site_rules import SiteRules
from fornix.dicom.header import DicomHeader
from fornix.errors import NotVisible
from fornix.ingest.evidence import Evidence
from fornix.ingest.filed_evidence import evidence_of_session, headers_of_sessions
from fornix.ingest.routing import Case, Trace, trace
from fornix.ingest.rules import Rule, enabled_rules
from fornix.ingest.trials import Trial, moment_of
from fornix.models import ImagingSession
from fornix.storage.store import Store

DAYS = 90
PAGE = 25


class Fate(StrEnum):
    """What would become of a session."""

    SAME = "same"
    ELSEWHERE = "elsewhere"
    WAITS = "waits"


@dataclass(frozen=True, slots=True)
class Replayed:
    """One session, as it is and as it would be routed now. `why`: the step's words."""

    session: ImagingSession
    fate: Fate
    project: str  # where it would go; empty: it would wait
    step: str
    why: str


@dataclass(frozen=True, slots=True)
class Replay:
    """A page of sessions, newest first; `next`: where the following one begins."""

    rows: tuple[Replayed, ...]
    next: int | None = None


def replay(
    actor: Actor, store: Store, rules: SiteRules, *, at: datetime, before: int | None = None, days: int = DAYS
) -> Replay:
    """The next PAGE sessions that were filed within so many days."""
    require_administrator(actor)
    found = ImagingSession.objects.filter(visible_at__gte=at - timedelta(days=days))
    if before is not None:
        found = found.filter(pk__lt=before)
    sessions = list(found.select_related("project", "subject").order_by("-pk")[: PAGE + 1])
    chosen = enabled_rules()
    headers = headers_of_sessions(sessions[:PAGE], store)
    rows = tuple(
        _replayed(session, headers.get(session.pk, []), rules, chosen, at) for session in sessions[:PAGE]
    )
    return Replay(rows, sessions[PAGE - 1].pk if len(sessions) > PAGE else None)


def replay_all(
    actor: Actor, store: Store, rules: SiteRules, *, at: datetime, days: int = DAYS
) -> Iterator[Replayed]:
    """All of them, page by page, each read when it is asked for."""
    page = replay(actor, store, rules, at=at, days=days)
    yield from page.rows
    while page.next is not None:
        page = replay(actor, store, rules, at=at, before=page.next, days=days)
        yield from page.rows


def try_session(actor: Actor, accession: str, store: Store, rules: SiteRules, *, at: datetime) -> Trial:
    """One filed session, as its headers would be routed now. Raises NotVisible."""
    require_administrator(actor)
    found = ImagingSession.objects.select_related("project", "subject").filter(accession=accession)
    session = found.exclude(visible_at=None).first()
    if session is None:
        raise NotVisible("There is no such session.")
    evidence = evidence_of_session(session, headers_of_sessions([session], store).get(session.pk, []), rules)
    return Trial(evidence, trace(_case(evidence, rules, enabled_rules(), at)))


def _case(evidence: Evidence, rules: SiteRules, chosen: tuple[Rule, ...], at: datetime) -> Case:
    senders = frozenset(pk for pk in (evidence.machine.sender_id,) if pk is not None)
    return Case(evidence, moment_of(rules, at), asks_filed=False, rules=chosen, senders=senders)


def _replayed(
    session: ImagingSession,
    headers: Sequence[DicomHeader],
    rules: SiteRules,
    chosen: tuple[Rule, ...],
    at: datetime,
) -> Replayed:
    case = _case(evidence_of_session(session, headers, rules), rules, chosen, at)
    found = trace(replace(case, wants_guesses=False))
    why = found.told[-1].text if found.told else ""
    if found.target is None:
        return Replayed(session, Fate.WAITS, "", "", str(found.waits))
    is_same = (
        found.target.project == session.project if found.target.project else _is_booked_as(session, found)
    )
    fate = Fate.SAME if is_same else Fate.ELSEWHERE
    return Replayed(session, fate, found.target.label, str(found.step), why)


def _is_booked_as(session: ImagingSession, found: Trace) -> bool:
    booked = found.target.booked_id if found.target is not None else None
    return booked is not None and booked == session.project.booking_project_id
