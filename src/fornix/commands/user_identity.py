"""`fornix user identity`: whom single sign-on knows an account as, and the link to Calpendo that follows from it."""

from __future__ import annotations

import sys

from django.db import transaction
from django.utils import timezone

from fornix.access.actors import OPERATOR
from fornix.access.identities import give_identity, remove_identity
from fornix.booking.people import link_account
from fornix.catalog.people import person_name
from fornix.commands.main import DONE, FAILED
from fornix.models import Account
from fornix.wiring import linking


def set_identity(account: Account, realm: str, subject: str, *, is_removed: bool) -> int:
    """0: it is so now; 1: there was nothing to take back."""
    at = timezone.now()
    if is_removed:
        if remove_identity(OPERATOR, account, realm, subject, at=at):
            print(f"{account.username} is no longer known as that in the realm {realm}")
            return DONE
        print(f"fornix: {account.username} has no such identity in the realm {realm}", file=sys.stderr)
        return FAILED
    with transaction.atomic():
        is_new = give_identity(OPERATOR, account, realm, subject, at=at)
        link_account(account, at=at, linking=linking())
    print(f"{account.username} is known as {subject} in the realm {realm}{'' if is_new else ' already'}")
    tell_links(account)
    if realm.strip() != linking().realm:
        print(
            f"fornix: this links nobody in Calpendo: calpendo.login_realm is {linking().realm or 'not set'}.",
            file=sys.stderr,
        )
    return DONE


def tell_links(account: Account) -> None:
    """Says to whom in Calpendo the account is linked."""
    for person in account.booking_people.order_by("pk"):
        print(f"{account.username} is linked to {person_name(person)} in Calpendo")
