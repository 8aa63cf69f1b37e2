"""`fornix demo`: a complete archive of generated data beside a simulated Calpendo, on this machine alone."""

from __future__ import annotations

import argparse
import os
import socket
import sys
from datetime import UTC, datetime
from pathlib import Path

from fornix.commands.demo_folder import LOGINS, DemoNote, note_complete, open_demo_folder
from fornix.commands.listening import (
    DICOM_PORT,
    Address,
    AddressTaken,
    ListenRefused,
    add_listen_argument,
    bound_address,
    is_loopback,
    open_socket,
)
from fornix.commands.main import DONE
from fornix.commands.setup import open_archive
from fornix.simulator.calpendo.server import CalpendoServer

DEFAULT_FOLDER = Path(".demo")
LOG = "demo.log"
DICOM = Address("127.0.0.1", DICOM_PORT)
SERVICE_ACCOUNT = "archive"  # and its password
SWEEP_INTERVAL_S = 60  # what is changed in the simulated Calpendo shows while one looks


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`demo [--listen HOST:PORT]`."""
    parser.description = (
        "Start a complete archive with generated data and a simulated Calpendo. It lies in the folder of --data or "
        "FORNIX_DATA, else in .demo; an existing demo goes on. Other FORNIX_ settings do not count."
    )
    add_listen_argument(parser)


def run(args: argparse.Namespace) -> int:
    """Runs the demo until SIGTERM or Ctrl-C."""
    if not is_loopback(args.listen):
        raise ListenRefused(
            f"The demo listens on this machine only, and {args.listen} can be reached by others."
        )
    folder = (args.data or Path(os.environ.get("FORNIX_DATA") or DEFAULT_FOLDER)).absolute()
    now = datetime.now(UTC)
    note = open_demo_folder(folder, now.date())
    with open_socket(args.listen) as listener, _dicom_socket() as dicom, _calpendo(now) as calpendo:
        _set_environment(folder, calpendo)
        open_archive(folder)

        # These need the archive to be open.
        from fornix.commands.demo_content import fill
        from fornix.commands.serve import serve

        if not note.is_complete:
            print(f"making the demo in {folder}", file=sys.stderr, flush=True)
            fill(folder / "files", note)
            note_complete(folder, note)
        # The log stays out of the terminal, where the logins are to be read.
        with (folder / LOG).open("a") as log:
            at = bound_address(dicom, DICOM)
            serve(
                listener,
                args.listen,
                dicom=dicom,
                dicom_written=at,
                on_ready=lambda url: _tell(url, at, note, calpendo, folder),
                log=log,
            )
    print(f"The demo has ended. Its data lie in {folder}; delete the folder to begin anew.")
    return DONE


def _dicom_socket() -> socket.socket:
    """On DICOM's usual port, or on a free one where that is taken: two demos may run side by side."""
    try:
        return open_socket(DICOM)
    except AddressTaken:
        return open_socket(Address(DICOM.host, 0))


def _calpendo(now: datetime) -> CalpendoServer:
    return CalpendoServer(clock=now, username=SERVICE_ACCOUNT, password=SERVICE_ACCOUNT)


def _set_environment(folder: Path, calpendo: CalpendoServer) -> None:
    """The demo's own settings, and none of the caller's: their database and Calpendo are not for demos."""
    for name in [name for name in os.environ if name.startswith("FORNIX_")]:
        del os.environ[name]
    os.environ["FORNIX_DATA"] = str(folder)
    os.environ["FORNIX_CALPENDO_URL"] = calpendo.url
    os.environ["FORNIX_CALPENDO_USERNAME"] = SERVICE_ACCOUNT
    os.environ["FORNIX_CALPENDO_PASSWORD"] = SERVICE_ACCOUNT
    os.environ["FORNIX_SWEEP_INTERVAL_S"] = str(SWEEP_INTERVAL_S)


def _tell(url: str, dicom: Address, note: DemoNote, calpendo: CalpendoServer, folder: Path) -> None:
    lines = [
        "",
        f"  Open {url} and log in as one of them; each sees what is theirs:",
        "",
        f"    {'role':<14} {'name':<8} password",
        *(f"    {login.role:<14} {login.username:<8} {note.passwords[login.username]}" for login in LOGINS),
        "",
        f"  It takes DICOM images at {dicom}, from anybody on this machine:",
        f"    storescu -nh +sd +r {dicom.host} {dicom.port} FOLDER",
        "",
        f"  Calpendo is simulated at {calpendo.url} ({SERVICE_ACCOUNT}, {SERVICE_ACCOUNT}) and read every minute;",
        f"  its control interface: {calpendo.control_url}/_sim, token {calpendo.token}",
        f"  The data lie in {folder}, and the log, {LOG}. Ctrl-C ends all of it.",
        "",
    ]
    print("\n".join(lines), flush=True)
