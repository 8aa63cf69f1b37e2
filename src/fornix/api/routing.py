"""Trials of the routing, and the replay: what decides which project new data is filed in."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query

from fornix import wiring
from fornix.api.refusals import answers
from fornix.api.routing_rules import router
from fornix.api.routing_shapes import ReplayOut, TrialAsked, TrialOut
from fornix.api.shapes import Key
from fornix.http.actors import actor_of
from fornix.ingest.replay import DAYS, Replay, replay
from fornix.ingest.trials import Trial, try_arrival, try_values

__all__ = ["router"]


@router.post(
    "routing/test",
    response=answers(TrialOut, 404),
    operation_id="testRouting",
    summary="Try the routing",
    url_name="api-routing-test",
)
def test_routing(request: HttpRequest, asked: TrialAsked) -> dict[str, object]:
    """Files and changes nothing. 404: there is no such arrival."""
    actor, rules, at = actor_of(request), wiring.site_rules(), timezone.now()
    if asked.arrival:
        return _trial(try_arrival(actor, asked.arrival, wiring.store(), rules, at=at))
    return _trial(try_values(actor, asked.header, rules, at=at, sender_id=asked.sender_id))


@router.get(
    "routing/replay",
    response=answers(ReplayOut),
    operation_id="replayRouting",
    summary="What would go elsewhere",
    url_name="api-routing-replay",
)
def replay_routing(
    request: HttpRequest,
    before: Annotated[Key | None, Query(description="Begins before this session: the `next` before.")] = None,
    days: Annotated[int, Query(ge=1, le=3660, description="How far back.")] = DAYS,
) -> dict[str, object]:
    """Sessions of the last days by the rules of now. Nothing is changed; what people said is not repeated."""
    found = replay(
        actor_of(request), wiring.store(), wiring.site_rules(), at=timezone.now(), before=before, days=days
    )
    return _replay(found)


def _trial(trial: Trial) -> dict[str, object]:
    trace = trial.trace
    subject, session = trace.labels
    return {
        "project": trace.target.label if trace.target is not None else "",
        "step": trace.step,
        "waits_because": str(trace.waits) if trace.waits is not None else "",
        "subject": subject,
        "session": session,
        "told": trace.told,
        "concerns": list(trace.rules.concerns),
        "guesses": trace.waits.guesses if trace.waits is not None else (),
    }


def _replay(found: Replay) -> dict[str, object]:
    items = [
        {
            "session": row.session.accession,
            "project": row.session.project.label,
            "fate": row.fate,
            "would_go_to": row.project,
            "why": row.why,
        }
        for row in found.rows
    ]
    return {"items": items, "next": found.next}
