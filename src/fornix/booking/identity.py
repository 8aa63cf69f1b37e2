"""Pure: which person of Calpendo is which account (contract calpendo 4.1). Names never link anybody."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import MappingProxyType

from fornix.booking.mirror import PRESENT, AccountCard, Person

LINKED_BY_EMAIL = "e-mail given by an administrator"
# Domain -> the domain that stands for it, both as IDNA in lower case: two names of one institution.
NO_ALIASES: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Links:
    """Links to make (person id -> account id), and those that only a human may make, in words."""

    made: Mapping[str, int]
    suggestions: tuple[str, ...]


def fold_email(text: str, aliases: Mapping[str, str] = NO_ALIASES) -> str:
    """An address for comparison: trimmed, lower case, NFC, its domain as IDNA. "" for what is no address.

    :param aliases: folds a domain to the one that stands for it, where a centre has several (contract 4.1.4).
    """
    folded = unicodedata.normalize("NFC", text.strip()).lower()
    local, at, domain = folded.rpartition("@")
    if not (local and at and domain) or any(character.isspace() for character in folded):
        return ""
    with suppress(UnicodeError):  # a name that DNS does not know compares as it is written
        domain = domain.encode("idna").decode("ascii")
    return f"{local}@{_standing_for(domain, aliases)}"


def _standing_for(domain: str, aliases: Mapping[str, str]) -> str:
    """The domain at the end of the aliases; where they lead in a circle, as one may write them, its first by name."""
    followed: list[str] = []
    while domain in aliases and domain not in followed:
        followed.append(domain)
        domain = aliases[domain]
    return min(followed[followed.index(domain) :]) if domain in followed else domain


def new_links(people: Iterable[Person], accounts: Iterable[AccountCard]) -> Links:
    """Links by e-mail: exactly one active person and exactly one active account share it.

    A stored link outranks everything and is never changed here, nor is one made again that a person undid.
    Administrators are linked by hand only: whoever edits e-mails in Calpendo must not steer what an administrator is.
    """
    everybody = tuple(people)
    by_email = active_by_email(everybody)
    linked: defaultdict[int, list[Person]] = defaultdict(list)
    for person in everybody:
        if person.account_id is not None:
            linked[person.account_id].append(person)
    made, suggestions = {}, []
    for email, owners in _active_accounts(accounts).items():
        found = by_email.get(email, [])
        waiting = [person for person in found if person.account_id is None and person.may_be_linked]
        if not waiting:
            continue
        doubt = _doubt(owners, found, linked[owners[0].id])
        if doubt:
            suggestions.append(doubt)
        elif waiting[0].absence == PRESENT:
            made[waiting[0].id] = owners[0].id
    return Links(made, tuple(suggestions))


def changed_addresses(
    before: Mapping[str, Person], after: Mapping[str, Person], accounts: Iterable[AccountCard]
) -> tuple[str, ...]:
    """Linked people whose address in Calpendo has changed, in words: their links stay (contract 4.1.9)."""
    usernames = {account.id: account.username for account in accounts}
    told = []
    for person_id, person in after.items():
        known = before.get(person_id)
        if known is None or person.account_id is None or known.folded_email == person.folded_email:
            continue
        name = usernames.get(person.account_id, f"number {person.account_id}")
        told.append(
            f"{person.display_name} has another e-mail in Calpendo ({person.email or 'none'}) and stays linked to "
            f"the account {name}; if that is somebody else now, `fornix user unlink {name}` undoes it"
        )
    return tuple(told)


def active_by_email(people: Iterable[Person]) -> Mapping[str, list[Person]]:
    """The people who may work, by folded e-mail. One who is only missing for now still makes an address ambiguous."""
    found: defaultdict[str, list[Person]] = defaultdict(list)
    for person in people:
        if person.folded_email and person.is_active and not person.absence.is_gone:
            found[person.folded_email].append(person)
    return found


def person_of_email(
    email: str, people: Iterable[Person], aliases: Mapping[str, str] = NO_ALIASES
) -> Person | None:
    """The one person of this address: the only active one, else the only one at all. None when it is not one."""
    folded = fold_email(email, aliases)
    if not folded:
        return None
    same = [person for person in people if person.folded_email == folded]
    active = [person for person in same if person.is_active]
    found = active or same
    return found[0] if len(found) == 1 else None


def _active_accounts(accounts: Iterable[AccountCard]) -> Mapping[str, list[AccountCard]]:
    found: defaultdict[str, list[AccountCard]] = defaultdict(list)
    for account in accounts:
        if account.folded_email and account.is_active:
            found[account.folded_email].append(account)
    return found


def _doubt(owners: Sequence[AccountCard], found: Sequence[Person], linked: Sequence[Person]) -> str:
    """Why a human must decide whether these people are this account; "" when it is certain."""
    if len(found) > 1 or len(owners) > 1:
        return _shared(owners, found)
    person, account = found[0], owners[0]
    if account.is_administrator:
        return f"{account.username} is an administrator: link {person.display_name} by hand"
    # A second row of the same person takes over from the first, which then is switched off and has the same address.
    # Anything else may be an address that was given to somebody new.
    other = next(
        (each for each in linked if each.is_active or each.folded_email != person.folded_email), None
    )
    if other is not None:
        return (
            f"{account.username} is linked to {other.display_name}, and {person.display_name} has its e-mail now: "
            f"if they are one person, `fornix user link {account.username} {person.id}`"
        )
    return ""


def _shared(accounts: Iterable[AccountCard], people: Iterable[Person]) -> str:
    names = ", ".join(person.display_name for person in people)
    logins = ", ".join(account.username for account in accounts)
    return f"{names} and the accounts {logins} share one e-mail: nobody was linked"
