"""Why an account is, or is not, a person of Calpendo, in words (contract calpendo 4.1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from fornix.booking.identity import Linking, fold_email
from fornix.booking.people import others_with_email, subjects_of
from fornix.catalog.people import person_name
from fornix.models import Account, BookingPerson, Identity


def about_links(account: Account | None, people: Sequence[BookingPerson], linking: Linking) -> list[str]:
    """To whom the account is linked and since when, and to whom it is not and why."""
    if account is None:
        return [_about_future(person, linking) for person in people]
    reasons = [
        f"is linked to {person_name(person)} in Calpendo (id {person.external_id}) by {person.linked_how} "
        f"since {time_of(person.linked_at)}"
        for person in people
    ]
    if account.suspended_at is not None and not account.is_active:
        off = f"the mirror switched the log-in off at {time_of(account.suspended_at)}"
        reasons.append(f"{off}, because of the status in Calpendo")
    same = _by_email(account, linking)
    if people:
        return reasons + [
            f"{_identified(row)} has the account's e-mail too, is {status_of(row)} there and is no account's"
            for row in same.people
            if row.account_id is None
        ]
    found = next((each for each in (_by_identity(account, linking), same) if each.people), None)
    if found is not None:
        return [f"is linked to nobody in Calpendo: {_why_not(account, found)}"]
    if not account.email:
        return ["is linked to nobody in Calpendo: the account has no e-mail"]
    return [f"is linked to nobody in Calpendo: nobody there has the e-mail {account.email}"]


def status_of(person: BookingPerson) -> str:
    """What Calpendo says of whether the person may work: the status, and a day on which it ends."""
    status = person.status or "without status"
    return f"{status} (expires on {person.expires_on})" if person.expires_on else status


def time_of(at: datetime | None) -> str:
    """A moment, as these answers write it."""
    return f"{at:%Y-%m-%d %H:%M} UTC" if at else "an unknown time"


@dataclass(frozen=True, slots=True)
class _Same:
    """The people who have what an account has, `what` that is, and the other accounts that have it."""

    people: Sequence[BookingPerson]
    what: str
    others: tuple[str, ...] = ()


def _by_identity(account: Account, linking: Linking) -> _Same:
    subjects = subjects_of(account, linking)
    logins = Q(login_identifier__in=subjects) | Q(login_name__in=subjects)
    people = list(BookingPerson.objects.filter(logins).exclude(account=account)) if subjects else []
    known = {each for row in people for each in (row.login_identifier, row.login_name)}
    rivals = Identity.objects.filter(realm=linking.realm, subject__in=known).exclude(account=account)
    others = tuple(rivals.values_list("account__username", flat=True)) if people else ()
    return _Same(people, "this log-in at single sign-on", others)


def _by_email(account: Account, linking: Linking) -> _Same:
    email = fold_email(account.email, linking.aliases)
    people = list(BookingPerson.objects.filter(folded_email=email).exclude(account=account)) if email else []
    others = others_with_email(account, linking=linking) if people else ()
    return _Same(people, "this e-mail", others)


def _why_not(account: Account, same: _Same) -> str:
    """Why an account is not linked although people have what it has; the order is that of `new_links`."""
    people, has = same.people, f"has {same.what}"
    names = ", ".join(_identified(person) for person in people)
    by_hand = f"`fornix user link {account.username} {people[0].external_id}`"
    if not account.is_active and account.suspended_at is None:
        return f"{names} {has}, and the account is switched off"
    active = [person for person in people if person.is_active and person.vanished_at is None]
    if not active:
        return f"{names} {has} and is {status_of(people[0])} there"
    if len(active) > 1:
        shared = ", ".join(_identified(person) for person in active)
        return f"{shared} share {same.what}, so nobody is linked by it"
    if active[0].account is not None:
        return f"{_identified(active[0])} {has} and is the account {active[0].account.username}"
    if active[0].unlinked_at is not None:
        undone = f"{_identified(active[0])} {has}, and a person undid the link"
        return f"{undone} at {time_of(active[0].unlinked_at)}: {by_hand} makes it again"
    if same.others:
        return f"{names} {has}, and so has the account {', '.join(same.others)}"
    if account.is_administrator:
        return f"{names} {has}, but administrators are linked by hand only: {by_hand}"
    if active[0].missing_since is not None:
        return f"{names} {has}, and Calpendo does not list them since {time_of(active[0].missing_since)}"
    return f"{names} {has}; the next sweep links them"


def _about_future(person: BookingPerson, linking: Linking) -> str:
    known = f"{person_name(person)} is known in Calpendo only (id {person.external_id}, {status_of(person)})"
    accounts = _accounts_of(person, linking)
    if not accounts:
        missing = (
            f"an account with the e-mail {person.email}" if person.email else "an account linked by hand"
        )
        return f"{known}: what Calpendo grants is pending until there is {missing}"
    reasons = "; ".join(
        f"the account {account.username} is not linked, because {_why_not(account, same)}"
        for account, same in accounts
    )
    return f"{known}: what Calpendo grants is pending; {reasons}"


def _accounts_of(person: BookingPerson, linking: Linking) -> list[tuple[Account, _Same]]:
    """The accounts that have what the person has: those of the identity, or else of the e-mail."""
    logins = {person.login_identifier, person.login_name} - {""}
    owners = Account.objects.filter(
        identities__realm=linking.realm or None, identities__subject__in=logins
    ).distinct()
    found = [(account, _by_identity(account, linking)) for account in owners.order_by("pk")]
    if found or not person.folded_email:
        return found
    return [
        (account, _by_email(account, linking))
        for account in Account.objects.exclude(email="").order_by("pk")
        if fold_email(account.email, linking.aliases) == person.folded_email
    ]


def _identified(person: BookingPerson) -> str:
    return f"{person_name(person)} (id {person.external_id})"
