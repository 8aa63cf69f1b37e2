"""Pure: whose log-in the mirror switches off or on, where a site lets Calpendo decide on it (contract calpendo 4.2)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import Enum

from fornix.booking.mirror import AccountCard, Person
from fornix.booking.standing import PersonStanding, person_standing
from fornix.models.booking import Hold


class Switch(Enum):
    """OFF and ON say it. SETTLED: a person had given the log-in back, and Calpendo agrees by now."""

    OFF = "off"
    ON = "on"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class LoginChange:
    """One account's. `person_id` is the one by whom it is decided, "" where nobody is linked any more."""

    account_id: int
    switch: Switch
    person_id: str = ""


def next_logins(
    people: Iterable[Person], accounts: Iterable[AccountCard], today: date, *, suspends: bool
) -> tuple[LoginChange, ...]:
    """The changes after the guards: whose leaving is held has their log-in. Administrators always have theirs.

    What a person switched off by hand stays so, and so does what a person switched on again, until Calpendo lets the
    one in question work.

    :param people: with the links that are made now.
    :param today: the day of the site's calendar, for expiry dates.
    :param suspends: the site's choice; without it, all log-ins that the mirror took are given back.
    """
    linked: defaultdict[int, list[Person]] = defaultdict(list)
    for person in people:
        if person.account_id is not None:
            linked[person.account_id].append(person)
    changes = (_change(card, linked.get(card.id, []), today, suspends=suspends) for card in accounts)
    return tuple(change for change in changes if change is not None)


def is_suspended(person: Person, today: date) -> bool:
    """Whether the person may not work, by Calpendo or by a decision; who is only asked for is not suspended."""
    standing = person_standing(person.status, person.expires_on, today)
    return not person.is_active and (person.hold is Hold.REFUSED or standing is PersonStanding.SUSPENDED)


def _change(card: AccountCard, mine: list[Person], today: date, *, suspends: bool) -> LoginChange | None:
    active = next((person for person in mine if person.is_active), None)
    barred = next((person for person in mine if is_suspended(person, today)), None)
    may_be_off = suspends and not card.is_administrator and active is None
    if may_be_off and barred is not None:
        is_new = card.is_active and not card.is_suspended
        return LoginChange(card.id, Switch.OFF, barred.id) if is_new else None
    if not card.is_suspended or (may_be_off and card.is_linked):
        return None
    by = active or barred
    return LoginChange(card.id, Switch.SETTLED if card.is_active else Switch.ON, by.id if by else "")
