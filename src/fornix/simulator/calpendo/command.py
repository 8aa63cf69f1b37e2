"""`fornix simulate-calpendo`: serves a simulated Calpendo until told to end."""

import argparse
import signal
import sys
import threading
from datetime import UTC, datetime

from .certificates import AUTHORITY
from .data_sets import SETS
from .refusals import SimulatorRefusal
from .server import Address, CalpendoServer
from .stamps import parse_instant
from .switches import SWITCHES, parse_switches


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of the command to a parser."""
    parser.description = "Serve a simulated Calpendo with generated data, for demonstrations and trials."
    parser.add_argument("--listen", metavar="H:P", default="127.0.0.1:8090", help="default: %(default)s")
    parser.add_argument(
        "--control", metavar="H:P", default="127.0.0.1:0", help="control interface; default: any free port"
    )
    parser.add_argument("--set", dest="set_name", choices=sorted(SETS), default="demo", help="data to serve")
    parser.add_argument("--seed", type=int, default=1, help="another number gives other bookings")
    parser.add_argument("--clock", default="now", help="the virtual clock: now, or an ISO 8601 time")
    parser.add_argument(
        "--switch",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="variant of the wire; may be repeated: " + ", ".join(SWITCHES),
    )
    parser.add_argument("--username", default="archive", help="service account; default: %(default)s")
    parser.add_argument("--password", default="archive", help="its password; default: %(default)s")
    parser.add_argument("--token", help="token of the control interface; default: a new one")
    parser.add_argument("--tls", action="store_true", help="speak https, with a certificate for trials only")
    parser.add_argument(
        "--insecure-listen", action="store_true", help="allow an address that is not loopback"
    )


def run(args: argparse.Namespace) -> int:
    """Serves until SIGTERM or Ctrl-C; 0 then, 2 for wrong options, 1 when an address is taken."""
    try:
        server = _server(args)
    except SimulatorRefusal as refusal:
        print(f"simulate-calpendo: {refusal}", file=sys.stderr)
        return 2
    try:
        server.start()
    except OSError as error:
        print(f"simulate-calpendo: cannot listen: {error.strerror or error}", file=sys.stderr)
        return 1
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: ended.set())
    print(f"ready {server.url}")
    print(f"control {server.control_url}/_sim token {server.token}", flush=True)
    if args.tls:
        print(f"trust {AUTHORITY}", flush=True)
    ended.wait()
    server.stop()
    return 0


def _server(args: argparse.Namespace) -> CalpendoServer:
    return CalpendoServer(
        args.set_name,
        parse_address(args.listen),
        parse_address(args.control),
        username=args.username,
        password=args.password,
        seed=args.seed,
        clock=datetime.now(UTC) if args.clock == "now" else parse_instant(args.clock),
        switches=parse_switches(dict(_pair(each) for each in args.switch)),
        token=args.token,
        insecure_listen=args.insecure_listen,
        tls=args.tls,
    )


def parse_address(text: str) -> Address:
    """Host and port of `127.0.0.1:8090` or `[::1]:8090`; the host may be left out for 127.0.0.1."""
    host, colon, port = text.rpartition(":")
    if not colon or not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise SimulatorRefusal(f"not an address as HOST:PORT: {text}")
    return (host.removeprefix("[").removesuffix("]") or "127.0.0.1", int(port))


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise SimulatorRefusal(f"not a switch as NAME=VALUE: {text}")
    return name, value
