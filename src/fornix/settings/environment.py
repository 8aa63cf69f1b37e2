"""Reads FORNIX_* from the environment into one frozen value. docs/settings.md tells what each means."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fornix.booking.option_kinds import Plain
from fornix.booking.options import BY_ENV, PASSWORD
from fornix.booking.refusals import CalpendoSettingInvalid
from fornix.errors import Invalid
from fornix.settings.config_file import ConfigFile, find_config_file, read_config_file
from fornix.settings.dicom import DicomSettings, read_dicom

LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "[::1]")


@dataclass(frozen=True, slots=True)
class Environment:
    """The settings of one archive. `calpendo` holds the options that the environment sets, by key, without secrets."""

    data: Path
    database_url: str
    url: str
    insecure: bool
    time_zone: str
    accession_prefix: str
    patient_name_as_subject: bool
    scan_types: str
    dicom: DicomSettings
    quiet_s: int
    inbox: Path | None
    inbox_still_s: int
    inbox_stays: bool
    calpendo: Mapping[str, Plain]
    calpendo_password: str = field(repr=False)
    file: ConfigFile


def default_data_folder(environ: Mapping[str, str]) -> Path:
    """$XDG_DATA_HOME/fornix, or ~/.local/share/fornix."""
    base = environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "fornix"


def read_environment(environ: Mapping[str, str] = os.environ) -> Environment:
    """The settings as the environment gives them; absent ones have the documented defaults."""
    data = Path(environ.get("FORNIX_DATA") or default_data_folder(environ)).absolute()
    calpendo = _options(environ)
    return Environment(
        data=data,
        database_url=environ.get("FORNIX_DATABASE", ""),
        url=_address(environ, "FORNIX_URL"),
        insecure=environ.get("FORNIX_INSECURE", "") == "1",
        time_zone=_zone(environ, "FORNIX_TIME_ZONE", "UTC"),
        accession_prefix=environ.get("FORNIX_ACCESSION_PREFIX", "FORNIX"),
        patient_name_as_subject=environ.get("FORNIX_PATIENT_NAME_AS_SUBJECT", "1") == "1",
        scan_types=environ.get("FORNIX_SCAN_TYPES", ""),
        dicom=read_dicom(environ),
        quiet_s=_seconds(environ, "FORNIX_QUIET_S", 60),
        inbox=_inbox(environ, data),
        inbox_still_s=_seconds(environ, "FORNIX_INBOX_STILL_S", 30),
        inbox_stays=_word(environ, "FORNIX_INBOX_KEEP", ("move", "stay")) == "stay",
        calpendo=calpendo,
        calpendo_password=environ.get(PASSWORD.env, ""),
        file=read_config_file(find_config_file(environ, data)),
    )


def _options(environ: Mapping[str, str]) -> Mapping[str, Plain]:
    """The options that the environment sets, by key. An empty variable sets nothing."""
    found: dict[str, Plain] = {}
    for name, option in BY_ENV.items():
        text = environ.get(name)
        if not text:
            continue
        try:
            found[option.key] = "" if option is PASSWORD else option.kind.read(text)
        except CalpendoSettingInvalid as refusal:
            raise Invalid(f"{name} {refusal}") from None
    return found


def _inbox(environ: Mapping[str, str], data: Path) -> Path | None:
    """Not the data folder, nor one around it or within its bytes: the archive would take in what is its own."""
    text = environ.get("FORNIX_INBOX")
    if not text:
        return None
    inbox = Path(text).absolute()
    own, asked = data.resolve(), inbox.resolve()
    if own.is_relative_to(asked) or asked.is_relative_to(own / "blobs"):
        raise Invalid("FORNIX_INBOX is a folder of its own, apart from the archive's data folder.")
    return inbox


def _seconds(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(name) or str(default)
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 86_400):
        raise Invalid(f"{name} is a whole number of seconds from 1 to 86400. This is not: {text[:20]}")
    return int(text)


def _word(environ: Mapping[str, str], name: str, words: tuple[str, ...]) -> str:
    """One of these words; the first one where nothing is said."""
    text = environ.get(name) or words[0]
    if text not in words:
        raise Invalid(f"{name} is {' or '.join(words)}. This is not: {text[:20]}")
    return text


def _zone(environ: Mapping[str, str], name: str, default: str) -> str:
    zone = environ.get(name) or default
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Invalid(
            f"{name} is the name of a time zone, such as Europe/London. This is not: {zone}"
        ) from None
    return zone


def _address(environ: Mapping[str, str], name: str) -> str:
    text = environ.get(name, "").rstrip("/")
    parts = urlsplit(text)
    if text and (parts.scheme not in ("http", "https") or not parts.hostname or parts.path):
        raise Invalid(f"{name} is an address such as https://archive.example.org. This is not: {text}")
    return text


def database_settings(environment: Environment) -> dict[str, object]:
    """Django's DATABASES["default"]: SQLite in the data folder, or the PostgreSQL of FORNIX_DATABASE."""
    if not environment.database_url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(environment.data / "fornix.sqlite3"),
            "OPTIONS": {
                # A writer that starts as a reader cannot wait for the lock; IMMEDIATE can (docs/decisions).
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
            },
        }
    parts = urlsplit(environment.database_url)
    if parts.scheme not in ("postgresql", "postgres"):
        raise Invalid("FORNIX_DATABASE starts with postgresql://; without it Fornix uses SQLite.")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "fornix",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        # One connection for each thread that is at work: were idle threads to keep theirs, two archives
        # would use up the 100 that a PostgreSQL server allows unless told otherwise.
        "CONN_MAX_AGE": 0,
    }


def allowed_hosts(environment: Environment) -> list[str]:
    """The names by which the archive may be addressed."""
    if environment.url:
        return [urlsplit(environment.url).hostname or "", *LOOPBACK_HOSTS]
    return ["*"] if environment.insecure else list(LOOPBACK_HOSTS)
