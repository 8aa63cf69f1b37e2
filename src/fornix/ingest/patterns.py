"""Pure: regular expressions of the site's own rules, which may be written so that matching would never end."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from math import prod

import regex

from fornix.errors import Invalid

MATCH_S = 0.05  # for one pattern on one value
LONGEST_PATTERN = 300
_MOST_REPEATS = 10_000  # compiling unrolls them: the product of all counts is what it costs
_LONGEST_COUNT = 8  # digits
_REPEATS = regex.compile(r"\{\s*(\d*)\s*(?:,\s*(\d*)\s*)?\}")


class TooSlow(Invalid):
    """A pattern took too long on a value."""


def match_groups(pattern: str, text: str) -> Mapping[str, str] | None:
    """The named groups of the first match anywhere in the text, None without one.

    Raises TooSlow after MATCH_S, and Invalid for what is no pattern.
    """
    try:
        found = compiled(pattern).search(text, timeout=MATCH_S)
    except TimeoutError as error:
        raise TooSlow from error
    if found is None:
        return None
    return {name: value or "" for name, value in found.groupdict().items()}


@lru_cache(maxsize=512)
def compiled(pattern: str) -> regex.Pattern[str]:
    """The pattern, ready to match. Raises Invalid with the reason and its place."""
    if len(pattern) > LONGEST_PATTERN:
        raise Invalid(f"A pattern has at most {LONGEST_PATTERN} characters; this one has {len(pattern)}.")
    if _repeats(pattern) > _MOST_REPEATS:
        raise Invalid(
            f"The counts in braces multiply to more than {_MOST_REPEATS:,}: use smaller ones, or + and *."
        )
    try:
        return regex.compile(pattern)
    except regex.error as error:
        raise Invalid(f"This is no regular expression: {error}.") from error
    except (RecursionError, OverflowError, MemoryError) as error:
        raise Invalid("This regular expression is nested too deeply.") from error


def group_names(pattern: str) -> frozenset[str]:
    """The named groups of a pattern. Raises Invalid."""
    return frozenset(compiled(pattern).groupindex)


def _repeats(pattern: str) -> int:
    """What the counts of all `{n}` and `{n,m}` multiply to. One in a class counts too, which only costs a pattern."""
    counts = [high or low or "1" for low, high in _REPEATS.findall(pattern)]
    if any(len(count) > _LONGEST_COUNT for count in counts):
        return _MOST_REPEATS + 1
    return prod(max(1, int(count)) for count in counts)
