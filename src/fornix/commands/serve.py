"""`fornix serve`: web and worker under one supervisor."""

from __future__ import annotations

import argparse
import os
import socket
import sys
from collections.abc import Callable
from typing import IO

from fornix import wiring
from fornix.commands.listening import (
    Address,
    add_listen_argument,
    bound_address,
    open_socket,
    require_safe,
)
from fornix.commands.main import DONE
from fornix.commands.supervisor import Program, Supervisor


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`serve [--listen HOST:PORT] [--insecure]`."""
    add_listen_argument(parser)
    parser.add_argument(
        "--insecure",
        action="store_true",
        help="listen where others can reach it without https: for trials with generated data only",
    )


def run(args: argparse.Namespace) -> int:
    """Serves until SIGTERM or Ctrl-C."""
    environment = wiring.environment()
    insecure = args.insecure or environment.insecure
    require_safe(args.listen, url=environment.url, insecure=insecure)
    if insecure:
        os.environ["FORNIX_INSECURE"] = "1"  # for the web process: any host name may be used then
    wiring.fixed_rules()  # a setting that cannot be read is told now, and once
    with open_socket(args.listen) as listener:
        serve(listener, args.listen)
    return DONE


def serve(
    listener: socket.socket,
    written: Address,
    *,
    on_ready: Callable[[str], None] = lambda _: None,
    log: IO[str] | None = None,
) -> None:
    """Runs web and worker on an open socket; `on_ready` is called after the ready line, with the address.

    `log` is where their lines go; stderr without it.
    """
    number = listener.fileno()
    web = Program("web", "fornix.commands.web_process", ("--listener", str(number)), (number,))
    worker = Program("worker", "fornix.commands.worker_process")
    address = bound_address(listener, written)
    Supervisor((web, worker), address, wiring.environment().url, on_ready, log or sys.stderr).run()
