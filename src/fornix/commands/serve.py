"""`fornix serve`: web, worker and DICOM receiver under one supervisor."""

from __future__ import annotations

import argparse
import os
import socket
import sys
from collections.abc import Callable
from contextlib import ExitStack
from typing import IO

from fornix import wiring
from fornix.commands.listening import (
    Address,
    add_dicom_argument,
    add_listen_argument,
    bound_address,
    open_socket,
    require_safe,
)
from fornix.commands.main import DONE
from fornix.commands.receiver_process import receiver_rules
from fornix.commands.supervisor import Program, Supervisor


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`serve [--listen HOST:PORT] [--dicom HOST:PORT] [--insecure]`."""
    add_listen_argument(parser)
    add_dicom_argument(parser)
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
    receiver_rules()
    with ExitStack() as open_files:
        listener = open_files.enter_context(open_socket(args.listen))
        dicom = open_files.enter_context(open_socket(args.dicom, "--dicom")) if args.dicom else None
        serve(listener, args.listen, dicom=dicom, dicom_written=args.dicom)
    return DONE


def serve(
    listener: socket.socket,
    written: Address,
    *,
    dicom: socket.socket | None = None,
    dicom_written: Address | None = None,
    on_ready: Callable[[str], None] = lambda _: None,
    log: IO[str] | None = None,
) -> None:
    """Runs web, worker and, with a socket for it, the receiver; `on_ready` is called after the ready line, with the
    address.

    `log` is where their lines go; stderr without it.
    """
    number = listener.fileno()
    programs = [
        Program("web", "fornix.commands.web_process", ("--listener", str(number)), (number,)),
        Program("worker", "fornix.commands.worker_process"),
    ]
    log = log or sys.stderr
    if dicom is not None and dicom_written is not None:
        number = dicom.fileno()
        programs.append(
            Program("receiver", "fornix.commands.receiver_process", ("--listener", str(number)), (number,))
        )
        title = wiring.environment().dicom.ae_title
        print(f"dicom {bound_address(dicom, dicom_written)} {title}", file=log, flush=True)
    address = bound_address(listener, written)
    Supervisor(tuple(programs), address, wiring.environment().url, on_ready, log).run()
