"""Pure: the people of the mirror after an answer. What the answer does not tell stays as it was."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from fornix.booking.answer import PersonRow
from fornix.booking.columns import fitted
from fornix.booking.identity import fold_email
from fornix.booking.mirror import Person
from fornix.booking.standing import PersonStanding, person_standing, person_status
from fornix.booking.wire import UNKNOWN, Text
from fornix.models import BookingPerson


def next_people(people: Mapping[str, Person], rows: Iterable[PersonRow], today: date) -> dict[str, Person]:
    """Everybody after the answer; whoever is missing from it is marked, and keeps what they have."""
    after = {row.id: _next_person(people.get(row.id, Person(row.id)), row, today) for row in rows}
    for person_id, person in people.items():
        if person_id not in after:
            after[person_id] = replace(person, is_vanished=True)
    return after


def newly_inactive(before: Mapping[str, Person], after: Mapping[str, Person]) -> list[str]:
    """The ids of those who could work until now."""
    return [
        person_id
        for person_id, person in before.items()
        if person.is_active and not after[person_id].is_active
    ]


def _next_person(person: Person, row: PersonRow, today: date) -> Person:
    email = keep(row.email, person.email)
    status = person.status if row.status is UNKNOWN else person_status(row.status)
    expires_on = person.expires_on if row.expires_on is UNKNOWN else row.expires_on
    standing = person_standing(status, expires_on, today)
    decides_nothing = standing is PersonStanding.UNCHANGED
    is_active = person.is_active if decides_nothing else standing is PersonStanding.ACTIVE
    after = replace(
        person,
        given_name=keep(row.given_name, person.given_name),
        family_name=keep(row.family_name, person.family_name),
        email=email,
        folded_email=fold_email(email),
        login_name=keep(row.login_name, person.login_name),
        login_identifier=keep(row.login_identifier, person.login_identifier),
        status=status,
        expires_on=expires_on,
        is_active=is_active,
        is_held=person.is_held and decides_nothing,
        modified_text=keep(row.modified, person.modified_text),
        is_vanished=False,
    )
    return fitted(after, BookingPerson)


def keep(told: Text, known: str) -> str:
    """What the answer tells, else what was known."""
    return known if told is UNKNOWN else told
