"""`fornix user`: accounts are made and changed here (or by administrators); nobody registers alone."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from fornix.access.accounts import create_account, find_accounts, reset_password, set_active, set_email
from fornix.access.actors import OPERATOR
from fornix.booking.identity import fold_email
from fornix.booking.people import (
    find_person,
    link_account,
    link_by_hand,
    others_with_email,
    unlink_account,
)
from fornix.catalog.people import person_name
from fornix.commands.main import DONE, FAILED
from fornix.commands.passwords import read_password, weakness_of
from fornix.commands.targets import named_account
from fornix.commands.user_identity import set_identity, tell_links
from fornix.models import Account
from fornix.wiring import linking

if TYPE_CHECKING:
    from argparse import ArgumentParser, _SubParsersAction


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`user add`, `list`, `password`, `deactivate`, `activate`, `email`, `link`, `identity`, `unlink`."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    _declare_add(verbs)
    listing = verbs.add_parser("list", help="list the accounts")
    listing.add_argument("--json", action="store_true", help="print the list as JSON")
    password = _of_one(verbs, "password", "set a new password; log-ins with the old one end")
    _declare_stdin(password)
    _of_one(verbs, "deactivate", "switch an account off: log-ins and tokens end at once")
    _of_one(verbs, "activate", "switch an account on again")
    email = _of_one(verbs, "email", "set the e-mail that links an account to its person in Calpendo")
    email.add_argument("email", metavar="ADDRESS", help='the new address; "" for none')
    link = _of_one(verbs, "link", "say that an account is this person in Calpendo")
    link.add_argument("person", metavar="PERSON", help="the person's id, login or e-mail in Calpendo")
    identity = _of_one(
        verbs, "identity", "say whom single sign-on knows an account as, which links it in Calpendo"
    )
    identity.add_argument(
        "realm", metavar="REALM", help="whose subject it is, such as the provider's address"
    )
    identity.add_argument(
        "subject", metavar="SUBJECT", help="what the account is called there, letter by letter"
    )
    identity.add_argument(
        "--remove", action="store_true", help="take it back; a link that was made by it stays"
    )
    _of_one(verbs, "unlink", "undo a wrong link to a person in Calpendo, and the rights that came by it")


def _declare_add(verbs: _SubParsersAction[ArgumentParser]) -> None:
    add = _of_one(verbs, "add", "make an account", "what the person logs in with")
    add.add_argument("--email", default="", help="links the account to the person of this e-mail in Calpendo")
    add.add_argument("--name", default="", help="the person's name, for pages")
    add.add_argument("--admin", action="store_true", help="a site administrator: sees and changes everything")
    _declare_stdin(add)


def _declare_stdin(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--password-stdin", action="store_true", help="read the password from the first line of stdin"
    )


def _of_one(
    verbs: _SubParsersAction[ArgumentParser], verb: str, text: str, about: str = "the account"
) -> ArgumentParser:
    parser = verbs.add_parser(verb, help=text)
    parser.add_argument("username", metavar="NAME", help=about)
    return parser


def run(args: argparse.Namespace) -> int:
    """Does what the verb says."""
    if args.verb == "add":
        _add(args)
    elif args.verb == "list":
        _list(as_json=args.json)
    elif args.verb == "password":
        _set_password(named_account(args.username), from_stdin=args.password_stdin)
    elif args.verb == "email":
        _set_email(named_account(args.username), args.email)
    elif args.verb == "link":
        _link(named_account(args.username), args.person)
    elif args.verb == "identity":
        return set_identity(named_account(args.username), args.realm, args.subject, is_removed=args.remove)
    elif args.verb == "unlink":
        return _unlink(named_account(args.username))
    else:
        _switch(named_account(args.username), is_active=args.verb == "activate")
    return DONE


def _add(args: argparse.Namespace) -> None:
    """Makes the account, and links it to its person in Calpendo in the same transaction."""
    password, at = read_password(from_stdin=args.password_stdin), timezone.now()
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
        link_account(account, at=at, linking=linking())
    print(f"made account {account.username}")
    tell_links(account)
    _tell_shared(account)
    _tell_weakness("made", password, account)


def _set_password(account: Account, *, from_stdin: bool) -> None:
    password = read_password(from_stdin=from_stdin)
    reset_password(OPERATOR, account, password, at=timezone.now())
    print(f"{account.username} has a new password; earlier log-ins have ended")
    _tell_weakness("set", password, account)


def _set_email(account: Account, email: str) -> None:
    at = timezone.now()
    with transaction.atomic():
        set_email(OPERATOR, account, email, at=at)
        link_account(account, at=at, linking=linking())
    print(f"{account.username} has {f'the e-mail {account.email}' if account.email else 'no e-mail'}")
    tell_links(account)
    _tell_shared(account)
    for person in account.booking_people.order_by("pk"):
        if person.folded_email != fold_email(account.email, linking().aliases):
            print(
                f"fornix: {person_name(person)} has another e-mail in Calpendo ({person.email or 'none'}). "
                f"If that is somebody else, `fornix user unlink {account.username}` undoes the link.",
                file=sys.stderr,
            )


def _link(account: Account, person: str) -> None:
    found = find_person(person)
    if link_by_hand(OPERATOR, account, found, at=timezone.now()):
        print(f"{account.username} is linked to {person_name(found)} in Calpendo (id {found.external_id})")
    else:
        print(f"{account.username} is linked to {person_name(found)} in Calpendo already")


def _unlink(account: Account) -> int:
    """0: unlinked; 1: there was no link."""
    unlinked = unlink_account(OPERATOR, account, at=timezone.now())
    if not unlinked:
        print(f"fornix: {account.username} is linked to nobody in Calpendo", file=sys.stderr)
        return FAILED
    for person in unlinked:
        print(f"{account.username} is no longer linked to {person_name(person)} in Calpendo")
    ids = " or ".join(f"`fornix user link NAME {person.external_id}`" for person in unlinked)
    print(f"No sweep links them again, whatever the e-mail: {ids} does.")
    return DONE


def _switch(account: Account, *, is_active: bool) -> None:
    at = timezone.now()
    with transaction.atomic():
        set_active(OPERATOR, account, is_active=is_active, at=at)
        if is_active:
            link_account(account, at=at, linking=linking())
    done = "is active" if is_active else "is switched off: log-ins and tokens have ended"
    print(f"{account.username} {done}")


def _tell_shared(account: Account) -> None:
    if others := others_with_email(account, linking=linking()):
        print(
            f"fornix: {', '.join(others)} has this e-mail too: an e-mail that two accounts share links nobody.",
            file=sys.stderr,
        )


def _tell_weakness(done: str, password: str, account: Account) -> None:
    if weakness := weakness_of(password, account):
        print(f"fornix: {done}; the password is weak: {weakness}", file=sys.stderr)


def _list(*, as_json: bool) -> None:
    accounts = find_accounts(OPERATOR)
    if as_json:
        listed = [_as_json(account) for account in accounts]
        print(json.dumps({"accounts": listed}, ensure_ascii=False, indent=2))
    elif not accounts:
        print("There are no accounts. `fornix user add NAME` makes one.")
    else:
        print("\n".join(_in_words(account) for account in accounts))


def _as_json(account: Account) -> dict[str, object]:
    return {
        "username": account.username,
        "name": account.name,
        "email": account.email,
        "active": account.is_active,
        "suspended_at": account.suspended_at.isoformat() if account.suspended_at else None,
        "administrator": account.is_administrator,
        "calpendo": [
            {"id": row.external_id, "name": person_name(row)} for row in account.booking_people.all()
        ],
        "created_at": account.created_at.isoformat(),
        "last_login_at": account.last_login.isoformat() if account.last_login else None,
    }


def _in_words(account: Account) -> str:
    facts = [
        account.name,
        account.email,
        "administrator" if account.is_administrator else "",
        "" if account.is_active else f"switched off{' by the mirror' if account.suspended_at else ''}",
        *(f"{person_name(row)} in Calpendo" for row in account.booking_people.all()),
    ]
    return "  ".join([account.username, "; ".join(fact for fact in facts if fact)]).rstrip()
