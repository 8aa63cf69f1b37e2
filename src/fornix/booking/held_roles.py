"""Pure: a choice of roles that waits for a decision, as it lies in a booked project's `part_roles` (contract 4.5).

Beside the role of each part stand, under keys of their own, the roles that `calpendo.roles` asks for, how they are
held and since when. Nothing but this module knows these keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fornix.access.policy import ROLE_ORDER
from fornix.booking.mirror import RolesHeld, as_roles
from fornix.models.booking import Hold
from fornix.models.memberships import Role

HELD_KEY = "hold"  # for queries: only rows that hold something have it
_ASKED, _SINCE = "asked", "held_at"


def read_held(written: Mapping[str, Any]) -> RolesHeld | None:
    """What is held, None for nothing."""
    if HELD_KEY not in written:
        return None
    since = datetime.fromisoformat(written[_SINCE])
    return RolesHeld(as_roles(written[_ASKED]), Hold(written[HELD_KEY]), since)


def write_roles(roles: Mapping[str, Role], held: RolesHeld | None, at: datetime) -> dict[str, Any]:
    """The roles in force and what is held, as a row keeps them; `at`: since when, where that begins now."""
    plain = {part: role.value for part, role in roles.items()}
    if held is None:
        return plain
    asked = {part: role.value for part, role in held.roles.items()}
    since = (held.since or at).isoformat()
    return {**plain, _ASKED: asked, HELD_KEY: held.hold.value, _SINCE: since}


def raised_parts(roles: Mapping[str, Role], held: RolesHeld) -> dict[str, tuple[Role, Role]]:
    """Part -> its role now, and the higher one that it would give."""
    return {
        part: (roles[part], asked)
        for part, asked in held.roles.items()
        if ROLE_ORDER.index(asked) < ROLE_ORDER.index(roles[part])
    }
