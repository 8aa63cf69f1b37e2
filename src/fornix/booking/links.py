"""Pure: which person of Calpendo is which account (contract calpendo 4.1): by identity, by e-mail, never by a name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from fornix.booking.identity import active_by_email
from fornix.booking.mirror import PRESENT, AccountCard, Person

LINKED_BY_EMAIL = "e-mail given by an administrator"
LINKED_BY_IDENTITY = "identity at single sign-on"


@dataclass(frozen=True, slots=True)
class Links:
    """Links to make (person id -> account id), and those that only a human may make, in words.

    `by_identity`: the people whose log-in in Calpendo is the account's at single sign-on; the others by e-mail.
    """

    made: Mapping[str, int]
    suggestions: tuple[str, ...]
    by_identity: frozenset[str] = frozenset()

    def how(self, person_id: str) -> str:
        """By what a link is made, as it is stored."""
        return LINKED_BY_IDENTITY if person_id in self.by_identity else LINKED_BY_EMAIL


def new_links(people: Iterable[Person], accounts: Iterable[AccountCard]) -> Links:
    """Links by identity, and by e-mail where that says nothing: one active person and one account that share it.

    A stored link outranks everything and is never changed here, nor is one made again that a person undid. Whom an
    identity leaves in doubt, no e-mail links. Administrators are linked by hand only: whoever edits people in Calpendo
    must not steer what an administrator is.
    """
    everybody, cards = tuple(people), [card for card in accounts if card.is_linkable]
    first = _by_identity(everybody, cards)
    known = [
        replace(each, account_id=first.made[each.id]) if each.id in first.made else each for each in everybody
    ]
    second = _by_email(known, cards, first.doubted)
    return Links(first.made | second.made, (*first.doubts, *second.doubts), frozenset(first.made))


@dataclass(frozen=True, slots=True)
class _Found:
    """Links of one kind, and doubts; `doubted` are the ids of the people whom these are about."""

    made: dict[str, int]
    doubts: tuple[str, ...]
    doubted: frozenset[str]


def logs_in_as(person: Person, card: AccountCard) -> bool:
    """Whether the person's log-in in Calpendo is the account's at single sign-on, letter by letter."""
    return not card.subjects.isdisjoint({person.login_identifier, person.login_name} - {""})


def _by_identity(people: Sequence[Person], cards: Iterable[AccountCard]) -> _Found:
    owners = {subject: card for card in cards for subject in card.subjects}
    matches: defaultdict[int, list[Person]] = defaultdict(list)
    matching: defaultdict[str, dict[int, AccountCard]] = defaultdict(dict)
    for person in people:
        if person.is_active and not person.absence.is_gone:
            for login in {person.login_identifier, person.login_name} & owners.keys():
                matching[person.id][owners[login].id] = owners[login]
            for account_id in matching[person.id]:
                matches[account_id].append(person)
    linked = _linked(people)
    made: dict[str, int] = {}
    doubts: list[str] = []
    doubted: set[str] = set()
    for account_id, found in matches.items():
        waiting = _waiting(found, ())
        if not waiting:
            continue
        rivals = {pk: card for person in found for pk, card in matching[person.id].items()}
        doubt = _doubt_of_identity(tuple(rivals.values()), found, linked[account_id])
        if doubt:
            doubts.append(doubt)
            doubted.update(person.id for person in waiting)
        elif waiting[0].absence == PRESENT:
            made[waiting[0].id] = account_id
    return _Found(made, tuple(dict.fromkeys(doubts)), frozenset(doubted))


def _by_email(people: Sequence[Person], cards: Iterable[AccountCard], doubted: Collection[str]) -> _Found:
    by_email, linked = active_by_email(people), _linked(people)
    accounts: defaultdict[str, list[AccountCard]] = defaultdict(list)
    for card in cards:
        if card.folded_email:
            accounts[card.folded_email].append(card)
    made, doubts = {}, []
    for email, owners in accounts.items():
        found = by_email.get(email, [])
        waiting = _waiting(found, doubted)
        if not waiting:
            continue
        doubt = _doubt_of_email(owners, found, linked[owners[0].id])
        if doubt:
            doubts.append(doubt)
        elif waiting[0].absence == PRESENT:
            made[waiting[0].id] = owners[0].id
    return _Found(made, tuple(doubts), frozenset())


def _waiting(found: Iterable[Person], doubted: Collection[str]) -> list[Person]:
    return [
        each for each in found if each.account_id is None and each.may_be_linked and each.id not in doubted
    ]


def _linked(people: Iterable[Person]) -> Mapping[int, list[Person]]:
    linked: defaultdict[int, list[Person]] = defaultdict(list)
    for person in people:
        if person.account_id is not None:
            linked[person.account_id].append(person)
    return linked


def _doubt_of_identity(
    owners: Sequence[AccountCard], found: Sequence[Person], linked: Sequence[Person]
) -> str:
    """Why a human must decide whether these people are this account; "" when it is certain."""
    if len(found) > 1 or len(owners) > 1:
        return _shared(owners, found, "one log-in at single sign-on")
    if owners[0].is_administrator:
        return _privileged(owners[0], found[0])
    # The same person's older row may be linked; one who may work still is somebody else, or a row to be chosen from.
    return _taken(owners[0], found[0], next((each for each in linked if each.is_active), None), "log-in")


def _doubt_of_email(owners: Sequence[AccountCard], found: Sequence[Person], linked: Sequence[Person]) -> str:
    """The same for an e-mail."""
    if len(found) > 1 or len(owners) > 1:
        return _shared(owners, found, "one e-mail")
    if owners[0].is_administrator:
        return _privileged(owners[0], found[0])
    # A second row of the same person takes over from the first, which then is switched off and has the same address.
    # Anything else may be an address that was given to somebody new.
    others = (each for each in linked if each.is_active or each.folded_email != found[0].folded_email)
    return _taken(owners[0], found[0], next(others, None), "e-mail")


def _privileged(account: AccountCard, person: Person) -> str:
    return f"{account.username} is an administrator: link {person.display_name} by hand"


def _taken(account: AccountCard, person: Person, other: Person | None, what: str) -> str:
    if other is None:
        return ""
    return (
        f"{account.username} is linked to {other.display_name}, and {person.display_name} has its {what} now: "
        f"if they are one person, `fornix user link {account.username} {person.id}`"
    )


def _shared(accounts: Iterable[AccountCard], people: Iterable[Person], what: str) -> str:
    names = ", ".join(person.display_name for person in people)
    logins = ", ".join(account.username for account in accounts)
    return f"{names} and the accounts {logins} share {what}: nobody was linked"
