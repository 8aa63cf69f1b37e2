"""Pure: which person of Calpendo is which account (contract calpendo 4.1). Names never link anybody."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fornix.booking.mirror import AccountCard, Person

LINKED_BY_EMAIL = "e-mail given by an administrator"


@dataclass(frozen=True, slots=True)
class Links:
    """Links to make (person id -> account id), and those that only a human may make, in words."""

    made: Mapping[str, int]
    suggestions: tuple[str, ...]


def fold_email(text: str) -> str:
    """An address for comparison: trimmed, lower case, NFC, its domain as IDNA. "" for what is no address."""
    folded = unicodedata.normalize("NFC", text.strip()).lower()
    local, at, domain = folded.rpartition("@")
    if not (local and at and domain) or any(character.isspace() for character in folded):
        return ""
    try:
        return f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        return f"{local}@{domain}"


def new_links(people: Iterable[Person], accounts: Iterable[AccountCard]) -> Links:
    """Links by e-mail: exactly one active person and exactly one active account share it.

    A stored link outranks everything and is never changed here. Administrators are linked by hand only: whoever
    edits e-mails in Calpendo must not steer what an administrator is.
    """
    by_email = active_by_email(people)
    account_by_email: defaultdict[str, list[AccountCard]] = defaultdict(list)
    for account in accounts:
        if account.folded_email and account.is_active:
            account_by_email[account.folded_email].append(account)
    made, suggestions = {}, []
    for email, owners in account_by_email.items():
        found = by_email.get(email, [])
        waiting = [person for person in found if person.account_id is None]
        if not waiting:
            continue
        if len(found) > 1 or len(owners) > 1:
            suggestions.append(_shared(owners, found))
        elif owners[0].is_administrator:
            suggestions.append(
                f"{owners[0].username} is an administrator: link {found[0].display_name} by hand"
            )
        else:
            made[found[0].id] = owners[0].id
    return Links(made, tuple(suggestions))


def active_by_email(people: Iterable[Person]) -> Mapping[str, list[Person]]:
    """The people who may work, by folded e-mail."""
    found: defaultdict[str, list[Person]] = defaultdict(list)
    for person in people:
        if person.folded_email and person.is_active and not person.is_vanished:
            found[person.folded_email].append(person)
    return found


def person_of_email(email: str, people: Iterable[Person]) -> Person | None:
    """The one person of this address: the only active one, else the only one at all. None when it is not one."""
    folded = fold_email(email)
    if not folded:
        return None
    same = [person for person in people if person.folded_email == folded]
    active = [person for person in same if person.is_active]
    found = active or same
    return found[0] if len(found) == 1 else None


def _shared(accounts: list[AccountCard], people: list[Person]) -> str:
    names = ", ".join(person.display_name for person in people)
    logins = ", ".join(account.username for account in accounts)
    return f"{names} and the accounts {logins} share one e-mail: nobody was linked"
