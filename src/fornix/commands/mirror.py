"""`fornix mirror`: one sweep of Calpendo, told in words. Its verbs `holds` and `approve`: see `mirror_holds`."""

from __future__ import annotations

import argparse
import json
import sys

from django.utils import timezone

from fornix.booking.sweep import SweepResult, run_sweep
from fornix.commands import mirror_holds
from fornix.commands.main import DONE, FAILED, USAGE, WAITS
from fornix.models import SweepOutcome
from fornix.wiring import calpendo_config

MOST_LINES = 40
WHAT_TO_DO = (
    "`fornix mirror holds` tells whom it concerns; `fornix mirror approve ID` lets it happen, if it is right."
)
_EXITS = {SweepOutcome.COMPLETE: DONE, SweepOutcome.HELD: WAITS}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`mirror [--dry-run] [--accept-first] [--json]`, `mirror holds [--json]`, `mirror approve ID...`."""
    parser.add_argument("--dry-run", action="store_true", help="tell what would change, and write nothing")
    parser.add_argument(
        "--accept-first",
        action="store_true",
        help="take this answer as the first one: do not compare it with earlier ones",
    )
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.usage = f"{parser.prog} [-h] [--dry-run] [--accept-first] [--json] [holds | approve] ..."
    verbs = parser.add_subparsers(
        dest="verb", metavar="VERB", description="Without a verb: one sweep.", prog=parser.prog
    )
    mirror_holds.add_verbs(verbs)


def run(args: argparse.Namespace) -> int:
    """Sweeps once. 0: all done; 3: some removals wait for a person; 1: the answer could not be used."""
    if args.verb is not None:
        if args.dry_run or args.accept_first:
            print("fornix: --dry-run and --accept-first belong to a sweep, without a verb.", file=sys.stderr)
            return USAGE
        return mirror_holds.run(args)
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
    verb = "would change" if result.is_dry_run else "changed"
    changes = [line for line in result.lines if line.kind != "removal.held"]
    lines = [f"{line.kind}: {line.about}: {line.text}" for line in changes]
    return [
        f"read {read} with {result.requests} requests; {len(lines)} things {verb}",
        *_first(lines),
        *_first([f"waits: {hold}" for hold in result.holds]),
        *([WHAT_TO_DO] if result.holds else []),
        *_first([f"note: {concern}" for concern in result.concerns]),
    ]


def _first(lines: list[str]) -> list[str]:
    more = len(lines) - MOST_LINES
    return lines if more <= 0 else [*lines[:MOST_LINES], f"… and {more} more (--json tells all)"]
