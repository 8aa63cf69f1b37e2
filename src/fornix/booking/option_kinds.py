"""Pure: the kinds of values that a site's options have: what each accepts, as a value of TOML and as typed in.

Every refusal says what is expected, as the end of a sentence that begins with the option's name.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fornix.booking.config import MODALITIES, ROLE_WORDS, USUAL_ROLES, PiKind, check_address
from fornix.booking.refusals import CalpendoSettingInvalid
from fornix.booking.subject_pattern import compile_pattern

# What TOML, JSON and a form can all carry; days are texts such as 2027-06-30.
Plain: TypeAlias = str | int | float | bool | list[str] | dict[str, str]

LONGEST_TEXT = 300
MOST_ITEMS = 500
_SHOWN = 60
_PROPERTY = re.compile(r"[A-Za-z]\w*(\.\w+)*")
_DOMAIN = re.compile(r"[^\s@/:]+\.[^\s@/:.]+")


@dataclass(frozen=True, slots=True)
class Kind:
    """`check` takes what a TOML file or a stored row holds, `read` what a person typed; both give the plain value."""

    name: str
    expects: str
    check: Callable[[object], Plain]
    read: Callable[[str], Plain]
    write: Callable[[Plain], str]
    is_long: bool = False  # takes several lines of a form


def _refuse(expects: str, given: object) -> CalpendoSettingInvalid:
    shown = given if isinstance(given, str) else _as_written(given)
    cut = shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"
    return CalpendoSettingInvalid(f"is {expects}, not {cut or 'nothing'}")


def _as_written(given: object) -> str:
    """As TOML spells it, so that it is found again."""
    if isinstance(given, date):
        return given.isoformat()
    return str(given).lower() if isinstance(given, bool) else repr(given)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST_TEXT and value.isprintable()


def _text_kind(name: str, expects: str, accepts: Callable[[str], bool]) -> Kind:
    def check(value: object) -> Plain:
        text = value.strip() if isinstance(value, str) else ""
        if not text or not _is_text(text) or not accepts(text):
            raise _refuse(expects, value)
        return text

    return Kind(name, expects, check, check, str)


def _is_zone(text: str) -> bool:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _check_address(value: object) -> Plain:
    if not isinstance(value, str) or not _is_text(value.strip()):
        raise _refuse("an address such as https://centre.calpendo.com", value)
    text = value.strip().rstrip("/")
    check_address(text)
    return text


def _check_secret(value: object) -> Plain:
    if not isinstance(value, str) or not value or len(value) > LONGEST_TEXT:
        raise CalpendoSettingInvalid(f"is {_SECRET}")  # whatever it is, it is not repeated
    return value


_SECRET = f"a text in quotes of at most {LONGEST_TEXT} characters"


def count_kind(least: int, most: int, unit: str = "") -> Kind:
    """A whole number, of something."""
    expects = f"a whole number{f' of {unit}' if unit else ''} from {least} to {most}"

    def check(value: object) -> Plain:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise _refuse(expects, value)
        return value

    def read(text: str) -> Plain:
        digits = text.strip()
        if not digits.isascii() or not digits.isdigit() or len(digits) > len(str(most)):
            raise _refuse(expects, text)
        return check(int(digits))

    return Kind("count", expects, check, read, str)


_SHARE = "a share from 0 to 1, such as 0.05 for five of a hundred"


def _check_share(value: object) -> Plain:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _refuse(_SHARE, value)
    if not math.isfinite(value) or not 0 <= value <= 1:
        raise _refuse(_SHARE, value)
    return float(value)


def _read_share(text: str) -> Plain:
    digits = text.strip()
    is_percent = digits.endswith("%")
    try:
        value = float(digits.removesuffix("%"))
    except ValueError:
        raise _refuse(_SHARE, text) from None
    return _check_share(round(value / 100, 6) if is_percent else value)


_YES, _NO = ("yes", "true", "1", "on"), ("no", "false", "0", "off")


def _check_choice(value: object) -> Plain:
    if not isinstance(value, bool):
        raise _refuse("true or false", value)
    return value


def _read_choice(text: str) -> Plain:
    word = text.strip().casefold()
    if word not in (*_YES, *_NO):
        raise _refuse("yes or no", text)
    return word in _YES


def _list_kind(name: str, expects: str, item: Callable[[str], str | None], separators: str) -> Kind:
    """A list of texts, each put right by `item`, which gives None for what is refused; `-` is the empty list."""

    def check(value: object) -> Plain:
        if not isinstance(value, list) or len(value) > MOST_ITEMS:
            raise _refuse(expects, value)
        return [_checked(each) for each in value]

    def _checked(each: object) -> str:
        text = str(each) if isinstance(each, int) and not isinstance(each, bool) else each
        if isinstance(text, date) and not isinstance(text, datetime):
            text = text.isoformat()
        put_right = item(text.strip()) if isinstance(text, str) and _is_text(text) else None
        if put_right is None:
            raise _refuse(expects, each)
        return put_right

    def read(text: str) -> Plain:
        return check([] if text.strip() == "-" else split(text, separators))

    def write(value: Plain) -> str:
        return "\n".join(value) if isinstance(value, list) else str(value)

    return Kind(name, expects, check, read, write, is_long=True)


def _table_kind(name: str, expects: str, entry: Callable[[str, str], tuple[str, str] | None]) -> Kind:
    """A table of texts; typed in as `key=value`, a line or a comma between two."""

    def check(value: object) -> Plain:
        if not isinstance(value, dict) or len(value) > MOST_ITEMS:
            raise _refuse(expects, value)
        made = dict(_checked(key, each) for key, each in value.items())
        if len(made) != len(value):
            raise _refuse(f"{expects}, each once", value)
        return made

    def _checked(key: object, value: object) -> tuple[str, str]:
        is_pair = isinstance(key, str) and isinstance(value, str) and _is_text(key) and _is_text(value)
        found = entry(key.strip(), value.strip()) if is_pair else None  # type: ignore[attr-defined]
        if found is None:
            raise _refuse(expects, f"{key} = {value}")
        return found

    def read(text: str) -> Plain:
        pairs = [part.partition("=") for part in split(text, ",\n")]
        broken = [key for key, sign, _ in pairs if not sign]
        if broken:
            raise _refuse(expects, broken[0])
        keys = [key.strip() for key, _, _ in pairs]
        if len(set(keys)) != len(keys):
            raise _refuse(f"{expects}, each once", text)
        return check({key.strip(): value.strip() for key, _, value in pairs})

    def write(value: Plain) -> str:
        return "\n".join(f"{key}={each}" for key, each in value.items()) if isinstance(value, dict) else ""

    return Kind(name, expects, check, read, write, is_long=True)


def split(text: str, separators: str) -> Sequence[str]:
    """The parts of what was typed in, without the empty ones."""
    parts = re.split(f"[{re.escape(separators)}\r]", text)
    return [part.strip() for part in parts if part.strip()]


def _pattern(text: str) -> str | None:
    try:
        re.compile(text)
    except re.error:
        return None
    return text or None


def _day(text: str) -> str | None:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return None


def _place_of_pi(text: str) -> str | None:
    kind, _, name = (piece.strip() for piece in text.partition(":"))
    return f"{kind}:{name}" if kind in get_args(PiKind) and _PROPERTY.fullmatch(name) else None


def _scanner(resource_id: str, modality: str) -> tuple[str, str] | None:
    return (resource_id, modality.upper()) if resource_id and modality.upper() in MODALITIES else None


def _role_of_part(part: str, role: str) -> tuple[str, str] | None:
    is_known = part.lower() in dict(USUAL_ROLES) and role.lower() in ROLE_WORDS
    return (part.lower(), role.lower()) if is_known else None


def _alias(domain: str, other: str) -> tuple[str, str] | None:
    """Both as DNS spells them, for they are compared with such."""
    first, second = (_as_idna(each.casefold().removeprefix("@")) for each in (domain, other))
    return (first, second) if first and second and first != second else None


def _as_idna(domain: str) -> str:
    if not _DOMAIN.fullmatch(domain):
        return ""
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return ""


def _check_subject_pattern(value: object) -> Plain:
    if not isinstance(value, str) or not value.strip() or not _is_text(value.strip()):
        raise _refuse("a regular expression with a group `subject`", value)
    compile_pattern(value.strip())
    return value.strip()


SUBJECT_PATTERN = Kind(
    "pattern",
    "a regular expression with a group `subject`, such as `^(?P<subject>HIN_[0-9]+)`",
    _check_subject_pattern,
    _check_subject_pattern,
    str,
)
TEXT = _text_kind("text", f"a text of at most {LONGEST_TEXT} characters on one line", lambda _: True)
ADDRESS = Kind(
    "address", "an address such as https://centre.calpendo.com", _check_address, _check_address, str
)
SECRET = Kind("secret", _SECRET, _check_secret, _check_secret, lambda _: "")
ZONE = _text_kind("zone", "a time zone such as Europe/London", _is_zone)
INSTANCE = _text_kind(
    "name",
    "a word of small letters, digits, - and _, at most 30 long",
    lambda text: re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,29}", text) is not None,
)
PROPERTY = _text_kind(
    "property",
    "the name of a property, such as projectCode or contact.email",
    lambda text: _PROPERTY.fullmatch(text) is not None,
)
TYPE = _text_kind(
    "type", "the name of a type, such as Calpendo.Project", lambda text: _PROPERTY.fullmatch(text) is not None
)
SHARE = Kind("share", _SHARE, _check_share, _read_share, lambda value: f"{value:g}")
CHOICE = Kind("choice", "true or false", _check_choice, _read_choice, lambda value: "yes" if value else "no")
IDS = _list_kind("ids", 'a list of ids such as ["12", "13"]', lambda text: text or None, ",\n")
PATTERNS = _list_kind(
    "patterns", 'a list of regular expressions such as ["BLOCKER", "QA_.*"]', _pattern, ";\n"
)
DAYS = _list_kind("days", "a list of days such as [2027-06-30]", _day, ",\n")
PLACES_OF_PI = _list_kind(
    "places",
    f'a list such as ["reference:principalInvestigator", "email:piEmail"] (kinds: {", ".join(get_args(PiKind))})',
    _place_of_pi,
    ";\n",
)
SCANNERS = _table_kind("scanners", 'a table of resource ids with MR or MEG, such as "11" = "MR"', _scanner)
ROLES = _table_kind("roles", 'a table such as owner = "owner", pi = "owner", user = "member"', _role_of_part)
DOMAINS = _table_kind(
    "domains", 'a table of domains that are the same, such as "win.ox.ac.uk" = "ndcn.ox.ac.uk"', _alias
)
