"""Pure: what a status in Calpendo means here (contract calpendo 4.2). Statuses are compared without their case."""

from __future__ import annotations

import re
from datetime import date
from enum import Enum


class ProjectStanding(Enum):
    """What the mirror does with a project. FROZEN: nothing is taken and nothing is given."""

    MIRRORED = "mirrored"
    KNOWN = "known"
    FROZEN = "frozen"


class PersonStanding(Enum):
    """Whether a person may work. UNCHANGED: an unknown status decides nothing."""

    ACTIVE = "active"
    PENDING = "pending"
    SUSPENDED = "suspended"
    UNCHANGED = "unchanged"


_PROJECTS = {
    "approved": ("Approved", ProjectStanding.MIRRORED),
    "restricted": ("Restricted", ProjectStanding.MIRRORED),
    "terminated": ("Terminated", ProjectStanding.MIRRORED),
    "draft": ("Draft", ProjectStanding.KNOWN),
    "requested": ("Requested", ProjectStanding.KNOWN),
    "denied": ("Denied", ProjectStanding.FROZEN),
    "unbookable": ("Unbookable", ProjectStanding.FROZEN),
}
_PASSWORD_RESET = "password must be reset"  # noqa: S105 - the name of a status
_PEOPLE = {
    "normal": ("Normal", PersonStanding.ACTIVE),
    _PASSWORD_RESET: ("Password must be reset", PersonStanding.ACTIVE),
    "requested": ("Requested", PersonStanding.PENDING),
    "blocked": ("Blocked", PersonStanding.SUSPENDED),
    "denied": ("Denied", PersonStanding.SUSPENDED),
    "expired": ("Expired", PersonStanding.SUSPENDED),
}


def _key(status: str) -> str:
    return re.sub(r"[\s_]+", " ", status).strip().casefold()


def _person_key(status: str) -> str:
    key = _key(status)
    is_reset = key.replace(" ", "").startswith(("passwordmustbereset", "passwordreset"))
    return _PASSWORD_RESET if is_reset else key


def project_status(status: str) -> str:
    """The status in its usual spelling; an unknown one as it came."""
    return _PROJECTS.get(_key(status), (status, None))[0]


def person_status(status: str) -> str:
    """The status in its usual spelling; an unknown one as it came."""
    return _PEOPLE.get(_person_key(status), (status, None))[0]


def project_standing(status: str) -> ProjectStanding:
    """What this status means for the mirror; one never seen before freezes."""
    return _PROJECTS.get(_key(status), ("", ProjectStanding.FROZEN))[1]


def statuses_of(standing: ProjectStanding) -> tuple[str, ...]:
    """The statuses of this meaning, as `project_status` spells them."""
    return tuple(name for name, each in _PROJECTS.values() if each is standing)


def is_known_project_status(status: str) -> bool:
    """Whether the contract has this status."""
    return _key(status) in _PROJECTS


def is_known_person_status(status: str) -> bool:
    """Whether the contract has this status."""
    return _person_key(status) in _PEOPLE


def person_standing(status: str, expires_on: date | None, today: date) -> PersonStanding:
    """What a status and an expiry date (the last good day) mean on a day of the site's calendar."""
    standing = _PEOPLE.get(_person_key(status), ("", PersonStanding.UNCHANGED))[1]
    has_expired = expires_on is not None and expires_on < today
    # A date that has passed says so by itself, whatever an unknown status may mean.
    if has_expired and standing in (PersonStanding.ACTIVE, PersonStanding.UNCHANGED):
        return PersonStanding.SUSPENDED
    return standing
