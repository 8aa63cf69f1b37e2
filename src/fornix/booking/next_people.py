"""Pure: the people of the mirror after an answer. What the answer does not tell stays as it was."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date

from fornix.booking.absence import Roll
from fornix.booking.answer import PersonRow
from fornix.booking.columns import fitted
from fornix.booking.identity import fold_email
from fornix.booking.mirror import PRESENT, Person
from fornix.booking.standing import PersonStanding, person_standing, person_status
from fornix.booking.wire import UNKNOWN, Text
from fornix.models import BookingPerson
from fornix.models.booking import Hold


def next_people(
    people: Mapping[str, Person],
    rows: Iterable[PersonRow],
    today: date,
    roll: Roll,
    aliases: Mapping[str, str],
    *,
    tells_expiry: bool,
    unasked: Collection[str] = (),
) -> dict[str, Person]:
    """Everybody after the answer; whoever is missing from it is marked, and keeps what they have.

    :param today: the day of the site's calendar, for expiry dates.
    :param aliases: e-mail domains that are another one by other names (contract calpendo 4.1.4).
    :param tells_expiry: somebody's expiry date can be read; else the known ones stay.
    :param unasked: whom nobody could be asked for: nothing is known of them, so they are not missing either.
    """
    told = rows if tells_expiry else (replace(row, expires_on=UNKNOWN) for row in rows)
    after = {row.id: _next_person(people.get(row.id, Person(row.id)), row, today, aliases) for row in told}
    for person_id, person in people.items():
        if person_id not in after:
            absence = person.absence if person_id in unasked else roll.missed(person_id, person.absence)
            after[person_id] = replace(person, absence=absence)
    return after


def newly_inactive(before: Mapping[str, Person], after: Mapping[str, Person]) -> list[str]:
    """The ids of those who could work until now."""
    return [
        person_id
        for person_id, person in before.items()
        if person.is_active and not after[person_id].is_active
    ]


def _next_person(person: Person, row: PersonRow, today: date, aliases: Mapping[str, str]) -> Person:
    email = keep(row.email, person.email)
    status = person.status if row.status is UNKNOWN else person_status(row.status)
    expires_on = person.expires_on if row.expires_on is UNKNOWN else row.expires_on
    is_active, hold = _activity(person, person_standing(status, expires_on, today))
    after = replace(
        person,
        given_name=keep(row.given_name, person.given_name),
        family_name=keep(row.family_name, person.family_name),
        email=email,
        folded_email=fold_email(email, aliases),
        login_name=keep(row.login_name, person.login_name),
        login_identifier=keep(row.login_identifier, person.login_identifier),
        status=status,
        expires_on=expires_on,
        is_active=is_active,
        hold=hold,
        modified_text=keep(row.modified, person.modified_text),
        absence=PRESENT,
    )
    return fitted(after, BookingPerson)


def _activity(person: Person, standing: PersonStanding) -> tuple[bool, Hold]:
    """Whether the person may work as far as we act on it; a decision holds until Calpendo says the other thing."""
    if standing is PersonStanding.UNCHANGED:
        return person.is_active, person.hold
    if standing is PersonStanding.ACTIVE:
        return (False, Hold.REFUSED) if person.hold is Hold.REFUSED else (True, Hold.NONE)
    return (True, person.hold) if person.hold in (Hold.WAITING, Hold.KEPT) else (False, Hold.NONE)


def keep(told: Text, known: str) -> str:
    """What the answer tells, else what was known."""
    return known if told is UNKNOWN else told
