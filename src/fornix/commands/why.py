"""`fornix why NAME PROJECT`: why a person may or may not see a project."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import timedelta

from django.utils import timezone

from fornix.booking.why import Explanation, Moment, explain
from fornix.commands.main import DONE, FAILED
from fornix.errors import NotVisible
from fornix.wiring import linking, sweep_interval_s


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`why NAME PROJECT [--json]`."""
    parser.add_argument("name", metavar="NAME", help="an account; or a login, id, e-mail or name in Calpendo")
    parser.add_argument(
        "project", metavar="PROJECT", help="the project's code, Calpendo's id of it, or its title"
    )
    parser.add_argument("--json", action="store_true", help="print the answer as JSON")


def run(args: argparse.Namespace) -> int:
    """0: the person may see the project's data; 1: not, or there is no such person or project."""
    try:
        moment = Moment(timezone.now(), timedelta(seconds=sweep_interval_s()))
        found = explain(args.name, args.project, moment=moment, linking=linking())
    except NotVisible as unknown:
        found = Explanation(allowed=False, person=args.name, project=args.project, reasons=(str(unknown),))
        if not args.json:
            print(f"fornix: {unknown}", file=sys.stderr)
            return FAILED
    if args.json:
        answer = {
            "allowed": found.allowed,
            "person": found.person,
            "project": found.project,
            "reasons": list(found.reasons),
        }
        print(json.dumps(answer, ensure_ascii=False, indent=2))
    else:
        print(f"{found.person} {'may' if found.allowed else 'may not'} see {found.project}:")
        print("\n".join(f"- {reason}" for reason in found.reasons))
    return DONE if found.allowed else FAILED
