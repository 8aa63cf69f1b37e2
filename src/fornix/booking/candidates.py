"""Pure: which of the properties that a Calpendo has could be the one that an option asks for, the likeliest first."""

from __future__ import annotations

import re
from collections.abc import Sequence

from fornix.booking.explore import Explored, SeenProperty, Shape

# Shapes that a property of this option has, and words that its name usually holds.
_PROJECT = {
    "code": ((Shape.TEXT,), r"code"),
    "name": ((Shape.TEXT,), r"name|title"),
    "owner": ((Shape.REFERENCE,), r"owner|creator"),
    "users": ((Shape.SET,), r"users|members|people"),
    "resource_settings": ((Shape.SET,), r"resource"),
    "groups": ((Shape.SET,), r"group"),
}
_PERSON = {
    "login_name": ((Shape.TEXT, Shape.EMAIL), r"login.?name|user.?name|account"),
    "login_identifier": ((Shape.TEXT, Shape.EMAIL), r"identifier|sso|eppn|login"),
    "email": ((Shape.EMAIL,), r"mail"),
    "given_name": ((Shape.TEXT,), r"given|first|fore"),
    "family_name": ((Shape.TEXT,), r"family|last|sur"),
    "expiry_date": ((Shape.DAY,), r"expir|end|until"),
}
_PI = re.compile(
    r"\bpi\b|^pi(?=[A-Z_]|$)|principal|investigator|supervisor|leader|head|applicant", re.IGNORECASE
)
PROJECT_FIELDS = frozenset(_PROJECT)
_UNKNOWN = (Shape.EMPTY, Shape.HIDDEN)


def candidates_of(field: str, explored: Explored) -> tuple[str, ...]:
    """Property names for one of calpendo.fields: those that look like it, then those that could be it."""
    wanted = _PROJECT.get(field) or _PERSON[field]
    shapes, words = wanted[0], re.compile(wanted[1], re.IGNORECASE)
    seen = explored.project if field in _PROJECT else explored.person
    possible = [each for each in seen if each.shape in shapes or each.shape in _UNKNOWN]
    return tuple(each.name for each in sorted(possible, key=lambda each: _rank(each, shapes, words)))


def _rank(seen: SeenProperty, shapes: Sequence[Shape], words: re.Pattern[str]) -> tuple[bool, bool, str]:
    return (words.search(_spaced(seen.name)) is None, seen.shape not in shapes, seen.name)


def places_of_pi(explored: Explored) -> tuple[str, ...]:
    """Where a PI could be written, as calpendo.pi spells it: references first, which name a person for sure."""
    kinds = {Shape.REFERENCE: "reference", Shape.EMAIL: "email", Shape.TEXT: "name"}
    of_project = [
        (list(kinds).index(each.shape), f"{kinds[each.shape]}:{each.name}")
        for each in explored.project
        if each.shape in kinds and (each.shape is not Shape.REFERENCE or each.refers_to_people)
        if _PI.search(_spaced(each.name))
    ]
    of_owner = [
        f"person:{each.name}"
        for each in explored.person
        if each.shape in (Shape.TEXT, Shape.EMAIL, Shape.REFERENCE) and _PI.search(_spaced(each.name))
    ]
    return (*(place for _, place in sorted(of_project)), *of_owner)


def _spaced(name: str) -> str:
    """`piEmail` as `pi Email`, so that words can be told apart."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).replace("_", " ")
