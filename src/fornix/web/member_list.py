"""Pure: the people of a project as a table for spreadsheets: UTF-8 with its mark, names as they are, no formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from fornix.catalog.people import Ground, PersonLine
from fornix.web.hold_words import hold_effect, hold_told

HEAD = ("Name", "User name", "Role", "Standing", "Source", "Role by this source", "Since", "Why")
# What a spreadsheet takes for the start of a formula; wide forms too. It is made text by a sign before it.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
MARK = "\ufeff"  # without it, spreadsheets take UTF-8 for the machine's old code page


def member_table(people: Iterable[PersonLine]) -> bytes:
    """One row for each ground of each person, as RFC 4180 wants it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(HEAD)
    for person in people:
        for ground in person.grounds:
            writer.writerow(map(safe_cell, _row(person, ground)))
    return (MARK + text.getvalue()).encode("utf-8")


def safe_cell(text: str) -> str:
    """The text; with an apostrophe before it where a spreadsheet would compute it."""
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA) else text


def _row(person: PersonLine, ground: Ground) -> tuple[str, ...]:
    why = ground.evidence
    if ground.hold is not None:
        why = f"{hold_told(ground.hold)}; {hold_effect(ground.hold)}"
    since = f"{ground.since:%Y-%m-%d %H:%M}Z"
    known = (person.name, person.username, person.role, person.standing.value)
    return (*known, ground.source, ground.role, since, why)
