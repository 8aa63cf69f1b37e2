"""The `fornix` command line: finds the subcommand, opens the archive, turns refusals into words and exit codes."""

from __future__ import annotations

import argparse
import importlib
import logging
import sys
from pathlib import Path
from typing import Protocol, cast

from fornix.commands.setup import open_archive
from fornix.errors import ArchiveError

DONE, FAILED, USAGE, WAITS = 0, 1, 2, 3

# Command -> (module, whether it works on an archive). Modules are imported after Django has started.
COMMANDS = {
    "serve": ("fornix.commands.serve", True),
    "demo": ("fornix.commands.demo", False),
    "import": ("fornix.commands.import_files", True),
    "inbox": ("fornix.commands.inbox", True),
    "push": ("fornix.commands.push", False),
    "arrivals": ("fornix.commands.arrivals", True),
    "scanner": ("fornix.commands.scanner", True),
    "show": ("fornix.commands.show", True),
    "check": ("fornix.commands.check", True),
    "backup": ("fornix.commands.backup", False),
    "restore": ("fornix.commands.restore", False),
    "rebuild": ("fornix.commands.rebuild", True),
    "mirror": ("fornix.commands.mirror", True),
    "routing": ("fornix.commands.routing", True),
    "why": ("fornix.commands.why", True),
    "user": ("fornix.commands.user", True),
    "grant": ("fornix.commands.grant", True),
    "revoke": ("fornix.commands.revoke", True),
    "pin": ("fornix.commands.pin", True),
    "block": ("fornix.commands.block", True),
    "lift": ("fornix.commands.lift", True),
    "simulate-calpendo": ("fornix.simulator.calpendo.command", False),
}

HELP = {
    "serve": "start the archive: pages and background work",
    "demo": "start a complete archive with generated data and a simulated Calpendo",
    "import": "file DICOM, MEG and EEG data from files, folders and archives",
    "push": "send files of this machine to an archive elsewhere",
    "inbox": "tell what lies in the inbox folder, and what could not be taken",
    "arrivals": "list what is not yet a session, and file, label, merge, split or delete it",
    "scanner": "describe the scanners that send, and test the way to them",
    "show": "list what the archive holds",
    "check": "compare counters, rows, bytes and manifests, and mend what is safe",
    "backup": "save database and bytes of a running archive to a folder",
    "restore": "make an archive of a backup, in an empty place",
    "rebuild": "make the database of an archive from its manifests and bytes",
    "mirror": "fetch projects and people from Calpendo, once",
    "routing": "show, test and replay which project new data is filed in",
    "why": "tell why a person may or may not see a project",
    "user": "make, list and change accounts",
    "grant": "give a person a role on a project",
    "revoke": "take back a role that was given by hand",
    "pin": "fix a person's role on a project, whatever Calpendo says",
    "block": "keep a person out of a project, whatever else gives a right",
    "lift": "take back a pin or a block",
    "simulate-calpendo": "start a simulated Calpendo, for trials",
}


class Command(Protocol):
    """What a command's module offers."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declares its options."""

    def run(self, args: argparse.Namespace) -> int:
        """Does it; returns the exit code."""


def build_parser(only: str | None = None) -> argparse.ArgumentParser:
    """The whole command line. With `only`, just that subcommand gets its options: the others stay unimported."""
    parser = _frame()
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (module, _) in COMMANDS.items():
        text = HELP[name]
        subparser = subparsers.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
        if only in (None, name):
            _load(module).add_arguments(subparser)
    return parser


def main(argv: list[str] | None = None) -> int:
    """Runs one command line and returns its exit code."""
    words = sys.argv[1:] if argv is None else argv
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s")
    try:
        return _run(words)
    except ArchiveError as refusal:
        print(f"fornix: {refusal}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader of our output went away (`fornix show | head`): not our failure.
        sys.stderr.close()
        return FAILED
    except Exception as error:  # the outermost line: nobody wants a stack trace at 2 a.m.
        if "--traceback" in words:
            raise
        print(f"fornix: {_unexpected(error)}", file=sys.stderr)
        return FAILED


def _unexpected(error: Exception) -> str:
    name = type(error).__name__
    if name in ("OperationalError", "InterfaceError"):
        return f"the database does not answer as it should: {error}"
    return (
        f"an error of Fornix itself ({name}). What was acknowledged is safe. "
        "`fornix --traceback COMMAND ...` shows where it is, for a report."
    )


def _run(words: list[str]) -> int:
    # The command's module needs Django, and Django the data folder: so the two are looked at first.
    bare = _frame()
    subparsers = bare.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, text in HELP.items():
        subparsers.add_parser(name, help=text, add_help=False)
    known, _ = bare.parse_known_args(words)
    module, needs_archive = COMMANDS[known.command]
    if needs_archive:
        open_archive(known.data)
    return _load(module).run(build_parser(only=known.command).parse_args(words))


def _frame() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="fornix",
        description="The data archive of a brain-imaging centre.",
        epilog="Exit codes: 0 all done, 3 something waits for a person, 1 failure, 2 wrong usage.",
    )
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help="the data folder (default: FORNIX_DATA, ~/.local/share/fornix)",
    )
    parser.add_argument(
        "--traceback", action="store_true", help="on an error of Fornix itself, show where it is"
    )
    return parser


def _load(module: str) -> Command:
    return cast("Command", importlib.import_module(module))
