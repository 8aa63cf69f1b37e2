"""What became of arrivals meanwhile: for pages that show them and wait."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from fornix.access.actors import Actor
from fornix.access.visibility import visible_sessions
from fornix.audit.events import Verb
from fornix.catalog.arrivals import visible_arrivals
from fornix.ingest.states import ArrivalState, with_state
from fornix.models import Event

LATELY = 1_000  # filings that are searched


def states_of(actor: Actor, ids: Sequence[str], *, at: datetime, quiet: timedelta) -> dict[str, ArrivalState]:
    """The states of those that the actor sees and that are there still."""
    rows = with_state(visible_arrivals(actor).filter(pk__in=ids), at=at, quiet=quiet)
    return {pk: ArrivalState(state) for pk, state in rows.values_list("pk", *("state",))}


def filed_as(actor: Actor, ids: Sequence[str]) -> dict[str, str]:
    """Of arrivals that were filed lately, the accessions of their sessions, where the actor may see them."""
    if not ids:
        return {}
    lately = Event.objects.filter(verb=Verb.SESSION_FILED).order_by("-pk")[:LATELY]
    filed = dict(lately.values_list("details__arrival", "session"))
    sessions = {key: filed[key] for key in ids if key in filed}
    seen = visible_sessions(actor).filter(pk__in=sessions.values())
    accessions = dict(seen.values_list("pk", "accession"))
    return {key: accessions[pk] for key, pk in sessions.items() if pk in accessions}


def find_filed(actor: Actor, arrival_id: str) -> str:
    """The same of one; empty where there is none."""
    return filed_as(actor, [arrival_id]).get(arrival_id, "")
