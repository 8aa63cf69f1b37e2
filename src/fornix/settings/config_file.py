"""Finds and reads the site's TOML file. What its keys mean is not known here: booking/options.py tells."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from fornix.booking.option_file import read_options
from fornix.booking.option_kinds import Plain
from fornix.booking.options import PASSWORD, PASSWORD_FILE
from fornix.booking.site_files import read_site_file, require_private
from fornix.errors import Invalid

NAME = "fornix.toml"
MOST_BYTES = 1024 * 1024


class ConfigFileInvalid(Invalid):
    """The configuration file cannot be used."""


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """What the file says, by key of an option. `path` is None when there is no file; a password stands beside."""

    path: Path | None = None
    values: Mapping[str, Plain] = field(default_factory=lambda: MappingProxyType({}))
    password: str = field(default="", repr=False)


def find_config_file(environ: Mapping[str, str], data: Path) -> Path | None:
    """FORNIX_CONFIG, else fornix.toml in the data folder when it is there."""
    named = environ.get("FORNIX_CONFIG")
    if named:
        return Path(named).expanduser().absolute()
    usual = data / NAME
    return usual if usual.exists() else None


def read_config_file(path: Path | None) -> ConfigFile:
    """The file's options; ConfigFileInvalid names the file, the key and what is expected."""
    if path is None:
        return ConfigFile()
    file = read_site_file(path, "configuration file", MOST_BYTES)
    try:
        read = read_options(tomllib.loads(file.text))
    except (ValueError, RecursionError) as error:
        raise ConfigFileInvalid(f"{path} is no TOML: {error}.") from None
    if read.mistakes:
        raise ConfigFileInvalid("\n".join(f"{path}: {mistake}" for mistake in read.mistakes))
    values = dict(read.values)
    password = values.get(PASSWORD.key, "")
    if password:
        require_private(path, file.mode)
        values[PASSWORD.key] = ""  # that it is set here is known; what it is travels beside
    if PASSWORD_FILE.key in values:
        beside = Path(str(values[PASSWORD_FILE.key])).expanduser()
        values[PASSWORD_FILE.key] = str(path.parent / beside)
    return ConfigFile(path, MappingProxyType(values), str(password))
