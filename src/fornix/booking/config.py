"""How to reach one Calpendo, and what this site takes from it. Built by wiring; nothing below reads settings."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
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
class CalpendoConfig:
    """One Calpendo. `scanners` pairs resource ids with modalities; empty means: those whose name says MRI or MEG."""

    url: str
    username: str
    password: str = field(repr=False)
    instance: str = "main"
    time_zone: str = "UTC"
    scanners: tuple[tuple[str, str], ...] = ()
    excluded: tuple[str, ...] = DEFAULT_EXCLUDED
    pi: tuple[PiSource, ...] = DEFAULT_PI

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
