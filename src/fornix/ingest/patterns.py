"""Pure: regular expressions of the site's own rules, which may be written so that matching would never end."""

from __future__ import annotations

import string
from collections.abc import Mapping
from functools import lru_cache
from math import prod

import regex

from fornix.errors import Invalid

MATCH_S = 0.05  # for one pattern on one value
LONGEST_PATTERN = 300
LONGEST_TEMPLATE = 300
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


def template_names(template: str) -> tuple[str, ...]:
    """The groups that a template asks for, `{name}` each. Raises Invalid for anything else in braces."""
    if len(template) > LONGEST_TEMPLATE:
        raise Invalid(f"A template has at most {LONGEST_TEMPLATE} characters; this one has {len(template)}.")
    try:
        parts = list(string.Formatter().parse(template))
    except ValueError as error:
        raise Invalid(f"The braces in {template} do not match. A brace itself is written twice.") from error
    names = []
    for _, name, form, conversion in parts:
        if name is None:
            continue
        if not name.isidentifier() or form or conversion:
            raise Invalid(
                f"In braces stands the name of a group, as in {{code}}. This is none: {{{name}}} in {template}"
            )
        names.append(name)
    return tuple(names)


def fill(template: str, groups: Mapping[str, str]) -> str:
    """The template with the groups' texts; empty where it asks for groups and all of them are empty."""
    names = template_names(template)
    if names and not any(groups.get(name) for name in names):
        return ""
    return template.format_map({name: groups.get(name, "") for name in names}).strip()


def _repeats(pattern: str) -> int:
    """What the counts of all `{n}` and `{n,m}` multiply to. One in a class counts too, which only costs a pattern."""
    counts = [high or low or "1" for low, high in _REPEATS.findall(pattern)]
    if any(len(count) > _LONGEST_COUNT for count in counts):
        return _MOST_REPEATS + 1
    return prod(max(1, int(count)) for count in counts)
