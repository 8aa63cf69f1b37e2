"""The receiver process: the DICOM network on a socket that the supervisor has opened, until it is told to end."""

from __future__ import annotations

import argparse
import os
import signal
import socket
from typing import TYPE_CHECKING

from fornix.commands.lifeline import watch_lifeline
from fornix.commands.setup import open_archive

if TYPE_CHECKING:
    from fornix.receiver.rules import ReceiverRules


def main() -> None:
    """`python -m fornix.commands.receiver_process --lifeline FD --listener FD`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--lifeline", type=int, required=True)
    parser.add_argument("--listener", type=int, required=True)
    args = parser.parse_args()
    open_archive(None)

    from fornix import wiring
    from fornix.ingest.network import Intake
    from fornix.receiver.association import Desk
    from fornix.receiver.journal import Journal
    from fornix.receiver.server import Receiver

    intake = Intake(wiring.store())
    receiver = Receiver(Desk(intake, Journal(), receiver_rules()))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: receiver.end())
    watch_lifeline(args.lifeline, receiver.end)
    receiver.run(socket.socket(fileno=args.listener))
    os._exit(0)  # a thread that still waits for its sender would hold up any other way out


def receiver_rules() -> ReceiverRules:
    """The receiver's rules, from the settings. Raises Invalid when a file of TLS cannot be used."""
    from fornix import wiring
    from fornix.receiver.rules import ReceiverRules
    from fornix.receiver.tls import tls_context

    chosen = wiring.environment().dicom
    tls = None
    if chosen.tls_certificate is not None:
        tls = tls_context(chosen.tls_certificate, chosen.tls_key, chosen.tls_authorities)
    return ReceiverRules(
        ae_title=chosen.ae_title,
        checks_called_title=chosen.checks_called_title,
        refuses_unknown=chosen.refuses_unknown,
        max_associations=chosen.max_associations,
        idle_s=chosen.idle_s,
        tls=tls,
    )


if __name__ == "__main__":
    main()
