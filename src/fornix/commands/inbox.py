"""`fornix inbox`: what lies in the inbox folder, and what could not be taken from it."""

from __future__ import annotations

import argparse
import json

from fornix.access.actors import OPERATOR
from fornix.catalog.inbox import InboxStatus, inbox_status
from fornix.commands.main import DONE, WAITS
from fornix.ingest.names import printable
from fornix.web.formats import plural, size
from fornix.wiring import inbox


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`inbox [--json]`."""
    parser.add_argument("--json", action="store_true", help="print JSON alone")


def run(args: argparse.Namespace) -> int:
    """0: all is well; 3: something could not be taken, and is for a person to look at."""
    status = inbox_status(OPERATOR)
    if args.json:
        print(json.dumps(_as_json(status), ensure_ascii=False, indent=1))
    else:
        _print(status)
    return WAITS if status.problem_count else DONE


def _as_json(status: InboxStatus) -> dict[str, object]:
    folder = inbox()
    return {
        "folder": str(folder.folder) if folder else None,
        "watched": status.watched,
        "watched_bytes": status.watched_bytes,
        "stayed": status.stayed,
        "problems": [
            {
                "path": problem.path,
                "reason": problem.reason,
                "at": problem.told_at and problem.told_at.isoformat(),
            }
            for problem in status.problems
        ],
        "problem_count": status.problem_count,
    }


def _print(status: InboxStatus) -> None:
    folder = inbox()
    if folder is None:
        print(
            "FORNIX_INBOX is not set in this shell. Set it to the inbox folder of `fornix serve`, if that has one."
        )
    else:
        print(f"{folder.folder}: {plural(status.watched, 'file')} watched, {size(status.watched_bytes)}")
    if status.stayed:
        print(f"{plural(status.stayed, 'file')} taken, and still there")
    for problem in status.problems:
        print(f"{printable(problem.path) or '(the folder itself)'}: {problem.reason}")
    if status.problem_count > len(status.problems):
        print(f"and {status.problem_count - len(status.problems):,} more")
