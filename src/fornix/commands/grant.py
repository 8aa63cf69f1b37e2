"""`fornix grant PROJECT NAME ROLE`: a manual membership, which no mirror touches."""

from __future__ import annotations

import argparse

from django.utils import timezone

from fornix.access.actors import OPERATOR
from fornix.access.memberships import grant
from fornix.commands.main import DONE
from fornix.commands.targets import named_account, named_project
from fornix.models.memberships import Role


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`grant PROJECT NAME ROLE`."""
    parser.add_argument("project", metavar="PROJECT", help="the project's code")
    parser.add_argument("username", metavar="NAME", help="the account")
    roles = [role.value for role in Role]
    parser.add_argument("role", metavar="ROLE", choices=roles, help=", ".join(roles))


def run(args: argparse.Namespace) -> int:
    """Grants the role."""
    project, account = named_project(args.project), named_account(args.username)
    grant(OPERATOR, project, account, Role(args.role), at=timezone.now())
    print(f"{account.username} is {args.role} of {project.label}")
    return DONE
