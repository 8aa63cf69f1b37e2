"""Looks at what one Calpendo holds: which types answer, which properties its objects have, and what each could be for.

People's values are shown as shapes only: enough to tell an e-mail from a name, too little to know whose it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from fornix.booking.answer import read_resource
from fornix.booking.client import CalpendoClient
from fornix.booking.config import CalpendoConfig, TypeNames
from fornix.booking.discover import LOOKING_ON
from fornix.booking.eligibility import modality_of
from fornix.booking.refusals import AnswerMisshapen, CalpendoUnusable, QueryRefused, ReadingForbidden
from fornix.booking.wire import array_of, clean_text, is_hidden, parse_day, read_id, read_path

SAMPLE = 5
MOST_EXAMPLES = 3
SHOWN = 40
# Properties of a project that are about a person.
_OF_PEOPLE = re.compile(
    r"^pi(?-i:(?![a-z]))|investigator|supervisor|leader|coordinator|contact|person|phone", re.IGNORECASE
)
_NO_PROPERTIES = {"id", "biskitType", "formattedName", "properties"}


class Shape(StrEnum):
    """What the values of a property look like."""

    TEXT = "text"
    EMAIL = "e-mail"
    DAY = "day"
    REFERENCE = "reference"
    SET = "set"
    OTHER = "other"
    HIDDEN = "hidden"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class SeenType:
    """A type that was asked for; `problem` is empty where it answers."""

    name: str
    objects: int | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class SeenProperty:
    """A property of some of the objects that were looked at. `refers_to_people`: all that it refers to are users."""

    name: str
    shape: Shape
    examples: tuple[str, ...]
    refers_to_people: bool = False


@dataclass(frozen=True, slots=True)
class SeenResource:
    """A resource by its id, as a choice of scanners names it; `guess` is what its name says it is."""

    id: str
    name: str
    guess: str


@dataclass(frozen=True, slots=True)
class Explored:
    """What was seen of a Calpendo."""

    types: tuple[SeenType, ...]
    project: tuple[SeenProperty, ...]
    person: tuple[SeenProperty, ...]
    resources: tuple[SeenResource, ...]


def explore(config: CalpendoConfig) -> Explored:
    """Asks which of the known types there are, and reads a few whole objects; raises where nothing answers."""
    types = config.types
    with CalpendoClient(config, LOOKING_ON) as client:
        projects, project_ids = _look_at(client, types.project)
        people, person_ids = _look_at(client, types.person)
        samples = [
            _objects(client, types.project, _spread(project_ids)),
            _objects(client, types.person, _spread(person_ids)),
        ]
        named = {
            *_usual_types(),
            types.resource,
            types.booking,
            *_types_in(samples[0]),
            *_types_in(samples[1]),
        }
        others = [_answers(client, name) for name in sorted(named - {types.project, types.person})]
        resources = _resources(client, types.resource)
    return Explored(
        types=(projects, people, *others),
        project=_properties(samples[0], frozenset(person_ids), is_person=False),
        person=_properties(samples[1], frozenset(person_ids), is_person=True),
        resources=resources,
    )


def _usual_types() -> Iterable[str]:
    usual = TypeNames()
    return usual.project, usual.person, usual.resource, usual.booking


def _look_at(client: CalpendoClient, type_name: str) -> tuple[SeenType, Sequence[str]]:
    try:
        rows = client.fetch_list(type_name, ("id",))
    except (ReadingForbidden, QueryRefused, AnswerMisshapen) as refusal:
        return SeenType(type_name, None, str(refusal)), ()
    ids = [found for row in rows if isinstance(row, dict) and (found := read_id(read_path(row, "id")))]
    return SeenType(type_name, len(ids)), ids


def _spread(ids: Sequence[str]) -> Sequence[str]:
    """A few of them, from all over: the newest have not all been filled in yet, the oldest may be odd."""
    if len(ids) <= SAMPLE:
        return ids
    return [ids[number * (len(ids) - 1) // (SAMPLE - 1)] for number in range(SAMPLE)]


def _objects(client: CalpendoClient, type_name: str, ids: Sequence[str]) -> Sequence[Mapping[str, Any]]:
    found = [client.fetch_object(type_name, object_id) for object_id in ids]
    return [each for each in found if each is not None]


def _types_in(objects: Sequence[Mapping[str, Any]]) -> set[str]:
    named = (each.get("biskitType") for each in objects)
    return {name for name in named if isinstance(name, str) and re.fullmatch(r"[A-Za-z][\w.]{0,99}", name)}


def _answers(client: CalpendoClient, type_name: str) -> SeenType:
    """Whether a type answers, by a question that matches none of its objects."""
    try:
        client.fetch_list(type_name, ("id",), ("id", "EQ", "0"))
    except CalpendoUnusable as refusal:
        return SeenType(type_name, None, str(refusal))
    return SeenType(type_name, None)


def _resources(client: CalpendoClient, type_name: str) -> tuple[SeenResource, ...]:
    try:
        rows = client.fetch_list(type_name, ("id", "name"))
    except (ReadingForbidden, QueryRefused, AnswerMisshapen):
        return ()
    found = (read_resource(row) for row in rows if isinstance(row, dict))
    return tuple(
        SeenResource(each.id, each.name, modality_of(each.id, each.name, ()))
        for each in found
        if each is not None
    )


def _properties(
    objects: Sequence[Mapping[str, Any]], people: frozenset[str], *, is_person: bool
) -> tuple[SeenProperty, ...]:
    values: dict[str, list[Any]] = {}
    for each in objects:
        inner = each.get("properties")
        told = {**each, **(inner if isinstance(inner, Mapping) else {})}
        for name, value in told.items():
            if name not in _NO_PROPERTIES and len(name) <= 100:
                values.setdefault(name, []).append(value)
    return tuple(
        _seen(name, found, people, is_person=is_person or bool(_OF_PEOPLE.search(name)))
        for name, found in sorted(values.items())
    )


def _seen(name: str, values: Sequence[Any], people: frozenset[str], *, is_person: bool) -> SeenProperty:
    filled = [value for value in values if value not in (None, "", [])]
    if not filled:
        return SeenProperty(name, Shape.EMPTY, ())
    shapes = [shape_of(value) for value in filled]
    shape = next((each for each in shapes if each is not Shape.HIDDEN), Shape.HIDDEN)
    texts = [_example(value, is_person=is_person) for value in filled if not is_hidden(value)]
    examples = tuple(dict.fromkeys(filter(None, texts)))[:MOST_EXAMPLES]
    referred = [read_id(value.get("id")) for value in filled if shape_of(value) is Shape.REFERENCE]
    return SeenProperty(name, shape, examples, bool(referred) and people.issuperset(referred))


def shape_of(value: object) -> Shape:
    """What one value looks like."""
    if isinstance(value, str):
        return _shape_of_text(value)
    if array_of(value) is not None:
        return Shape.SET
    if isinstance(value, Mapping):
        return Shape.REFERENCE if read_id(value.get("id")) else Shape.OTHER
    return Shape.OTHER


def _shape_of_text(text: str) -> Shape:
    if is_hidden(text):
        return Shape.HIDDEN
    if re.fullmatch(r"[^\s@]+@[^\s@]+\.[^\s@]+", text.strip()):
        return Shape.EMAIL
    return Shape.DAY if parse_day(text) and len(text) <= len("2026-11-23T10:00:00.000Z") else Shape.TEXT


def _example(value: object, *, is_person: bool) -> str:
    members = array_of(value)
    if members is not None:
        return f"{len(members)} of them"
    if isinstance(value, Mapping):
        return f"refers to {read_id(value.get('id')) or 'something'}"
    if isinstance(value, bool | int | float):
        return str(value)
    text = clean_text(str(value), 1000)
    if shape_of(text) is Shape.EMAIL:
        local, _, domain = text.rpartition("@")
        return f"{local[:1]}…@{domain}"[:SHOWN]
    if is_person and shape_of(text) is Shape.TEXT:
        return f"{text[:1]}… ({len(text)} characters)" if len(text) > 1 else text
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
