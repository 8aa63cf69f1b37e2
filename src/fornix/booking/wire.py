"""Pure: tolerant readers of single values as Calpendo may spell them (contract calpendo 1.4, 1.8).

Hidden is not empty: what the service account may not read is UNKNOWN, and whoever applies it keeps what was known.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from typing import Any, Final, Literal, TypeAlias

HIDDEN_TEXT = "<Hidden>"
ID_LENGTH = 60


class Unknown(Enum):
    """The answer does not tell."""

    UNKNOWN = "unknown"


UNKNOWN: Final = Unknown.UNKNOWN
Text: TypeAlias = str | Literal[Unknown.UNKNOWN]
Day: TypeAlias = date | Literal[Unknown.UNKNOWN] | None


class _Absent(Enum):
    ABSENT = "absent"


ABSENT: Final = _Absent.ABSENT


@dataclass(frozen=True, slots=True)
class References:
    """A set of references. Not `is_whole`: some of its members could not be read, so nobody was removed."""

    ids: tuple[str, ...]
    is_whole: bool = True


Members: TypeAlias = References | Literal[Unknown.UNKNOWN]


@dataclass(frozen=True, slots=True)
class Spelling:
    """How this answer spells "no value".

    Null and missing keys may mean "empty" or "you may not see it". They mean empty for sure only where the same
    answer spells hidden fields out (`<Hidden>`).
    """

    null_means_empty: bool


def detect_spelling(rows: Iterable[Mapping[str, Any]]) -> Spelling:
    """Looks through all rows of an answer for a field that is spelled out as hidden."""
    return Spelling(null_means_empty=any(_says_hidden(row) for row in rows))


def _says_hidden(row: Mapping[str, Any]) -> bool:
    inner = row.get("properties")
    values = [*row.values(), *(inner.values() if isinstance(inner, dict) else ())]
    return any(is_hidden(value) for value in values)


def is_hidden(value: object) -> bool:
    """Whether a value stands for one that the service account may not read."""
    return isinstance(value, str) and value.strip().casefold() == HIDDEN_TEXT.casefold()


def read_path(row: Mapping[str, Any], path: str) -> Any:
    """The value at `a.b`: as a key of its own, nested, or either of both under `properties`; else ABSENT."""
    for place in (row, row.get("properties")):
        if isinstance(place, Mapping):
            found = place[path] if path in place else _nested(place, path.split("."))
            if found is not ABSENT:
                return found
    return ABSENT


def _nested(place: Mapping[str, Any], names: list[str]) -> Any:
    found: Any = place
    for name in names:
        if not isinstance(found, Mapping) or name not in found:
            return ABSENT
        found = found[name]
    return found


def read_id(value: object) -> str | None:
    """An id as text: 15 digits and more occur, as numbers too. None for what is no id."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, float):
        value = int(value) if value.is_integer() else ""
    text = clean_text(str(value)) if isinstance(value, str | int) else ""
    return text if text and len(text) <= ID_LENGTH and not is_hidden(text) else None


def clean_text(text: str, length: int = 1000) -> str:
    """NFC, without surrounding space and without what no database keeps (NUL, lone surrogates)."""
    kept = text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
    return unicodedata.normalize("NFC", kept).strip()[:length]


def read_text(row: Mapping[str, Any], path: str, spelling: Spelling, length: int = 1000) -> Text:
    """A text property; numbers are taken as their digits, references by their display text."""
    value = read_path(row, path)
    if isinstance(value, Mapping):
        value = value.get("formattedName", value.get("name"))
    if is_hidden(value) or isinstance(value, bool | list | Mapping):
        return UNKNOWN
    if value is None or value is ABSENT:
        return "" if spelling.null_means_empty else UNKNOWN
    return clean_text(str(value), length)


def read_required_text(row: Mapping[str, Any], path: str, length: int = 1000) -> Text:
    """A text that every object of its type has: where it is empty, it could not be read."""
    return read_text(row, path, Spelling(null_means_empty=False), length) or UNKNOWN


def read_reference(row: Mapping[str, Any], path: str, spelling: Spelling) -> Text:
    """The id that a property refers to, "" when it refers to nothing."""
    value = read_path(row, path)
    if value is None or value is ABSENT:
        return "" if spelling.null_means_empty else UNKNOWN
    if value == "":
        return ""
    found = _reference_id(value)
    return UNKNOWN if found is None else found


def _reference_id(value: object) -> str | None:
    if isinstance(value, Mapping):
        return read_id(value.get("id"))
    return read_id(value)


def read_references(row: Mapping[str, Any], path: str) -> Members:
    """A set as an array of references, of ids, or as `{"biskits": [...]}`. Anything but an array is UNKNOWN."""
    return references_in(read_path(row, path))


def references_in(value: object) -> Members:
    """The ids in a set that was read already."""
    members = array_of(value)
    if members is None:
        return UNKNOWN
    ids = [_reference_id(member) for member in members]
    known = dict.fromkeys(found for found in ids if found is not None)
    return References(tuple(known), is_whole=None not in ids)


def array_of(value: object) -> list[Any] | None:
    """The members of a set in any of its shapes; None when the answer does not tell."""
    if isinstance(value, Mapping):
        value = value.get("biskits")
    return value if isinstance(value, list) else None


def read_day(row: Mapping[str, Any], path: str) -> Day:
    """A day, None for none; as text, as milliseconds since 1970, or as an object that holds either."""
    value = read_path(row, path)
    if isinstance(value, Mapping):
        value = next((value[name] for name in ("date", "value", "formattedName") if name in value), value)
    if value is None or value is ABSENT or value == "":
        return None
    found = parse_day(value) if isinstance(value, str) else None
    return found or _day_of_millis(value) or UNKNOWN


def _day_of_millis(value: object) -> date | None:
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    if not re.fullmatch(r"[0-9]{11,14}", text):
        return None
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(text))).date()


def parse_day(text: str) -> date | None:
    """The day at the start of an ISO date, an ISO time or `yyyymmdd`; None for anything else."""
    found = re.match(r"\s*([0-9]{4})-?([0-9]{2})-?([0-9]{2})(?![0-9])", text)
    if found is None:
        return None
    try:
        return date(*(int(part) for part in found.groups()))
    except ValueError:
        return None
