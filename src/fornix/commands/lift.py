"""`fornix lift PROJECT NAME`: takes back what `fornix pin` and `fornix block` set."""

from __future__ import annotations

import argparse
import sys

from django.utils import timezone

from fornix.access.actors import OPERATOR
from fornix.access.memberships import lift_overrides
from fornix.commands.main import DONE, FAILED
from fornix.commands.targets import named_account, named_project


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`lift PROJECT NAME`."""
    parser.add_argument("project", metavar="PROJECT", help="the project's code")
    parser.add_argument("username", metavar="NAME", help="the account")


def run(args: argparse.Namespace) -> int:
    """0: lifted; 1: there was neither a pin nor a block."""
    project, account = named_project(args.project), named_account(args.username)
    lifted = lift_overrides(OPERATOR, project, account, at=timezone.now())
    if not lifted:
        print(f"fornix: {account.username} has neither a pin nor a block on {project.label}", file=sys.stderr)
        return FAILED
    for override in lifted:
        print(f"the {override.kind} of {account.username} on {project.label} is lifted")
    return DONE
