"""Builds stores and site rules from the settings. Only this module reads them; lower layers get arguments."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from fornix.booking.choices import Choice, choices_of, config_of
from fornix.booking.config import CalpendoConfig
from fornix.booking.identity import Linking
from fornix.booking.options import PASSWORD_FILE
from fornix.booking.site_files import read_password_file
from fornix.catalog.site_rules import SiteRules
from fornix.catalog.site_settings import chosen_settings
from fornix.dicom.scan_types import ScanTypeRule
from fornix.errors import Invalid
from fornix.ingest.inbox import Inbox
from fornix.storage.local import LocalStore

if TYPE_CHECKING:
    from fornix.settings.environment import Environment
    from fornix.storage.store import Store

RESERVED_BYTES = 1 << 30  # of the disk, for rows and what is under way


def environment() -> Environment:
    """The FORNIX_* settings."""
    return settings.FORNIX


@cache
def store() -> Store:
    """Where the bytes lie."""
    root = environment().data / "blobs"
    root.mkdir(parents=True, exist_ok=True)
    return LocalStore(root)


def room_bytes() -> int:
    """How large a file may be that is handed in now: until it is filed it lies in the store twice."""
    return max(0, (shutil.disk_usage(environment().data).free - RESERVED_BYTES) // 2)


def scratch() -> Path:
    """Where copies of archives lie while they are read. What is there when nobody reads is a dead reader's."""
    return environment().data / "scratch"


def site_rules() -> SiteRules:
    """What this site chose, as it is now: part of it may change on a page."""
    days = int(str(_chosen("calpendo.terminated_grace_days").value))
    return replace(fixed_rules(), terminated_grace=timedelta(days=days))


def inbox() -> Inbox | None:
    """The folder that acquisition computers put files in; None where the site has none."""
    chosen = environment()
    if chosen.inbox is None:
        return None
    return Inbox(chosen.inbox, timedelta(seconds=chosen.inbox_still_s), stays=chosen.inbox_stays)


@cache
def fixed_rules() -> SiteRules:
    """What the environment says of the rules."""
    chosen = environment()
    return SiteRules(
        accession_prefix=chosen.accession_prefix,
        time_zone=chosen.time_zone,
        patient_name_as_subject=chosen.patient_name_as_subject,
        quiet_time=timedelta(seconds=chosen.quiet_s),
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


def calpendo_choices() -> tuple[Choice, ...]:
    """Every option of the mirror as it stands now: environment, file, page, default, in this order."""
    chosen = environment()
    return choices_of(chosen.calpendo, chosen.file.values, chosen_settings(), chosen.time_zone)


def calpendo_config() -> CalpendoConfig:
    """The centre's Calpendo as it is configured now; CalpendoNotConfigured when there is none.

    Asked for anew by each sweep: what was changed on a page, or in the password's file, counts from the next one on.
    """
    return config_of(calpendo_choices(), _calpendo_password())


def _calpendo_password() -> str:
    chosen = environment()
    if chosen.calpendo_password:
        return chosen.calpendo_password
    path = chosen.file.values.get(PASSWORD_FILE.key)
    return read_password_file(Path(str(path))) if path else chosen.file.password


def calpendo_is_configured() -> bool:
    """Whether a Calpendo was named, by whomever; what else it needs, `calpendo_config` says."""
    return bool(_chosen("calpendo.url").value)


def sweep_interval_s() -> int:
    """Seconds between two sweeps, as configured now. Every page asks: what cannot be used counts as the default."""
    return int(str(_chosen("calpendo.interval_s").value))


def linking() -> Linking:
    """By what people are linked to accounts, as configured now, for whoever links or explains links."""
    chosen = {choice.option.key: choice.value for choice in calpendo_choices()}
    aliases = chosen["calpendo.alias_domains"]
    pairs = aliases.items() if isinstance(aliases, Mapping) else ()
    return Linking(
        {str(domain): str(other) for domain, other in pairs}, str(chosen["calpendo.login_realm"] or "")
    )


def _chosen(key: str) -> Choice:
    return next(choice for choice in calpendo_choices() if choice.option.key == key)
