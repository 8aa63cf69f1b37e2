"""`fornix mirror`: one sweep of Calpendo, told in words. Its verbs have modules of their own."""

from __future__ import annotations

import argparse
import json
import sys

from django.utils import timezone

from fornix.booking.report import HELD
from fornix.booking.sweep import FIRST_WAITS, SweepResult, run_sweep
from fornix.commands import mirror_holds, mirror_status, mirror_sweeps, mirror_test, mirror_undo
from fornix.commands.main import DONE, FAILED, USAGE, WAITS
from fornix.models import SweepOutcome
from fornix.wiring import calpendo_config

MOST_LINES = 40
WHAT_TO_DO = (
    "`fornix mirror holds` tells whom it concerns; `fornix mirror approve ID` or `reject ID` decides."
)
_EXITS = {SweepOutcome.COMPLETE: DONE, SweepOutcome.HELD: WAITS, SweepOutcome.PLANNED: WAITS}
_VERBS = {
    "status": mirror_status.run,
    "sweeps": mirror_sweeps.run,
    "holds": mirror_holds.list_holds,
    "approve": mirror_holds.decide,
    "reject": mirror_holds.decide,
    "undo": mirror_undo.run,
    "test": mirror_test.run,
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`mirror [--dry-run] [--accept-first] [--json]`, and the verbs."""
    parser.add_argument("--dry-run", action="store_true", help="tell what would change, and write nothing")
    parser.add_argument(
        "--accept-first",
        action="store_true",
        help="confirm the first sweep; later, take an answer without comparing it with earlier ones",
    )
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.usage = f"{parser.prog} [-h] [--dry-run] [--accept-first] [--json] [{' | '.join(_VERBS)}] ..."
    verbs = parser.add_subparsers(
        dest="verb", metavar="VERB", description="Without a verb: one sweep.", prog=parser.prog
    )
    mirror_status.add_verb(verbs)
    mirror_sweeps.add_verb(verbs)
    mirror_holds.add_verbs(verbs)
    mirror_undo.add_verb(verbs)
    mirror_test.add_verb(verbs)


def run(args: argparse.Namespace) -> int:
    """Sweeps once. 0: all done; 3: something waits for a person; 1: the answer could not be used."""
    if args.verb is not None:
        if args.dry_run or args.accept_first:
            print("fornix: --dry-run and --accept-first belong to a sweep, without a verb.", file=sys.stderr)
            return USAGE
        return _VERBS[args.verb](args)
    result = run_sweep(
        calpendo_config(), timezone.now(), dry_run=args.dry_run, accept_first=args.accept_first
    )
    if args.json:
        print(json.dumps(as_json(result), ensure_ascii=False, indent=2))
    else:
        out = sys.stderr if result.outcome is SweepOutcome.INCOMPLETE else sys.stdout
        print("\n".join(in_words(result)), file=out)
    return _EXITS.get(result.outcome, FAILED)


def as_json(result: SweepResult) -> dict[str, object]:
    """The result for programs."""
    return {
        "sweep": result.sweep_id,
        "outcome": result.outcome.value,
        "dry_run": result.is_dry_run,
        "reason": result.reason,
        "requests": result.requests,
        "counts": dict(result.counts),
        "changes": [line.as_json() for line in result.lines],
        "held": list(result.holds),
        "concerns": list(result.concerns),
    }


def in_words(result: SweepResult) -> list[str]:
    """The result for people: what was read, what changes, what waits."""
    if result.outcome is SweepOutcome.INCOMPLETE:
        return [f"fornix: {result.reason}", "The mirror is as it was."]
    read = ", ".join(f"{number} {what}" for what, number in result.counts.items())
    is_planned = result.outcome is SweepOutcome.PLANNED
    lines = [f"{line.kind}: {line.about}: {line.text}" for line in result.lines if line.kind != HELD]
    verb = "would change" if result.is_dry_run or is_planned else "changed"
    is_first = is_planned or (result.is_dry_run and result.is_first)
    return [
        f"read {read} with {result.requests} requests; {len(lines)} things {verb}",
        *_first(lines),
        *_first([f"waits: {hold}" for hold in result.holds]),
        *([WHAT_TO_DO] if result.holds and not is_first else []),
        *_first([f"note: {concern}" for concern in result.concerns]),
        *([f"{FIRST_WAITS[0].upper()}{FIRST_WAITS[1:]}."] if is_first else []),
    ]


def _first(lines: list[str]) -> list[str]:
    more = len(lines) - MOST_LINES
    return lines if more <= 0 else [*lines[:MOST_LINES], f"… and {more} more (--json tells all)"]
