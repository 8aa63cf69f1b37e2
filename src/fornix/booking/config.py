"""How to reach one Calpendo, and what this site takes from it. Built by wiring; nothing below reads settings."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal, get_args
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

    `sentinel_*` are ids that a complete answer contains; `alias_domains` pairs an e-mail domain with the one
    that it is another spelling of; on `term_ends` many people become inactive and nobody is surprised.
    """

    url: str
    username: str
    password: str = field(repr=False)
    instance: str = "main"
    time_zone: str = "UTC"
    scanners: tuple[tuple[str, str], ...] = ()
    excluded: tuple[str, ...] = DEFAULT_EXCLUDED
    pi: tuple[PiSource, ...] = DEFAULT_PI
    types: TypeNames = TypeNames()
    fields: FieldNames = FieldNames()
    sentinel_projects: tuple[str, ...] = ()
    sentinel_people: tuple[str, ...] = ()
    term_ends: tuple[date, ...] = ()
    terminated_grace: timedelta = timedelta(days=90)
    show_empty_projects: bool = False
    alias_domains: tuple[tuple[str, str], ...] = ()
    guards: Thresholds = Thresholds()
    vanish_sweeps: int = 3
    vanish_after: timedelta = timedelta(hours=24)

    def __post_init__(self) -> None:
        if not (self.url and self.username and self.password):
            raise CalpendoNotConfigured
        check_address(self.url)
        try:
            ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise CalpendoSettingInvalid(
                f"FORNIX_CALPENDO_TIME_ZONE is a zone such as Europe/London, not {self.time_zone}."
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
    """Refuses an address over which the password would travel readable, or that hides one."""
    parts = _split(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise CalpendoSettingInvalid(
            "FORNIX_CALPENDO_URL is Calpendo's usual address, such as https://centre.calpendo.com"
        )
    if parts.username or parts.password:
        raise CalpendoSettingInvalid(
            "FORNIX_CALPENDO_URL holds no user name or password; they have settings of their own."
        )
    if parts.query or parts.fragment:
        raise CalpendoSettingInvalid("FORNIX_CALPENDO_URL ends before any ? or #.")
    if parts.scheme == "http" and not _is_loopback(parts.hostname):
        raise CalpendoSettingInvalid(
            f"FORNIX_CALPENDO_URL starts with https://: the password would cross the network to {parts.hostname} "
            "readable by anybody on the way."
        )


def parse_scanners(text: str) -> tuple[tuple[str, str], ...]:
    """FORNIX_CALPENDO_SCANNERS: `11=MR,12=MR,13=MEG`, resource ids with their modality."""
    pairs = []
    for part in _parts(text, ","):
        resource_id, _, modality = (piece.strip() for piece in part.partition("="))
        if not resource_id or modality.upper() not in MODALITIES:
            raise CalpendoSettingInvalid(f"FORNIX_CALPENDO_SCANNERS is a list like 11=MR,13=MEG, not {part}")
        pairs.append((resource_id, modality.upper()))
    return tuple(pairs)


def parse_excluded(text: str) -> tuple[str, ...]:
    """FORNIX_CALPENDO_EXCLUDED_CODES: regular expressions parted by semicolons; a lone `-` excludes nothing."""
    if text.strip() == "-":
        return ()
    patterns = _parts(text, ";") or DEFAULT_EXCLUDED
    for pattern in patterns:
        try:
            re.compile(pattern)
        except re.error as error:
            raise CalpendoSettingInvalid(
                f"FORNIX_CALPENDO_EXCLUDED_CODES: {pattern} is no regular expression ({error})."
            ) from None
    return patterns


def parse_pi(text: str) -> tuple[PiSource, ...]:
    """FORNIX_CALPENDO_PI: `reference:property;email:property;name:property;person:property`, tried in order."""
    sources = []
    for part in _parts(text, ";"):
        kind, _, name = (piece.strip() for piece in part.partition(":"))
        if kind not in get_args(PiKind) or not re.fullmatch(r"[A-Za-z]\w*", name):
            kinds = ", ".join(get_args(PiKind))
            raise CalpendoSettingInvalid(
                f"FORNIX_CALPENDO_PI is a list like reference:principalInvestigator;email:piEmail "
                f"(kinds: {kinds}), not {part}"
            )
        sources.append(PiSource(kind, name))  # type: ignore[arg-type]
    return tuple(sources) or DEFAULT_PI


def _parts(text: str, separator: str) -> tuple[str, ...]:
    return tuple(filter(None, (piece.strip() for piece in text.split(separator))))


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise CalpendoSettingInvalid("FORNIX_CALPENDO_URL is not an address.") from None
    return parts


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
