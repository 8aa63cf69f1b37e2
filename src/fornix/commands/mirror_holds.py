"""`fornix mirror holds` and `fornix mirror approve`: removals that wait for an administrator's decision."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from django.utils import timezone

from fornix.access.actors import OPERATOR
from fornix.booking.holds import ALL, HeldRemoval, approve_removals, held_removals
from fornix.commands.main import DONE

if TYPE_CHECKING:
    from argparse import ArgumentParser, _SubParsersAction

MOST_NAMES = 8


def add_verbs(verbs: _SubParsersAction[ArgumentParser]) -> None:
    """`holds [--json]`, `approve ID...`."""
    holds = verbs.add_parser("holds", help="list the removals that wait for a decision")
    # SUPPRESS: an absent --json here must not undo one that was given before the verb.
    holds.add_argument(
        "--json", action="store_true", default=argparse.SUPPRESS, help="print the list as JSON"
    )
    approve = verbs.add_parser("approve", help="let held removals happen now")
    approve.add_argument("ids", metavar="ID", nargs="+", help=f"as `holds` lists it; `{ALL}` for everything")


def run(args: argparse.Namespace) -> int:
    """0: listed, or done."""
    return _approve(args.ids) if args.verb == "approve" else _list(as_json=args.json)


def _list(*, as_json: bool) -> int:
    held = held_removals(OPERATOR)
    if as_json:
        print(json.dumps({"held": [_as_json(hold) for hold in held]}, ensure_ascii=False, indent=2))
    elif not held:
        print("Nothing is held.")
    else:
        print("\n".join(_in_words(hold) for hold in held))
        print(
            "`fornix mirror approve ID` lets one of them happen; what Calpendo takes back is released by itself."
        )
    return DONE


def _approve(ids: list[str]) -> int:
    if ids == [ALL] and not held_removals(OPERATOR):
        print("Nothing is held.")
        return DONE
    revoked = approve_removals(OPERATOR, ids, at=timezone.now())
    for each in revoked:
        print(f"{each.username} is no longer {each.role} of {each.project} by Calpendo")
    if not revoked:
        print("approved; nobody had a role by it")
    return DONE


def _as_json(hold: HeldRemoval) -> dict[str, object]:
    return {
        "id": hold.id,
        "project": hold.project or None,
        "reason": hold.reason,
        "people": list(hold.people),
        "since": hold.since.isoformat(),
    }


def _in_words(hold: HeldRemoval) -> str:
    more = len(hold.people) - MOST_NAMES
    names = ", ".join(hold.people[:MOST_NAMES]) + (f" and {more} more" if more > 0 else "")
    about = hold.project or "all projects"
    return f"{hold.id}  {about}  since {hold.since:%Y-%m-%d %H:%M} UTC  {names}: {hold.reason}"
