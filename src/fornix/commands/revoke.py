"""`fornix revoke PROJECT NAME`: takes back what `fornix grant` gave, and nothing else."""

from __future__ import annotations

import argparse
import sys

from django.utils import timezone

from fornix.access.actors import OPERATOR
from fornix.access.memberships import other_grounds, revoke
from fornix.commands.main import DONE, FAILED
from fornix.commands.targets import named_account, named_project


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`revoke PROJECT NAME`."""
    parser.add_argument("project", metavar="PROJECT", help="the project's code")
    parser.add_argument("username", metavar="NAME", help="the account")


def run(args: argparse.Namespace) -> int:
    """0: taken back; 1: there was nothing by hand. Either way tells what remains."""
    project, account = named_project(args.project), named_account(args.username)
    done = revoke(OPERATOR, project, account, at=timezone.now())
    out = sys.stdout if done else sys.stderr
    said = "has no role by hand any more" if done else "had no role by hand"
    print(f"{'' if done else 'fornix: '}{account.username} {said} on {project.label}", file=out)
    for ground in other_grounds(project, account):
        print(f"{account.username} still is {ground.role} by {ground.source} ({ground.evidence})", file=out)
    return DONE if done else FAILED
