"""`fornix rebuild`: makes the database of an archive from its manifests and bytes."""

from __future__ import annotations

import argparse
import json

from django.utils import timezone

from fornix.commands.main import DONE, WAITS
from fornix.commands.progress import Progress
from fornix.integrity.findings import Inspection
from fornix.integrity.rebuild import Rebuilt, rebuild
from fornix.wiring import store


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`rebuild [--json]`."""
    parser.add_argument("--json", action="store_true", help="print JSON alone")


def run(args: argparse.Namespace) -> int:
    """Fills the empty database of the data folder. Exit code 3 when something could not be made as it was."""
    progress = Progress()
    try:
        rebuilt = rebuild(Inspection(store(), timezone.now(), tell=progress.tell))
    finally:
        progress.end()
    if args.json:
        print(json.dumps(_as_json(rebuilt), indent=1))
    else:
        _print(rebuilt)
    return WAITS if rebuilt.notes else DONE


def _print(rebuilt: Rebuilt) -> None:
    for note in rebuilt.notes:
        print(note)
    print(f"rebuilt {rebuilt.sessions} sessions with {rebuilt.files} files, and {rebuilt.accounts} accounts")
    if rebuilt.recovered:
        print(
            f"{rebuilt.recovered} files that no manifest names are arrivals again. Who sent them is not known: "
            "they wait for an administrator to say where they belong (`fornix arrivals list --source recovered`)"
        )
    if rebuilt.numbers_skipped:
        print(
            f"The numbers of new subjects and sessions go on {rebuilt.numbers_skipped:,} higher: "
            "what was given last may be in no manifest, and no number is given twice."
        )
    if rebuilt.accounts:
        print("No password and no token is kept in manifests: `fornix user password NAME` gives a new one.")


def _as_json(rebuilt: Rebuilt) -> dict[str, object]:
    return {
        "accounts": rebuilt.accounts,
        "sessions": rebuilt.sessions,
        "files": rebuilt.files,
        "lost": rebuilt.lost,
        "recovered": rebuilt.recovered,
        "numbers_skipped": rebuilt.numbers_skipped,
        "notes": rebuilt.notes,
    }
