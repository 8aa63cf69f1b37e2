"""Pure: texts with `{name}` for the named groups of patterns."""

from __future__ import annotations

import string
from collections.abc import Mapping

from fornix.errors import Invalid

LONGEST_TEMPLATE = 300


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
