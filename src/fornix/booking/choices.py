"""Pure: what is in force, and who says so: environment, then file, then the page of settings, then the default."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, TypeVar, cast

from fornix.booking.config import (
    USUAL_ROLES,
    CalpendoConfig,
    FieldNames,
    PiKind,
    PiSource,
    Thresholds,
    TypeNames,
)
from fornix.booking.option_file import as_toml
from fornix.booking.option_kinds import Plain
from fornix.booking.options import OPTIONS, PASSWORD, Option
from fornix.booking.refusals import CalpendoSettingInvalid

OPENING = (
    "The mirror's settings as they are in force. Lines with # are defaults. The password is not in here.",
)
_Names = TypeVar("_Names", FieldNames, Thresholds, TypeNames)


class Origin(StrEnum):
    """Who says it, the strongest first."""

    ENVIRONMENT = "environment"
    FILE = "file"
    PAGE = "page"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Choice:
    """One option as it stands. A secret's value is never in here; `problem` says why a stored value cannot be used."""

    option: Option
    value: Plain | None
    origin: Origin
    problem: str = ""

    @property
    def is_locked(self) -> bool:
        """Whether the page may not change it."""
        return bool(self.option.not_on_page) or self.origin in (Origin.ENVIRONMENT, Origin.FILE)


def choices_of(
    environment: Mapping[str, Plain], file: Mapping[str, Plain], page: Mapping[str, object], zone: str
) -> tuple[Choice, ...]:
    """One Choice for each option. Values of environment and file were checked when they were read.

    :param zone: the archive's own, in which bookings are read when nobody says another.
    """
    return tuple(_choice(option, environment, file, page, zone) for option in OPTIONS)


def _choice(
    option: Option,
    environment: Mapping[str, Plain],
    file: Mapping[str, Plain],
    page: Mapping[str, object],
    zone: str,
) -> Choice:
    for origin, values in ((Origin.ENVIRONMENT, environment), (Origin.FILE, file)):
        if option.key in values:
            return Choice(option, "" if option is PASSWORD else values[option.key], origin)
    default = zone if option.key == "calpendo.time_zone" else option.default
    if option.key not in page or option.not_on_page:
        return Choice(option, default, Origin.DEFAULT)
    try:
        return Choice(option, option.kind.check(page[option.key]), Origin.PAGE)
    except CalpendoSettingInvalid as refusal:
        return Choice(option, default, Origin.PAGE, str(refusal))


def _values_of(choices: tuple[Choice, ...]) -> Mapping[str, Any]:
    """The values by key; raises for one that cannot be used, rather than going on with something else."""
    for choice in choices:
        if choice.problem:
            raise CalpendoSettingInvalid(
                f"{choice.option.key} {choice.problem}. It was chosen on the page of settings: change it there."
            )
    return {choice.option.key: choice.value for choice in choices}


def config_of(choices: tuple[Choice, ...], password: str) -> CalpendoConfig:
    """The configuration that these choices make; CalpendoNotConfigured when something is missing."""
    values = _values_of(choices)

    def chosen(name: str) -> Any:
        return values[f"calpendo.{name}"]

    return CalpendoConfig(
        url=chosen("url") or "",
        username=chosen("username") or "",
        password=password,
        instance=chosen("instance"),
        time_zone=chosen("time_zone"),
        scanners=tuple(chosen("scanners").items()),
        excluded=tuple(chosen("excluded_codes")),
        pi=tuple(_pi_source(text) for text in chosen("pi")),
        roles=tuple({**dict(USUAL_ROLES), **chosen("roles")}.items()),
        types=_names(TypeNames, "types", values),
        fields=_names(FieldNames, "fields", values),
        sentinel_projects=tuple(chosen("sentinel_projects")),
        sentinel_people=tuple(chosen("sentinel_people")),
        term_ends=tuple(date.fromisoformat(text) for text in chosen("term_ends")),
        show_empty_projects=chosen("show_empty_projects"),
        booking_subject_pattern=chosen("booking_subject_pattern") or "",
        suspend_logins=chosen("suspend_logins"),
        login_realm=chosen("login_realm") or "",
        alias_domains=tuple(chosen("alias_domains").items()),
        guards=_names(Thresholds, "guards", values),
        vanish_sweeps=chosen("vanish_sweeps"),
        vanish_after=timedelta(hours=chosen("vanish_hours")),
    )


def _pi_source(text: str) -> PiSource:
    kind, _, name = text.partition(":")
    return PiSource(cast("PiKind", kind), name)


def _names(made: type[_Names], table: str, values: Mapping[str, Any]) -> _Names:
    return made(**{field.name: values[f"calpendo.{table}.{field.name}"] for field in fields(made)})


def as_file(choices: Sequence[Choice]) -> str:
    """What is in force as a TOML file; what nobody chose stays a comment, so that it follows later versions."""
    values = {
        choice.option.key: choice.value
        for choice in choices
        if choice.origin is not Origin.DEFAULT and choice.value is not None and choice.option is not PASSWORD
    }
    return as_toml(values, OPENING)
