"""Writes docs/permissions.md from the policy and the matrix: `make docs`. A test compares, so it is never stale."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "permissions.md"
OPENING = """\
# Who may what

<!-- Made by `make docs` from fornix.access.policy and tests/permissions/matrix.py. Edit those. -->

One policy stands behind every page, download and API: `fornix.access.policy`. `fornix why NAME PROJECT` tells, for one
person and one project, which row of which source gives a right, or what is missing.

A site administrator may everything. A block on a project outranks a pin, and a pin outranks every membership;
memberships come from Calpendo (computed anew by each sweep) or by hand (touched by nobody else). An account that is
not active may nothing. Nobody can make their own account.

What a person may not see is answered with 404, as if it did not exist; what they see but may not change with 403.

"""


def table(header: Iterable[str], lines: Iterable[Iterable[str]]) -> str:
    rows = [list(header), *map(list, lines)]
    rows.insert(1, ["---"] * len(rows[0]))
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def actions_table(label: str, actions_of: dict) -> str:
    from fornix.access.policy import Action

    return table(
        [label, *(f"`{action}`" for action in Action)],
        (
            [holder.value, *("yes" if action in may else "" for action in Action)]
            for holder, may in actions_of.items()
        ),
    )


def routes_table() -> str:
    from tests.permissions.matrix import PEOPLE, rows
    from tests.permissions.url_map import routes

    addresses = {route.name: route.address for route in routes()}
    return table(
        ["route", "", *PEOPLE],
        (
            [f"`{row.method} {addresses.get(row.route, '?')}`", row.route, *map(str, row.statuses)]
            for row in sorted(rows(), key=lambda row: (addresses.get(row.route, "?"), row.method))
        ),
    )


def page() -> str:
    from fornix.access.policy import ACCESSIBILITY_ACTIONS, ROLE_ACTIONS

    return OPENING + "\n".join(
        [
            "## What each role gives",
            "",
            actions_table("role", ROLE_ACTIONS),
            "",
            "## What a project's accessibility gives to everybody who is logged in",
            "",
            actions_table("accessibility", ACCESSIBILITY_ACTIONS),
            "",
            "## Each route's answer",
            "",
            "The status of the answer to each kind of person, as the tests ask for it. *Stranger*: logged in, and not",
            "on the project, which is private. *Revoked*: was a member until a moment ago.",
            "",
            routes_table(),
            "",
        ]
    )


if __name__ == "__main__":
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fornix.settings")
    django.setup()
    PAGE.write_text(page(), encoding="utf-8")
