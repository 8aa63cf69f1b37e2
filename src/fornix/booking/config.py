"""How to reach one Calpendo, and what this site takes from it. Built by wiring; nothing below reads settings."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fornix.booking.refusals import CalpendoNotConfigured, CalpendoSettingInvalid

PiKind = Literal["reference", "email", "name", "person"]
MODALITIES = ("MR", "MEG")


@dataclass(frozen=True, slots=True)
class PiSource:
    """One place where a site may keep a project's PI (contract calpendo 4.2); they are tried in order.

    `reference`: a project property that refers to a user. `email`: one that holds an e-mail. `name`: one that
    holds a name, which is shown and grants nothing. `person`: a property of the project's *owner* that names their PI.
    """

    kind: PiKind
    property: str


DEFAULT_PI = (
    PiSource("reference", "principalInvestigator"),
    PiSource("email", "piEmail"),
    PiSource("name", "piName"),
    PiSource("person", "groupLeader"),
)
# Which role each part in a project gives, and the words for roles, as models.memberships has them: the settings read
# this before there are models.
USUAL_ROLES = (("owner", "owner"), ("pi", "owner"), ("user", "member"))
ROLE_WORDS = ("owner", "member", "collaborator")
# Projects that exist for bookkeeping only. Matched whole, whatever the case; `_` stands for any separator.
DEFAULT_EXCLUDED = ("BLOCKER", "QA_?PHANTOM", "TRAINING")


@dataclass(frozen=True, slots=True)
class TypeNames:
    """What this Calpendo calls its types; a site may have types of its own below them (contract calpendo 1.4)."""

    project: str = "Calpendo.Project"
    person: str = "Calpendo.CalpendoUser"
    resource: str = "Calpendo.Resource"
    booking: str = "Calpendo.Booking"


@dataclass(frozen=True, slots=True)
class FieldNames:
    """Which properties of projects (first six) and of users hold what the mirror needs (contract calpendo 1.5)."""

    code: str = "projectCode"
    name: str = "name"
    owner: str = "owner"
    users: str = "users"
    resource_settings: str = "projectResourceSettings"
    groups: str = "groups"
    login_name: str = "loginName"
    login_identifier: str = "loginIdentifier"
    email: str = "email"
    given_name: str = "givenName"
    family_name: str = "familyName"
    expiry_date: str = "expiryDate"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How much a sweep may change without being asked (contract calpendo 4.5). Shares are of 1, the rest are counts."""

    removed_share: float = 0.05  # of all rights from Calpendo; the larger of both counts
    removed_most: int = 50
    of_project_share: float = 0.5
    inactive_share: float = 0.05
    inactive_most: int = 30
    unmirrored_share: float = 0.02
    unmirrored_most: int = 10
    added_share: float = 0.10
    added_most: int = 200
    added_few: int = 20  # a share means little below this many additions
    few: int = 4  # nor below this many people or projects


@dataclass(frozen=True, slots=True)
class CalpendoConfig:
    """One Calpendo. `scanners` pairs resource ids with modalities; empty means: those whose name says MRI or MEG.

    `roles` pairs each part that a person has in a project, owner, pi or user, with the role that it gives here.
    `sentinel_*` are ids that a complete answer contains; `alias_domains` pairs an e-mail domain with the one
    that it is another spelling of; on `term_ends` many people become inactive and nobody is surprised.
    `booking_subject_pattern` finds a subject's label in the titles of bookings; "": titles are not read. `login_realm`:
    whose subjects the log-ins of Calpendo are (models.Identity); "": nobody's. `suspend_logins`: who may not work in
    Calpendo may not log in here.
    """

    url: str
    username: str
    password: str = field(repr=False)
    instance: str = "main"
    time_zone: str = "UTC"
    scanners: tuple[tuple[str, str], ...] = ()
    excluded: tuple[str, ...] = DEFAULT_EXCLUDED
    pi: tuple[PiSource, ...] = DEFAULT_PI
    roles: tuple[tuple[str, str], ...] = USUAL_ROLES
    types: TypeNames = TypeNames()
    fields: FieldNames = FieldNames()
    sentinel_projects: tuple[str, ...] = ()
    sentinel_people: tuple[str, ...] = ()
    term_ends: tuple[date, ...] = ()
    show_empty_projects: bool = False
    booking_subject_pattern: str = ""
    suspend_logins: bool = False
    login_realm: str = ""
    alias_domains: tuple[tuple[str, str], ...] = ()
    guards: Thresholds = Thresholds()
    vanish_sweeps: int = 3
    vanish_after: timedelta = timedelta(hours=24)

    def __post_init__(self) -> None:
        if not (self.url and self.username and self.password):
            raise CalpendoNotConfigured
        try:
            check_address(self.url)
        except CalpendoSettingInvalid as refusal:
            raise CalpendoSettingInvalid(f"calpendo.url {refusal}") from None
        try:
            ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise CalpendoSettingInvalid(
                f"calpendo.time_zone is a zone such as Europe/London, not {self.time_zone}."
            ) from None

    @property
    def zone(self) -> ZoneInfo:
        """The site's wall clock."""
        return ZoneInfo(self.time_zone)

    @property
    def source(self) -> str:
        """What the mirror's memberships carry as their source."""
        return source_of(self.instance)


def source_of(instance: str) -> str:
    """The source of memberships that come from this Calpendo (contract calpendo 4.3)."""
    return f"calpendo:{instance}"


def check_address(url: str) -> None:
    """Refuses an address over which the password would travel readable, or that hides one.

    The refusal is the end of a sentence that begins with the setting's name.
    """
    parts = _split(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise CalpendoSettingInvalid("is Calpendo's usual address, such as https://centre.calpendo.com")
    if parts.username or parts.password:
        raise CalpendoSettingInvalid("holds no user name and no password; they have settings of their own.")
    if parts.query or parts.fragment:
        raise CalpendoSettingInvalid("ends before any ? or #.")
    if parts.scheme == "http" and not _is_loopback(parts.hostname):
        raise CalpendoSettingInvalid(
            f"starts with https://: the password would cross the network to {parts.hostname} readable by anybody "
            "on the way."
        )


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise CalpendoSettingInvalid(
            "is an address such as https://centre.calpendo.com, and this is not an address."
        ) from None
    return parts


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
