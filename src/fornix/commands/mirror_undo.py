"""`fornix mirror undo`: takes back what one sweep did to people's rights."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from django.utils import timezone

from fornix.access.actors import OPERATOR
from fornix.booking.undo import Undone, undo_sweep
from fornix.commands.main import DONE

if TYPE_CHECKING:
    from argparse import ArgumentParser, _SubParsersAction

WHAT_STAYS = (
    "Titles, codes and statuses are Calpendo's and stay. What was taken back is held until Calpendo says otherwise: "
    "`fornix mirror holds --all` lists it, `fornix mirror approve ID` follows Calpendo after all."
)


def add_verb(verbs: _SubParsersAction[ArgumentParser]) -> None:
    """`undo SWEEP`."""
    undo = verbs.add_parser("undo", help="take back what a sweep did to people's rights")
    undo.add_argument(
        "sweep", metavar="SWEEP", type=int, help="its number, as `fornix mirror` and pages tell it"
    )


def run(args: argparse.Namespace) -> int:
    """0: undone, and told what."""
    undone = undo_sweep(OPERATOR, args.sweep, at=timezone.now())
    told = [f"{what}: {number}" for what, number in _counted(undone) if number]
    print(f"sweep {args.sweep} is undone: {'; '.join(told) or 'it had changed no rights'}")
    print(WHAT_STAYS)
    if undone.unlinked:
        print("`fornix user link NAME PERSON` makes a link again; no sweep does.")
    if undone.in_force:
        print("`fornix why NAME PROJECT` tells what a right rests on, `fornix block PROJECT NAME` ends it.")
    return DONE


def _counted(undone: Undone) -> tuple[tuple[str, int], ...]:
    return (
        ("parts in projects that count again", undone.restored),
        ("parts that give nothing any more", undone.taken_back),
        ("people who may work again", undone.reactivated),
        ("people who are suspended again", undone.suspended),
        ("people who are linked to no account any more", undone.unlinked),
        ("log-ins given back", undone.logins_on),
        ("log-ins switched off again", undone.logins_off),
        ("left alone, because different by now", undone.skipped),
        ("rights that it gave and that stay in force", undone.in_force),
    )
