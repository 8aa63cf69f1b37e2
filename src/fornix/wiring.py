"""Builds stores and site rules from the settings. Only this module reads them; lower layers get arguments."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings

from fornix.booking.config import CalpendoConfig, parse_excluded, parse_pi, parse_scanners
from fornix.catalog.site_rules import SiteRules
from fornix.dicom.scan_types import ScanTypeRule
from fornix.errors import Invalid
from fornix.storage.local import LocalStore

if TYPE_CHECKING:
    from fornix.settings.environment import Environment
    from fornix.storage.store import Store


def environment() -> Environment:
    """The FORNIX_* settings."""
    return settings.FORNIX


@cache
def store() -> Store:
    """Where the bytes lie."""
    root = environment().data / "blobs"
    root.mkdir(parents=True, exist_ok=True)
    return LocalStore(root)


@cache
def site_rules() -> SiteRules:
    """What this site chose."""
    chosen = environment()
    return SiteRules(
        accession_prefix=chosen.accession_prefix,
        time_zone=chosen.time_zone,
        patient_name_as_subject=chosen.patient_name_as_subject,
        scan_types=tuple(_scan_type(*pair) for pair in _pairs(chosen.scan_types, "FORNIX_SCAN_TYPES")),
    )


def _scan_type(pattern: str, word: str) -> ScanTypeRule:
    try:
        return ScanTypeRule(re.compile(pattern, re.IGNORECASE), word)
    except re.error as error:
        raise Invalid(f"FORNIX_SCAN_TYPES: this is no regular expression: {pattern} ({error})") from error


def _pairs(text: str, setting: str) -> list[tuple[str, str]]:
    """`a=b;c=d` as pairs."""
    pairs = []
    for part in filter(None, (piece.strip() for piece in text.split(";"))):
        left, equals, right = part.rpartition("=")
        if not equals or not left.strip() or not right.strip():
            raise Invalid(
                f"{setting} is a list like `expression=type; expression=type`. This part is not: {part}"
            )
        pairs.append((left.strip(), right.strip()))
    return pairs


def calpendo_config() -> CalpendoConfig:
    """The centre's Calpendo; CalpendoNotConfigured when there is none."""
    chosen = environment()
    return CalpendoConfig(
        url=chosen.calpendo_url,
        username=chosen.calpendo_username,
        password=chosen.calpendo_password,
        time_zone=chosen.calpendo_time_zone,
        scanners=parse_scanners(chosen.calpendo_scanners),
        excluded=parse_excluded(chosen.calpendo_excluded_codes),
        pi=parse_pi(chosen.calpendo_pi),
    )
