"""Pure: who a project's PI is, by the places that the site configured, in their order (contract calpendo 4.2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fornix.booking.answer import PiReading
from fornix.booking.config import PiSource
from fornix.booking.identity import NO_ALIASES, person_of_email
from fornix.booking.mirror import Person
from fornix.booking.wire import UNKNOWN, Text


@dataclass(frozen=True, slots=True)
class ResolvedPi:
    """`person_id` is None where no place names a person; not `is_certain`: a place could not be read.

    `text` and `email` are for people to read, "" where nothing is written.
    """

    person_id: str | None
    is_certain: bool
    text: str
    email: str


def resolve_pi(
    sources: Sequence[PiSource],
    readings: Sequence[PiReading],
    leads: Mapping[str, Text],
    people: Mapping[str, Person],
    aliases: Mapping[str, str] = NO_ALIASES,
) -> ResolvedPi:
    """The first place that leads to a person counts. `leads`: what the project's owner says of their PI."""
    values = {reading.property: reading.value for reading in readings}
    found: Person | None = None
    is_certain, text, email = True, "", ""
    for source in sources:
        is_led = source.kind == "person"
        value = leads.get(source.property, "") if is_led else values.get(source.property, UNKNOWN)
        if value is UNKNOWN:
            is_certain = is_certain and found is not None
            continue
        if not value:
            continue
        if found is None:
            found = _person(source, value, people, aliases)
            is_certain = is_certain and (found is not None or source.kind != "reference")
        if source.kind == "email":
            email = email or value
        elif source.kind != "reference":
            text = text or value
    if found is not None:
        return ResolvedPi(found.id, is_certain, found.display_name, found.email or email)
    return ResolvedPi(None, is_certain, text, email)


def _person(
    source: PiSource, value: str, people: Mapping[str, Person], aliases: Mapping[str, str]
) -> Person | None:
    if source.kind == "reference":
        return people.get(value)
    if source.kind in ("email", "person") and "@" in value:
        return person_of_email(value, people.values(), aliases)
    return None  # a name: two people can have it, so it leads to nobody
