"""Pure: what people and accounts are known by, folded so that it can be compared (contract calpendo 4.1)."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import MappingProxyType

from fornix.booking.config import CalpendoConfig
from fornix.booking.mirror import AccountCard, Person

# Domain -> the domain that stands for it, both as IDNA in lower case: two names of one institution.
NO_ALIASES: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Linking:
    """By what this site links people: `aliases` fold the domains of e-mails, `realm` is whose subjects log-ins are."""

    aliases: Mapping[str, str] = field(default_factory=dict)
    realm: str = ""


BY_EMAIL = Linking()


def linking_of(config: CalpendoConfig) -> Linking:
    """As the site configured it."""
    return Linking(dict(config.alias_domains), config.login_realm)


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
