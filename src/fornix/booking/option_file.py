"""Pure: the options as a TOML file: read with every mistake named, and printed with every option explained."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from fornix.booking.option_kinds import Plain
from fornix.booking.options import BY_ENV, BY_KEY, OPTIONS, PASSWORD, TABLE, Option
from fornix.booking.refusals import CalpendoSettingInvalid

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_WIDTH = 100


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What a file says, by key; and what is wrong with it, a sentence each."""

    values: Mapping[str, Plain]
    mistakes: tuple[str, ...]


def read_options(content: Mapping[str, Any]) -> ReadOptions:
    """The options of a parsed TOML file."""
    values: dict[str, Plain] = {}
    mistakes: list[str] = []
    for key, value in _leaves(content, ""):
        option = BY_KEY.get(key)
        if option is None:
            mistakes.append(_unknown(key, value))
            continue
        try:
            values[key] = option.kind.check(value)
        except CalpendoSettingInvalid as refusal:
            mistakes.append(f"{key} {refusal}")
    if "calpendo.password" in values and "calpendo.password_file" in values:
        mistakes.append(
            "calpendo.password and calpendo.password_file: one of them is enough, remove the other"
        )
    return ReadOptions(values, tuple(mistakes))


def _leaves(content: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    """Every value with its dotted key; a table that is itself an option's value counts as one."""
    tables = {option.table for option in OPTIONS}
    for name, value in content.items():
        key = f"{prefix}{name}"
        if isinstance(value, Mapping) and key in tables:
            yield from _leaves(value, f"{key}.")
        else:
            yield key, value


def _unknown(key: str, value: object) -> str:
    what = "table" if isinstance(value, Mapping) else "setting"
    if key in BY_ENV:
        return f"{key} is a variable of the environment; in a file it is {BY_ENV[key].key}"
    meant = _meant(key)
    return f"{key} is no {what} of this file." + (
        f" Did you mean {meant}?" if meant else _where_others_are(key)
    )


def _meant(key: str) -> str:
    name = key.rpartition(".")[2]
    elsewhere = [option.key for option in OPTIONS if option.name == name]
    close = get_close_matches(key, [*BY_KEY, TABLE, *{option.table for option in OPTIONS}], 1, 0.75)
    alike = get_close_matches(name, [option.name for option in OPTIONS], 1, 0.75)
    by_name = [option.key for option in OPTIONS if option.name in alike]
    return next(iter((*elsewhere, *close, *by_name)), "")


def _where_others_are(key: str) -> str:
    if key.startswith(f"{TABLE}."):
        return " docs/settings.md lists them all."
    return (
        f" It has one table, [{TABLE}]; the settings of the archive itself are variables of the environment."
    )


def as_toml(values: Mapping[str, Plain], opening: Sequence[str] = ()) -> str:
    """All options as a file: those in `values` as they are, the others as comments with their default.

    Secrets are left out: who prints them may not be who may read them.
    """
    lines = [f"# {line}".rstrip() for line in opening]
    shown = [option for option in OPTIONS if option is not PASSWORD]
    for table in dict.fromkeys(option.table for option in shown):
        plain, tables = _parted([option for option in shown if option.table == table])
        lines += ["", f"[{table}]"]
        for option in plain:
            lines += _entry(option, values)
        for option in tables:
            lines += _table(option, values)
    return "\n".join(lines).lstrip("\n") + "\n"


def _parted(options: Sequence[Option]) -> tuple[list[Option], list[Option]]:
    """Those with a value of one line first: in TOML, what follows a table's head belongs to it."""
    is_table = [isinstance(option.default, dict) for option in options]
    return (
        [option for option, nested in zip(options, is_table, strict=True) if not nested],
        [option for option, nested in zip(options, is_table, strict=True) if nested],
    )


def _entry(option: Option, values: Mapping[str, Plain]) -> list[str]:
    comment = [f"# {line}" for line in _wrapped(f"{option.means}.")]
    if option.key in values:
        return [*comment, f"{option.name} = {toml_value(values[option.key])}"]
    default = '""' if option.default is None else toml_value(option.default)
    return [*comment, f"# {option.name} = {default}"]


def _table(option: Option, values: Mapping[str, Plain]) -> list[str]:
    chosen = values.get(option.key)
    sign = "" if isinstance(chosen, dict) else "# "
    entries = chosen.items() if isinstance(chosen, dict) else ()
    return [
        "",
        *(f"# {line}" for line in _wrapped(f"{option.means}: {option.kind.expects}.")),
        f"{sign}[{option.key}]",
        *(f"{_key(key)} = {_quoted(value)}" for key, value in entries),
    ]


def _wrapped(text: str) -> list[str]:
    lines = [""]
    for word in f"{text[:1].upper()}{text[1:]}".split():
        if lines[-1] and len(lines[-1]) + len(word) >= _WIDTH:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def toml_value(value: Plain) -> str:
    """A value as TOML writes it; a table as one line."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{_key(key)} = {_quoted(each)}' for key, each in value.items())}}}"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, list):
        return f"[{', '.join(each if _DAY.fullmatch(each) else _quoted(each) for each in value)}]"
    return repr(value)


def _key(text: str) -> str:
    return text if _BARE.fullmatch(text) else _quoted(text)


def _quoted(text: str) -> str:
    """A basic string: TOML escapes as JSON does, and DEL besides."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")
