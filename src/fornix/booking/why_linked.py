"""Why an account is, or is not, a person of Calpendo, in words (contract calpendo 4.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from fornix.booking.identity import fold_email
from fornix.booking.people import others_with_email
from fornix.catalog.people import person_name
from fornix.models import Account, BookingPerson


def about_links(
    account: Account | None, people: Sequence[BookingPerson], aliases: Mapping[str, str]
) -> list[str]:
    """To whom the account is linked and since when, and to whom it is not and why."""
    if account is None:
        return [_about_future(person, aliases) for person in people]
    reasons = [
        f"is linked to {person_name(person)} in Calpendo (id {person.external_id}) by {person.linked_how} "
        f"since {time_of(person.linked_at)}"
        for person in people
    ]
    email = fold_email(account.email, aliases)
    same = list(BookingPerson.objects.filter(folded_email=email).exclude(account=account)) if email else []
    if people:
        return reasons + [
            f"{_identified(row)} has the account's e-mail too, is {status_of(row)} there and is no account's"
            for row in same
            if row.account_id is None
        ]
    if not email:
        return ["is linked to nobody in Calpendo: the account has no e-mail"]
    if not same:
        return [f"is linked to nobody in Calpendo: nobody there has the e-mail {account.email}"]
    return [f"is linked to nobody in Calpendo: {_why_not(account, same, aliases)}"]


def status_of(person: BookingPerson) -> str:
    """What Calpendo says of whether the person may work: the status, and a day on which it ends."""
    status = person.status or "without status"
    return f"{status} (expires on {person.expires_on})" if person.expires_on else status


def time_of(at: datetime | None) -> str:
    """A moment, as these answers write it."""
    return f"{at:%Y-%m-%d %H:%M} UTC" if at else "an unknown time"


def _why_not(account: Account, same: Sequence[BookingPerson], aliases: Mapping[str, str]) -> str:
    """Why an account is not linked although people of Calpendo have its e-mail; the order is that of `new_links`."""
    names = ", ".join(_identified(person) for person in same)
    by_hand = f"`fornix user link {account.username} {same[0].external_id}`"
    if not account.is_active:
        return f"{names} has this e-mail, and the account is switched off"
    active = [person for person in same if person.is_active and person.vanished_at is None]
    if not active:
        return f"{names} has this e-mail and is {status_of(same[0])} there"
    if len(active) > 1:
        shared = ", ".join(_identified(person) for person in active)
        return f"{shared} share this e-mail, so nobody is linked by it"
    if active[0].account is not None:
        return f"{_identified(active[0])} has this e-mail and is the account {active[0].account.username}"
    if active[0].unlinked_at is not None:
        undone = f"{_identified(active[0])} has this e-mail, and a person undid the link"
        return f"{undone} at {time_of(active[0].unlinked_at)}: {by_hand} makes it again"
    if others := others_with_email(account, aliases=aliases):
        return f"{names} has this e-mail, and so has the account {', '.join(others)}"
    if account.is_administrator:
        return f"{names} has this e-mail, but administrators are linked by hand only: {by_hand}"
    if active[0].missing_since is not None:
        return f"{names} has this e-mail, and Calpendo does not list them since {time_of(active[0].missing_since)}"
    return f"{names} has this e-mail; the next sweep links them"


def _about_future(person: BookingPerson, aliases: Mapping[str, str]) -> str:
    known = f"{person_name(person)} is known in Calpendo only (id {person.external_id}, {status_of(person)})"
    email = person.folded_email
    accounts = [
        account
        for account in Account.objects.exclude(email="")
        if email and fold_email(account.email, aliases) == email
    ]
    if not accounts:
        missing = (
            f"an account with the e-mail {person.email}" if person.email else "an account linked by hand"
        )
        return f"{known}: what Calpendo grants is pending until there is {missing}"
    same = list(BookingPerson.objects.filter(folded_email=email))
    reasons = "; ".join(
        f"the account {account.username} is not linked, because {_why_not(account, same, aliases)}"
        for account in accounts
    )
    return f"{known}: what Calpendo grants is pending; {reasons}"


def _identified(person: BookingPerson) -> str:
    return f"{person_name(person)} (id {person.external_id})"
