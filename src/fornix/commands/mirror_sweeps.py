"""`fornix mirror sweeps`: the history of sweeps, by the numbers that `undo` takes."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from fornix.access.actors import OPERATOR
from fornix.catalog.sweeps import SweepLine, last_sweeps
from fornix.commands.main import DONE

if TYPE_CHECKING:
    from argparse import ArgumentParser, _SubParsersAction

LINES = 20


def add_verb(verbs: _SubParsersAction[ArgumentParser]) -> None:
    """`sweeps [--before NUMBER] [--json]`."""
    sweeps = verbs.add_parser("sweeps", help="list the last sweeps, and what each changed")
    sweeps.add_argument("--before", type=int, metavar="NUMBER", help="only sweeps older than this one")
    # SUPPRESS: an absent --json here must not undo one that was given before the verb.
    sweeps.add_argument(
        "--json", action="store_true", default=argparse.SUPPRESS, help="print the list as JSON"
    )


def run(args: argparse.Namespace) -> int:
    """0: listed."""
    page = last_sweeps(OPERATOR, before=args.before, size=LINES)
    if args.json:
        listed = {"sweeps": [_as_json(line) for line in page.rows], "next": page.next}
        print(json.dumps(listed, ensure_ascii=False, indent=2))
        return DONE
    print("\n".join(map(_in_words, page.rows)) or "There was no sweep yet.")
    if page.next is not None:
        print(f"older ones: fornix mirror sweeps --before {page.next}")
    return DONE


def _as_json(line: SweepLine) -> dict[str, object]:
    return {
        "sweep": line.id,
        "started_at": line.started_at.isoformat(),
        "outcome": line.outcome,
        "reason": line.reason,
        "requests": line.requests,
        "changes": dict(line.changes),
        "undone_at": line.undone_at.isoformat() if line.undone_at else None,
        "quiet_since": line.first_id if line.sweeps > 1 else None,
    }


def _in_words(line: SweepLine) -> str:
    number = f"{line.first_id}-{line.id}" if line.sweeps > 1 else str(line.id)
    changes = ", ".join(f"{kind} {count}" for kind, count in sorted(line.changes.items()))
    told = "nothing changed" if line.is_quiet else changes or line.reason
    undone = " (undone)" if line.undone_at else ""
    return f"{number:>9}  {line.started_at:%Y-%m-%d %H:%M} UTC  {line.outcome:<10}  {told}{undone}"
