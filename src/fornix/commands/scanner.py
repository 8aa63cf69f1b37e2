"""`fornix scanner`: who sends over the DICOM network, and a test echo to them."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from django.utils import timezone

from fornix.access.actors import OPERATOR
from fornix.catalog.sender_checks import SenderDraft
from fornix.catalog.sender_status import SenderStatus, sender_statuses
from fornix.catalog.senders import create_sender, delete_sender, find_sender_named
from fornix.commands.main import DONE, FAILED
from fornix.errors import Invalid
from fornix.ingest.echo import echo
from fornix.ingest.names import printable
from fornix.models import Sender
from fornix.web.formats import plural
from fornix.wiring import environment

if TYPE_CHECKING:
    from argparse import ArgumentParser, _SubParsersAction


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`scanner add`, `list`, `remove`, `echo`."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    _declare_add(verbs)
    listing = verbs.add_parser("list", help="list the scanners, and how it goes with each")
    listing.add_argument("--json", action="store_true", help="print JSON alone")
    for verb, text in (
        ("remove", "forget a scanner; what it sent stays"),
        ("echo", "ask a scanner whether it is there (C-ECHO)"),
    ):
        one = verbs.add_parser(verb, help=text)
        one.add_argument("name", metavar="NAME", help="its name, or its AE title")


def _declare_add(verbs: _SubParsersAction[ArgumentParser]) -> None:
    add = verbs.add_parser("add", help="describe a scanner")
    add.add_argument("name", metavar="NAME", help="as people call it")
    add.add_argument("ae_title", metavar="AETITLE", help="by which it calls")
    add.add_argument("--address", default="", metavar="IP", help="IP address or network that it calls from")
    add.add_argument("--port", type=int, help="where it listens itself, for the test echo")
    add.add_argument("--called", default="", metavar="AETITLE", help="that it has to call us by")
    add.add_argument(
        "--console", action="store_true", help="a clean end of its association says: that was all"
    )
    add.add_argument("--station", default="", metavar="NAME", help="as its files say")
    add.add_argument(
        "--clock-ahead", type=int, default=0, metavar="S", help="its clock is so many seconds ahead"
    )
    add.add_argument("--project", default="", metavar="CODE", help="all that it sends is this project's")


def run(args: argparse.Namespace) -> int:
    """Does what the verb says."""
    if args.verb == "list":
        _list(as_json=args.json)
    elif args.verb == "add":
        _add(args)
    elif args.verb == "remove":
        name = delete_sender(OPERATOR, _named(args.name).pk, at=timezone.now())
        print(f"removed {name}; what it sent stays")
    else:
        result = echo(_named(args.name), own_title=environment().dicom.ae_title)
        print(result.told)
        return DONE if result.is_good else FAILED
    return DONE


def _add(args: argparse.Namespace) -> None:
    draft = SenderDraft(
        name=args.name,
        ae_title=args.ae_title,
        address=args.address,
        called_ae_title=args.called,
        port=args.port,
        is_console=args.console,
        station_name=args.station,
        clock_ahead_s=args.clock_ahead,
        project_label=args.project,
    )
    sender = create_sender(OPERATOR, draft, at=timezone.now())
    print(f"added {sender.name}: {sender.ae_title}{f' at {sender.address}' if sender.address else ''}")


def _named(name: str) -> Sender:
    sender = find_sender_named(OPERATOR, name)
    if sender is None:
        raise Invalid(
            f"There is no scanner called {printable(name)}, or several. `fornix scanner list` names them."
        )
    return sender


def _list(*, as_json: bool) -> None:
    statuses = sender_statuses(OPERATOR, at=timezone.now())
    if as_json:
        print(json.dumps([_as_json(status) for status in statuses], ensure_ascii=False, indent=1))
        return
    for status in statuses:
        print(_line(status))
    if not statuses:
        print("No scanner is described. `fornix scanner add NAME AETITLE` describes one.")


def _line(status: SenderStatus) -> str:
    sender = status.sender
    place = f"{sender.ae_title} at {sender.address}" if sender.address else sender.ae_title
    last = f"last image {status.last_image_at:%Y-%m-%d %H:%M %Z}" if status.last_image_at else "no image yet"
    state = f"failing: {printable(status.last_error)}" if status.is_failing else last
    return f"{sender.name} ({place}): {state}, {plural(status.images_lately, 'image')} in the last hour"


def _as_json(status: SenderStatus) -> dict[str, object]:
    sender = status.sender
    return {
        "name": sender.name,
        "ae_title": sender.ae_title,
        "address": sender.address,
        "allowed": sender.is_allowed,
        "last_image_at": status.last_image_at and status.last_image_at.isoformat(),
        "images_last_hour": status.images_lately,
        "open_associations": status.open_associations,
        "last_error": status.last_error,
        "failing": status.is_failing,
    }
