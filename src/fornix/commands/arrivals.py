"""`fornix arrivals`: what is received and not yet a session, and what ends that: its words and options."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from fornix.commands import arrivals_verbs as verbs_of
from fornix.ingest.arrival_lines import KINDS, SOURCES
from fornix.ingest.states import ArrivalState


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`arrivals [VERB]`; without a verb: the list of what waits."""
    parser.set_defaults(verb="list", state=None, source="", kind="", project="", text="", json=False)
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", description="Without a verb: list.")
    _add_list(verbs.add_parser("list", help="list arrivals, but for deleted ones"))
    show = verbs.add_parser("show", help="tell all about one, with its series")
    show.add_argument("id", metavar="ID", help="as the list has it")
    show.add_argument("--json", action="store_true", help="print JSON")
    file = verbs.add_parser("file", help="file arrivals into a project")
    _add_ids(file)
    file.add_argument("--project", required=True, metavar="CODE", help="its label, a code, or calpendo:ID")
    _add_labels(file)
    file.add_argument("--create", action="store_true", help="make the project if there is none of this code")
    label = verbs.add_parser("label", help="say what subject and session are called; nothing is filed by it")
    _add_ids(label)
    _add_labels(label)
    for verb, text in (
        ("retry", "try again to file them where their headers, rules and bookings say"),
        ("restore", "bring them back from the trash"),
    ):
        _add_ids(verbs.add_parser(verb, help=text))
    delete = verbs.add_parser("delete", help="put them into the trash, for 30 days")
    _add_ids(delete)
    delete.add_argument("--reason", default="", metavar="TEXT", help="why; without names of people")
    joined = verbs.add_parser("merge", help="make several one")
    _add_ids(joined)
    joined.add_argument("--yes", action="store_true", help="they are one person's, whatever they say")
    split = verbs.add_parser("split", help="make one for each patient")
    split.add_argument("id", metavar="ID", help="as the list has it")


def _add_list(parser: argparse.ArgumentParser) -> None:
    states = [state.value for state in ArrivalState]
    parser.add_argument("--state", choices=states, help="only those in this state")
    parser.add_argument("--source", choices=SOURCES, default="", help="only what came by this way")
    parser.add_argument("--kind", choices=KINDS, default="", help="only what is of this kind")
    parser.add_argument("--project", default="", metavar="CODE", help="only what was sent to this project")
    parser.add_argument("--text", default="", help="only those with this text in subject, origin or reason")
    parser.add_argument("--json", action="store_true", help="print JSON")


def _add_ids(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("ids", metavar="ID", nargs="+", help="as the list has it")


def _add_labels(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--subject", metavar="LABEL", help="the subject's label")
    parser.add_argument("--session", metavar="LABEL", help="the session's label")


def run(args: argparse.Namespace) -> int:
    """0: done; 3: something waits, or was left alone; 1: refused."""
    return _VERBS[args.verb or "list"](args)


_VERBS: dict[str, Callable[[argparse.Namespace], int]] = {
    "list": verbs_of.list_them,
    "show": verbs_of.show,
    "file": verbs_of.file,
    "retry": verbs_of.retry,
    "label": verbs_of.label,
    "delete": verbs_of.delete,
    "restore": verbs_of.restore,
    "merge": verbs_of.join,
    "split": verbs_of.part,
}
