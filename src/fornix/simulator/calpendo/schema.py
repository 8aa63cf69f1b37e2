"""The types of objects that the simulated Calpendo knows, and their properties; contract section 1.5."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache

from .refusals import TypeUnknown
from .switches import Switches

PROJECT = "Calpendo.Project"
USER = "Calpendo.CalpendoUser"
RESOURCE = "Calpendo.Resource"
BOOKING = "Calpendo.Booking"
MRI_SCAN = "MRIScan"
MEG_SCAN = "MEGScan"
PROJECT_TYPE = "Calpendo.ProjectType"
PROJECT_GROUP = "Calpendo.ProjectGroup"
AUTHENTICATION_METHOD = "AuthenticationMethod"
RESOURCE_SETTING = "Calpendo.ProjectResourceSetting"


class Kind(Enum):
    """What a property holds; it settles which relations apply and how a value is written."""

    ID = "id"
    TEXT = "text"
    STATUS = "status"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    LOCAL_TIME = "local time"
    STAMP = "stamp"
    RANGE = "range"
    TEXTS = "texts"
    REFERENCE = "reference"
    REFERENCES = "references"


@dataclass(frozen=True, slots=True)
class Property:
    """A property of a type; `target` names the type that a reference points to."""

    name: str
    kind: Kind
    target: str = ""


def _texts(*names: str) -> tuple[Property, ...]:
    return tuple(Property(name, Kind.TEXT) for name in names)


_EVERYWHERE = (Property("id", Kind.ID), *_texts("biskitType", "formattedName"))
_STAMPS = (Property("created", Kind.STAMP), Property("modified", Kind.STAMP))

_PROPERTIES: Mapping[str, tuple[Property, ...]] = {
    PROJECT: (
        *_texts("name", "projectCode"),
        Property("status", Kind.STATUS),
        Property("type", Kind.REFERENCE, PROJECT_TYPE),
        Property("groups", Kind.REFERENCES, PROJECT_GROUP),
        Property("owner", Kind.REFERENCE, USER),
        Property("users", Kind.REFERENCES, USER),
        Property("principalInvestigator", Kind.REFERENCE, USER),
        *_texts("piName", "piEmail", "ethicsNumber"),
        Property("projectResourceSettings", Kind.REFERENCES, RESOURCE_SETTING),
        *_STAMPS,
    ),
    USER: (
        *_texts("givenName", "familyName", "email", "loginName", "loginIdentifier"),
        Property("status", Kind.STATUS),
        Property("expiryDate", Kind.DATE),
        Property("roles", Kind.TEXTS),
        *_texts("groupLeader"),
        Property("authenticationMethod", Kind.REFERENCE, AUTHENTICATION_METHOD),
        *_STAMPS,
    ),
    RESOURCE: (*_texts("name", "type", "location", "projectRequired"),),
    BOOKING: (
        *_texts("title", "description"),
        Property("status", Kind.STATUS),
        Property("dateRange", Kind.RANGE),
        Property("durationInMinutes", Kind.NUMBER),
        Property("resource", Kind.REFERENCE, RESOURCE),
        Property("project", Kind.REFERENCE, PROJECT),
        Property("booker", Kind.REFERENCE, USER),
        Property("owner", Kind.REFERENCE, USER),
        Property("repeating", Kind.BOOLEAN),
        Property("cancelled", Kind.BOOLEAN),
        *_texts("cancellationReason"),
        *_STAMPS,
    ),
    MRI_SCAN: (Property("Operator", Kind.REFERENCE, RESOURCE), *_texts("coil")),
    MEG_SCAN: (Property("Operator", Kind.REFERENCE, RESOURCE), Property("emptyRoom", Kind.BOOLEAN)),
    PROJECT_TYPE: _texts("name"),
    PROJECT_GROUP: _texts("name"),
    AUTHENTICATION_METHOD: (*_texts("name"), Property("local", Kind.BOOLEAN)),
    RESOURCE_SETTING: (
        Property("resource", Kind.REFERENCE, RESOURCE),
        Property("maxHours", Kind.NUMBER),
    ),
}
_PARENT: Mapping[str, str] = {MRI_SCAN: BOOKING, MEG_SCAN: BOOKING}

# Settings are parts of a project: they are seen there and along paths, and have no list of their own.
SERVED_TYPES = frozenset(_PROPERTIES) - {RESOURCE_SETTING}

_PI_PROPERTIES: Mapping[str, frozenset[str]] = {
    "reference": frozenset({"principalInvestigator", "piName", "piEmail"}),
    "text-email": frozenset({"piName", "piEmail"}),
    "text-name": frozenset({"piName"}),
    "on-user": frozenset({"groupLeader"}),
    "none": frozenset(),
}
_ANY_PI_PROPERTY = frozenset().union(*_PI_PROPERTIES.values())


def table_of(type_name: str) -> str:
    """The type under which objects of this type are kept: a sub-type's parent, else the type itself."""
    return _PARENT.get(type_name, type_name)


@cache
def own_properties(type_name: str) -> Mapping[str, Property]:
    """The properties that are stored with objects of a type, whatever the switches say."""
    if type_name not in _PROPERTIES:
        raise TypeUnknown(f"no such type: {type_name}")
    inherited = _PROPERTIES[_PARENT[type_name]] if type_name in _PARENT else ()
    return {each.name: each for each in (*inherited, *_PROPERTIES[type_name])}


@cache
def visible_properties(type_name: str, switches: Switches) -> Mapping[str, Property]:
    """The properties that a site of this variant has, the three that every object has first."""
    present = _PI_PROPERTIES[switches.pi_mode]
    every = {each.name: each for each in _EVERYWHERE} | dict(own_properties(type_name))
    return {n: p for n, p in every.items() if n not in _ANY_PI_PROPERTY or n in present}
