"""`fornix grant PROJECT NAME ROLE`: a manual membership, which no mirror touches."""

from __future__ import annotations

import argparse

from django.utils import timezone

from fornix.access.accounts import find_account
from fornix.access.actors import OPERATOR
from fornix.access.memberships import grant
from fornix.catalog.projects import find_project
from fornix.commands.main import DONE
from fornix.errors import Invalid
from fornix.models.memberships import Role


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`grant PROJECT NAME ROLE`."""
    parser.add_argument("project", metavar="PROJECT", help="the project's code")
    parser.add_argument("username", metavar="NAME", help="the account")
    roles = [role.value for role in Role]
    parser.add_argument("role", metavar="ROLE", choices=roles, help=", ".join(roles))


def run(args: argparse.Namespace) -> int:
    """Grants the role."""
    project = find_project(args.project)
    if project is None:
        raise Invalid(f"There is no project {args.project}. `fornix show` lists those that hold data.")
    account = find_account(args.username)
    if account is None:
        raise Invalid(f"There is no account {args.username}. Make it with `fornix user add {args.username}`.")
    grant(OPERATOR, project, account, Role(args.role), at=timezone.now())
    print(f"{account.username} is {args.role} of {project.label}")
    return DONE
