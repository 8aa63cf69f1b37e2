"""Whether Calpendo suspends a person, and why, as far as it says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from fornix.access.actors import Actor
from fornix.models import BookingPerson
from fornix.models.booking import Hold


@dataclass(frozen=True, slots=True)
class Suspension:
    """Why an account gets nothing from Calpendo. `expired_on` is the last day on which it was good.

    `is_decided`: Calpendo would let the person work, and an administrator here decided otherwise.
    """

    status: str
    expired_on: date | None
    is_vanished: bool
    is_decided: bool = False


def find_suspension(actor: Actor) -> Suspension | None:
    """Why none of the people that are this account's may work in Calpendo; None when one may, or nobody is known."""
    people = (
        list(BookingPerson.objects.filter(account=actor.account).order_by("-pk")) if actor.account else []
    )
    if not people or any(person.is_active for person in people):
        return None
    person = people[0]
    ended = person.expires_on is not None and person.expires_on < timezone.localdate()
    return Suspension(
        status=person.status.casefold(),
        expired_on=person.expires_on if ended else None,
        is_vanished=person.vanished_at is not None,
        is_decided=person.hold == Hold.REFUSED,
    )
