"""`fornix mirror holds`, `approve` and `reject`: what is held otherwise than Calpendo says, and decisions on it."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING

from django.utils import timezone

from fornix.access.actors import OPERATOR
from fornix.booking.holds import ALL, PIN, Held, approve, held, reject
from fornix.commands.main import DONE

if TYPE_CHECKING:
    from argparse import ArgumentParser, _SubParsersAction

MOST_NAMES = 8
HOW_TO_DECIDE = (
    "`fornix mirror approve ID` follows Calpendo now, `fornix mirror reject ID` goes on without; what Calpendo takes "
    "back is released by itself."
)


def add_verbs(verbs: _SubParsersAction[ArgumentParser]) -> None:
    """`holds [--all] [--json]`, `approve ID...`, `reject ID...`."""
    holds = verbs.add_parser("holds", help="list what waits for a decision")
    holds.add_argument("--all", action="store_true", help="also what was decided against Calpendo")
    # SUPPRESS: an absent --json here must not undo one that was given before the verb.
    holds.add_argument(
        "--json", action="store_true", default=argparse.SUPPRESS, help="print the list as JSON"
    )
    for verb, text in (
        ("approve", "follow Calpendo in what is held, now"),
        ("reject", "go on without following Calpendo in it"),
    ):
        parser = verbs.add_parser(verb, help=text)
        parser.add_argument(
            "ids",
            metavar="ID",
            nargs="+",
            help=f"as `holds` lists it; `{ALL}` for whatever waits; ID@DIGEST for what `holds --json` told alone",
        )


def list_holds(args: argparse.Namespace) -> int:
    """0: listed."""
    found = held(OPERATOR)
    shown = [hold for hold in found if args.all or not hold.is_decided]
    if args.json:
        print(json.dumps({"held": [_as_json(hold) for hold in shown]}, ensure_ascii=False, indent=2))
        return DONE
    print("\n".join(_in_words(hold) for hold in shown) or "Nothing is held.")
    if shown:
        print(HOW_TO_DECIDE)
    if decided := len(found) - len(shown):
        print(f"Decided against Calpendo earlier: {decided} (`fornix mirror holds --all`).")
    return DONE


def decide(args: argparse.Namespace) -> int:
    """0: decided, and told what changed."""
    if args.ids == [ALL] and all(hold.is_decided for hold in held(OPERATOR)):
        print("Nothing is held.")
        return DONE
    is_approval = args.verb == "approve"
    decided = (approve if is_approval else reject)(OPERATOR, args.ids, at=timezone.now())
    for each in decided.granted:
        print(f"{each.username} is {each.role} of {each.project} by Calpendo now")
    for each in decided.revoked:
        print(f"{each.username} is no longer {each.role} of {each.project} by Calpendo")
    if not (decided.granted or decided.revoked):
        effect = "nobody's role changed by it" if is_approval else "it stays so until Calpendo says otherwise"
        print(f"{'approved' if is_approval else 'rejected'} {' '.join(decided.ids) or 'nothing'}; {effect}")
    asked = dict.fromkeys(each.partition(PIN)[0] for each in args.ids)
    left = [each for each in asked if each not in (ALL, *decided.ids)]
    if left:
        print(f"fornix: {' '.join(left)}: that is so already", file=sys.stderr)
    return DONE


def _as_json(hold: Held) -> dict[str, object]:
    return {
        "id": hold.id,
        "kind": hold.kind.value,
        "project": hold.project or None,
        "title": hold.booked_title or None,
        "reason": hold.reason,
        "people": list(hold.people),
        "since": hold.since.isoformat(),
        "decided": hold.is_decided,
        "digest": hold.digest,
    }


def _in_words(hold: Held) -> str:
    more = len(hold.people) - MOST_NAMES
    names = ", ".join(hold.people[:MOST_NAMES]) + (f" and {more} more" if more > 0 else "")
    about = hold.project or hold.booked_title or "all projects"
    return f"{hold.id}  {about}  since {hold.since:%Y-%m-%d %H:%M} UTC  {names or 'nobody'}: {hold.reason}"
