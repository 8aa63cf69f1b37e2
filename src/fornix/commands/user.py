"""`fornix user add`: accounts are made here (or by administrators); nobody registers himself."""

from __future__ import annotations

import argparse
import getpass
import sys

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from fornix.access.accounts import create_account
from fornix.access.actors import OPERATOR
from fornix.booking.people import link_account
from fornix.commands.main import DONE


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`user add NAME [--email E] [--name N] [--admin] [--password-stdin]`."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    add = verbs.add_parser("add", help="make an account")
    add.add_argument("username", metavar="NAME", help="what the person logs in with")
    add.add_argument("--email", default="", help="links the account to the person of this e-mail in Calpendo")
    add.add_argument("--name", default="", help="the person's name, for pages")
    add.add_argument("--admin", action="store_true", help="a site administrator: sees and changes everything")
    add.add_argument(
        "--password-stdin", action="store_true", help="read the password from the first line of stdin"
    )


def run(args: argparse.Namespace) -> int:
    """Makes the account, and links it to its person in Calpendo in the same transaction."""
    password = _read_password(from_stdin=args.password_stdin)
    at = timezone.now()
    with transaction.atomic():
        account = create_account(
            OPERATOR,
            args.username,
            password=password,
            at=at,
            email=args.email,
            name=args.name,
            is_administrator=args.admin,
        )
        link_account(account, at=at)
    try:
        validate_password(password, account)
    except ValidationError as weakness:
        print("fornix: weak password: " + " ".join(weakness.messages), file=sys.stderr)
    print(f"made account {account.username}")
    return DONE


def _read_password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return getpass.getpass("Password: ")
