"""`fornix pin PROJECT NAME ROLE [--reason TEXT]`: a role that outranks every source of memberships."""

from __future__ import annotations

import argparse

from django.utils import timezone

from fornix.access.actors import OPERATOR
from fornix.access.memberships import set_override
from fornix.commands.main import DONE
from fornix.commands.targets import named_account, named_project
from fornix.models.memberships import OverrideKind, Role


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`pin PROJECT NAME ROLE [--reason TEXT]`."""
    parser.add_argument("project", metavar="PROJECT", help="the project's code")
    parser.add_argument("username", metavar="NAME", help="the account")
    roles = [role.value for role in Role]
    parser.add_argument("role", metavar="ROLE", choices=roles, help=", ".join(roles))
    parser.add_argument("--reason", default="", metavar="TEXT", help="why, for those who ask later")


def run(args: argparse.Namespace) -> int:
    """Pins the role."""
    project, account = named_project(args.project), named_account(args.username)
    pin, role = OverrideKind.PIN, Role(args.role)
    set_override(OPERATOR, project, account, pin, at=timezone.now(), role=role, reason=args.reason)
    print(f"{account.username} is pinned as {args.role} of {project.label}")
    return DONE
