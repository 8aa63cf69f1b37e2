"""`fornix mirror status`: how fresh the mirror is, what is wrong with it, and what to do."""

from __future__ import annotations

import argparse
import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from fornix.access.actors import OPERATOR
from fornix.booking.status import MirrorStatus, SweepCard, mirror_status
from fornix.commands.main import DONE, WAITS
from fornix.wiring import sweep_interval_s

if TYPE_CHECKING:
    from argparse import ArgumentParser, _SubParsersAction


def add_verb(verbs: _SubParsersAction[ArgumentParser]) -> None:
    """`status [--json]`."""
    status = verbs.add_parser("status", help="tell how fresh the mirror is, and what is wrong")
    # SUPPRESS: an absent --json here must not undo one that was given before the verb.
    status.add_argument(
        "--json", action="store_true", default=argparse.SUPPRESS, help="print the state as JSON"
    )


def run(args: argparse.Namespace) -> int:
    """0: all is well; 3: something is for a person to do."""
    status = mirror_status(OPERATOR, interval=timedelta(seconds=sweep_interval_s()), at=timezone.now())
    if args.json:
        print(json.dumps(as_json(status), ensure_ascii=False, indent=2))
    else:
        print("\n".join(in_words(status)))
    return WAITS if status.problems else DONE


def as_json(status: MirrorStatus) -> dict[str, object]:
    """The state for programs; durations in seconds."""
    request = status.request
    return {
        "last_good": _card(status.last_good),
        "last": _card(status.last),
        "age_s": _seconds(status.age),
        "stale": status.is_stale,
        "first_waits": status.waits_for_first,
        "waiting": status.waiting,
        "oldest_hold_since": _written(status.oldest_held_at),
        "request": request
        and {
            "asked_at": _written(request.asked_at),
            "asked_by": request.asked_by or None,
            "accepts": request.accepts,
            "sweep": request.sweep_id,
        },
        "problems": list(status.problems),
        "next_steps": list(status.next_steps),
    }


def in_words(status: MirrorStatus) -> list[str]:
    """The state for people."""
    lines = []
    if status.last_good and status.age is not None:
        card = status.last_good
        read = ", ".join(f"{number} {what}" for what, number in card.counts.items())
        lines += [
            f"last complete sweep: {card.id}, {card.started_at:%Y-%m-%d %H:%M} UTC, {_ago(status.age)} ago",
            f"it read {read} with {card.requests} requests in {_took(card)}; {card.changes} things changed",
        ]
    if status.last and (status.last_good is None or status.last.id != status.last_good.id):
        lines.append(
            f"last sweep of all: {status.last.id}, {status.last.started_at:%Y-%m-%d %H:%M} UTC: "
            f"{status.last.outcome.value}"
        )
    if status.request:
        by = f" by {status.request.asked_by}" if status.request.asked_by else ""
        lines.append(f"asked for a sweep{by} at {status.request.asked_at:%H:%M:%S} UTC, not answered yet")
    lines += [f"- {problem}" for problem in status.problems]
    lines += [f"  {step}" for step in status.next_steps]
    return lines if status.problems else [*lines, "all is well"]


def _card(card: SweepCard | None) -> dict[str, object] | None:
    if card is None:
        return None
    return {
        "sweep": card.id,
        "outcome": card.outcome.value,
        "reason": card.reason,
        "started_at": _written(card.started_at),
        "finished_at": _written(card.finished_at),
        "duration_s": _seconds(card.duration),
        "counts": dict(card.counts),
        "requests": card.requests,
        "changes": card.changes,
        "undone_at": _written(card.undone_at),
    }


def _written(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _seconds(span: timedelta | None) -> float | None:
    return round(span.total_seconds(), 1) if span is not None else None


def _took(card: SweepCard) -> str:
    return f"{card.duration.total_seconds():.1f} s" if card.duration is not None else "an unknown time"


def _ago(span: timedelta) -> str:
    minutes = max(0, int(span.total_seconds() // 60))
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{span.days} days"
