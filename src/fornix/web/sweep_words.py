"""Pure: the kinds of changes of a sweep (booking/report.py) in words, with their number."""

from __future__ import annotations

from collections.abc import Mapping

# kind -> for one, for several; in the order in which they are told: rights first.
WORDS = {
    "membership.granted": ("right given", "rights given"),
    "membership.revoked": ("right taken", "rights taken"),
    "change.held": ("change held", "changes held"),
    "person.held": ("place held", "places held"),
    "project.attached": ("project found its record", "projects found their record"),
    "person.linked": ("person linked", "people linked"),
    "person.suspended": ("person suspended", "people suspended"),
    "person.resumed": ("person active again", "people active again"),
    "person.joined": ("person joined a project", "people joined a project"),
    "person.left": ("person left a project", "people left a project"),
    "login.suspended": ("log-in switched off", "log-ins switched off"),
    "login.restored": ("log-in given back", "log-ins given back"),
    "project.opened": ("project shown without data", "projects shown without data"),
    "person.new": ("new person", "new people"),
    "person.changed": ("person changed", "people changed"),
    "project.new": ("new project", "new projects"),
    "project.changed": ("project changed", "projects changed"),
    "resource.changed": ("scanner or room changed", "scanners or rooms changed"),
}
# One line tells all of them.
UNCOUNTED = {"bookings.changed": "bookings changed", "bookings.withdrawn": "bookings withdrawn"}


def changes_in_words(changes: Mapping[str, int]) -> str:
    """`2 rights given, 1 new person`; what is not known here goes by its kind. "" when nothing changed."""
    known = [*WORDS, *UNCOUNTED]
    kinds = sorted(changes, key=lambda kind: (known.index(kind) if kind in known else len(known), kind))
    return ", ".join(_in_words(kind, changes[kind]) for kind in kinds)


def kind_in_words(kind: str) -> str:
    """The kind of one line: `Right given`."""
    one = UNCOUNTED.get(kind) or WORDS.get(kind, (kind, kind))[0]
    return one[:1].upper() + one[1:]


def _in_words(kind: str, number: int) -> str:
    if kind in UNCOUNTED:
        return UNCOUNTED[kind]
    one, several = WORDS.get(kind, (kind, kind))
    return f"{number:,} {one if number == 1 else several}"
