"""`fornix why NAME PROJECT`: why a person may or may not see a project."""

from __future__ import annotations

import argparse
import json
import sys

from fornix.booking.why import Explanation, explain
from fornix.commands.main import DONE, FAILED
from fornix.errors import NotVisible


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`why NAME PROJECT [--json]`."""
    parser.add_argument(
        "name", metavar="NAME", help="an account; or a login, e-mail or full name in Calpendo"
    )
    parser.add_argument("project", metavar="PROJECT", help="the project's code")
    parser.add_argument("--json", action="store_true", help="print the answer as JSON")


def run(args: argparse.Namespace) -> int:
    """0: the person may see the project's data; 1: not, or there is no such person or project."""
    try:
        found = explain(args.name, args.project)
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
