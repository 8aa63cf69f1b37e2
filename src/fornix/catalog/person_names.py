"""Pure: how a person's name is shown, on pages, by the mirror and by `fornix why` alike."""

from __future__ import annotations

import unicodedata

# Scripts that write the family name first and no space between (UAX #44, property Name).
_FAMILY_FIRST = (
    "CJK UNIFIED IDEOGRAPH",
    "CJK COMPATIBILITY IDEOGRAPH",
    "IDEOGRAPHIC ITERATION MARK",
    "HANGUL",
    "HIRAGANA",
)


def full_name(given: str, family: str) -> str:
    """`given family`; `familygiven` where both are written in Han, Hangul or Hiragana. "" when both are empty."""
    given, family = given.strip(), family.strip()
    if is_family_first(given) and is_family_first(family):
        return f"{family}{given}"
    return f"{given} {family}".strip()


def is_family_first(text: str) -> bool:
    """Whether all of a text is in a script that writes the family name first."""
    return bool(text) and all(unicodedata.name(each, "").startswith(_FAMILY_FIRST) for each in text)


def readings_of(name: str) -> tuple[tuple[str, str], ...]:
    """Every (given, family) that may be shown as this name: the other way of `full_name`."""
    words = name.split()
    if len(words) == 1 and is_family_first(name.strip()):
        text = words[0]
        return tuple((text[cut:], text[:cut]) for cut in range(1, len(text)))
    return tuple((" ".join(words[:cut]), " ".join(words[cut:])) for cut in range(1, len(words)))
