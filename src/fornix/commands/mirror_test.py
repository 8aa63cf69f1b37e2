"""`fornix mirror test`: does the configured Calpendo answer, and may the service account read what a sweep needs."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from fornix.booking.discover import ConnectionCheck, Finding, check_connection
from fornix.commands.main import DONE, FAILED
from fornix.wiring import calpendo_config

if TYPE_CHECKING:
    from argparse import ArgumentParser, _SubParsersAction

_SIGNS = {Finding.GOOD: "ok", Finding.DOUBTFUL: "doubtful", Finding.WRONG: "wrong"}


def add_verb(verbs: _SubParsersAction[ArgumentParser]) -> None:
    """`test [--json]`."""
    test = verbs.add_parser("test", help="test the connection to Calpendo; change nothing")
    # SUPPRESS: an absent --json here must not undo one that was given before the verb.
    test.add_argument(
        "--json", action="store_true", default=argparse.SUPPRESS, help="print the findings as JSON"
    )


def run(args: argparse.Namespace) -> int:
    """0: a sweep could use it; 1: not."""
    check = check_connection(calpendo_config())
    if args.json:
        print(json.dumps(_as_json(check), ensure_ascii=False, indent=2))
    else:
        print("\n".join(f"{_SIGNS[line.finding]}: {line.text}" for line in check.lines))
        print(f"{check.requests} requests, {check.seconds:.1f} s; nothing was changed")
    return DONE if check.is_usable else FAILED


def _as_json(check: ConnectionCheck) -> dict[str, object]:
    return {
        "usable": check.is_usable,
        "findings": [{"finding": line.finding.value, "text": line.text} for line in check.lines],
        "requests": check.requests,
        "seconds": round(check.seconds, 2),
    }
