"""Pure: one whole answer of Calpendo as typed rows. What a row does not tell is UNKNOWN, never empty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from fornix.booking.booked_times import NOTHING_READ, ReadBookings
from fornix.booking.config import FieldNames, PiKind, PiSource
from fornix.booking.wire import (
    UNKNOWN,
    Day,
    Members,
    References,
    Spelling,
    Text,
    array_of,
    clean_text,
    read_day,
    read_id,
    read_path,
    read_reference,
    read_references,
    read_required_text,
    read_text,
    references_in,
)

NOTHING_IS_EMPTY = Spelling(null_means_empty=False)
USUAL_FIELDS = FieldNames()


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A Calpendo user. `leads` are the configured properties that may name their PI, by property."""

    id: str
    given_name: Text
    family_name: Text
    email: Text
    login_name: Text
    login_identifier: Text
    status: Text
    expires_on: Day
    modified: Text
    leads: Mapping[str, Text]


@dataclass(frozen=True, slots=True)
class PiReading:
    """What one configured place says about the PI: an id (`reference`) or a text; "" for nothing."""

    kind: PiKind
    property: str
    value: Text


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """A Calpendo project."""

    id: str
    code: Text
    name: Text
    status: Text
    type: Text
    groups: tuple[str, ...] | None  # None: not told
    owner: Text
    users: Members
    resources: Members
    pi: tuple[PiReading, ...]
    created: Text
    modified: Text


@dataclass(frozen=True, slots=True)
class ResourceRow:
    """A bookable resource: a scanner, a room, sometimes a person."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Answer:
    """Everything that one sweep fetched. `flaws` make it unusable, `notes` are worth telling.

    `spells_hidden`: what may not be read is told apart from what is empty. `refused`: wanted properties that this
    Calpendo does not have, as `project piName`. `not_found`: ids of people that are referred to and that it does not
    know when asked; `unasked`: those who could not be asked for in this sweep.
    """

    projects: tuple[ProjectRow, ...]
    people: tuple[PersonRow, ...]
    resources: tuple[ResourceRow, ...]
    bookings: ReadBookings = NOTHING_READ
    flaws: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    spells_hidden: bool = False
    refused: frozenset[str] = frozenset()
    not_found: frozenset[str] = frozenset()
    unasked: frozenset[str] = frozenset()

    @property
    def tells_expiry(self) -> bool:
        """Whether anybody's expiry date can be read: where nobody has one, none may mean hidden."""
        return self.spells_hidden or any(isinstance(row.expires_on, date) for row in self.people)


def settings_resource(fields: FieldNames) -> str:
    """The path from a project to the resources of its settings."""
    return f"{fields.resource_settings}.resource"


def read_person(
    row: Mapping[str, Any],
    spelling: Spelling,
    lead_properties: Sequence[str],
    fields: FieldNames = USUAL_FIELDS,
) -> PersonRow | None:
    """A typed row; None when it has no id."""
    found = read_id(read_path(row, "id"))
    if found is None:
        return None
    return PersonRow(
        id=found,
        given_name=read_text(row, fields.given_name, spelling, 300),
        family_name=read_text(row, fields.family_name, spelling, 300),
        email=read_text(row, fields.email, spelling, 320),
        login_name=read_text(row, fields.login_name, spelling, 200),
        login_identifier=read_text(row, fields.login_identifier, spelling, 320),
        status=read_required_text(row, "status", 60),
        expires_on=read_day(row, fields.expiry_date),
        modified=read_text(row, "modified", NOTHING_IS_EMPTY, 40),
        leads={name: read_text(row, name, spelling, 400) for name in lead_properties},
    )


def read_project(
    row: Mapping[str, Any],
    spelling: Spelling,
    pi: Sequence[PiSource],
    resources: Sequence[ResourceRow],
    fields: FieldNames = USUAL_FIELDS,
) -> ProjectRow | None:
    """A typed row; None when it has no id."""
    found = read_id(read_path(row, "id"))
    if found is None:
        return None
    return ProjectRow(
        id=found,
        code=read_text(row, fields.code, spelling, 180),
        name=read_text(row, fields.name, spelling, 1000),
        status=read_required_text(row, "status", 60),
        type=read_text(row, "type", spelling, 200),
        groups=_display_texts(read_path(row, fields.groups)),
        # A project always has an owner: without one, the owner could not be read.
        owner=read_reference(row, fields.owner, NOTHING_IS_EMPTY) or UNKNOWN,
        users=read_references(row, fields.users),
        resources=_booked_resources(row, resources, fields),
        pi=tuple(_read_pi(row, source, spelling) for source in pi if source.kind != "person"),
        created=read_text(row, "created", NOTHING_IS_EMPTY, 40),
        modified=read_text(row, "modified", NOTHING_IS_EMPTY, 40),
    )


def read_resource(row: Mapping[str, Any]) -> ResourceRow | None:
    """A typed row; None when it has no id."""
    found = read_id(read_path(row, "id"))
    name = read_required_text(row, "name", 300)
    if found is None:
        return None
    return ResourceRow(found, "" if name is UNKNOWN else name)


def _read_pi(row: Mapping[str, Any], source: PiSource, spelling: Spelling) -> PiReading:
    if source.kind == "reference":
        return PiReading(source.kind, source.property, read_reference(row, source.property, spelling))
    return PiReading(source.kind, source.property, read_text(row, source.property, spelling, 400))


def _display_texts(value: object) -> tuple[str, ...] | None:
    members = array_of(value)
    if members is None:
        return None
    texts = [
        m.get("formattedName", m.get("name", m.get("id"))) if isinstance(m, Mapping) else m for m in members
    ]
    return tuple(clean_text(str(text), 200) for text in texts if isinstance(text, str | int))


def _booked_resources(
    row: Mapping[str, Any], resources: Sequence[ResourceRow], fields: FieldNames
) -> Members:
    """The resources of a project's settings: named by each setting, or asked for along the path."""
    settings = array_of(read_path(row, fields.resource_settings))
    along_path = references_in(read_path(row, settings_resource(fields)))
    if settings is None:
        return along_path
    ids = [_resource_of(setting, resources) for setting in settings]
    if None in ids and along_path is not UNKNOWN:
        return along_path
    known = tuple(dict.fromkeys(found for found in ids if found))
    # Settings of which none says what it is for tell nothing: they do not mean that no scanner is booked.
    return UNKNOWN if settings and not known else References(known, is_whole=None not in ids)


def _resource_of(setting: object, resources: Sequence[ResourceRow]) -> str | None:
    """The id of a setting's resource: by reference, by name, or the bare id or name of a resource."""
    names: tuple[object, ...] = (read_id(setting),)
    if isinstance(setting, Mapping):
        names = (
            read_reference(setting, "resource", NOTHING_IS_EMPTY),
            read_text(setting, "resource.id", NOTHING_IS_EMPTY),
            read_text(setting, "resource", NOTHING_IS_EMPTY),
            setting.get("formattedName"),
            setting.get("name"),
        )
    told = [name for name in names if isinstance(name, str) and name]
    by_id = (each.id for each in resources if each.id in told)
    by_name = (each.id for each in resources if each.name and each.name in told)
    return next(by_id, next(by_name, None))
