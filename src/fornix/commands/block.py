"""`fornix block PROJECT NAME [--reason TEXT]`: keeps an account out, whatever else gives a right."""

from __future__ import annotations

import argparse

from django.utils import timezone

from fornix.access.actors import OPERATOR
from fornix.access.memberships import set_override
from fornix.commands.main import DONE
from fornix.commands.targets import named_account, named_project
from fornix.models.memberships import OverrideKind


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`block PROJECT NAME [--reason TEXT]`."""
    parser.add_argument("project", metavar="PROJECT", help="the project's code")
    parser.add_argument("username", metavar="NAME", help="the account")
    parser.add_argument("--reason", default="", metavar="TEXT", help="why, for those who ask later")


def run(args: argparse.Namespace) -> int:
    """Blocks the account."""
    project, account = named_project(args.project), named_account(args.username)
    set_override(OPERATOR, project, account, OverrideKind.BLOCK, at=timezone.now(), reason=args.reason)
    print(f"{account.username} is blocked on {project.label}")
    return DONE
