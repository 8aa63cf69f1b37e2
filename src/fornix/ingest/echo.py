"""A test echo: our C-ECHO (PS3.4 annex A) to where a sender listens itself, and what came of it in plain words."""

from __future__ import annotations

import ipaddress
import socket
import threading
from dataclasses import dataclass

from pynetdicom import AE, evt
from pynetdicom.association import Association as Connection

from fornix.errors import Refused
from fornix.models import Sender

PATIENCE_S = 4.0  # for each step
_SUCCESS = 0x0000
_VERIFICATION = "1.2.840.10008.1.1"  # PS3.4 section A.4
# A-ASSOCIATE-RJ by the service user, PS3.8 section 9.3.4.
_BY_USER, _CALLING_TITLE, _CALLED_TITLE = 1, 3, 7


class NotReachable(Refused):
    """A test echo needs an address of one machine and a port. Add them to the scanner's entry, then try again."""


@dataclass(frozen=True, slots=True)
class EchoResult:
    """Whether the other side answered as a DICOM program does, and what to tell of it."""

    is_good: bool
    told: str


def echo(sender: Sender, *, own_title: str, patience_s: float = PATIENCE_S) -> EchoResult:
    """Asks the sender whether it is there. Raises NotReachable where nothing says where to ask."""
    address = _machine(sender.address)
    if not address or sender.port is None:
        raise NotReachable
    return _ask(sender, address, sender.port, own_title, patience_s)


def _machine(address: str) -> str:
    """The address if it is that of one machine, not of a network."""
    try:
        network = ipaddress.ip_network(address, strict=False)
    except ValueError:
        return ""
    return str(network.network_address) if network.num_addresses == 1 else ""


def _no_connection(address: str, port: int, patience_s: float) -> str:
    """What keeps us from connecting at all."""
    place = f"{address}, port {port}"
    try:
        socket.create_connection((address, port), timeout=patience_s).close()
    except ConnectionRefusedError:
        return f"The machine is there, but nothing listens at {place}. Is the port right, and the program started?"
    except TimeoutError:
        return f"Nobody answers at {place}. Is the machine on, the address right, and no firewall between?"
    except OSError as error:
        return f"There is no way to {place}: {error.strerror or 'no connection'}."
    return f"The connection to {place} came late. Try again."


def _ask(sender: Sender, address: str, port: int, own_title: str, patience_s: float) -> EchoResult:
    entity = AE(ae_title=own_title)
    entity.acse_timeout = entity.dimse_timeout = entity.network_timeout = patience_s
    entity.connection_timeout = patience_s
    entity.add_requested_context(_VERIFICATION)
    connected = threading.Event()
    opened: list[evt.EventHandlerType] = [(evt.EVT_CONN_OPEN, lambda _: connected.set())]
    connection = entity.associate(address, port, ae_title=sender.ae_title, evt_handlers=opened)
    if not connected.is_set():
        return EchoResult(is_good=False, told=_no_connection(address, port, patience_s))
    if not connection.is_established:
        return EchoResult(is_good=False, told=_why_none(connection, sender, own_title))
    try:
        answer = connection.send_c_echo()
    finally:
        connection.release()
    status = answer.get("Status")
    if status == _SUCCESS:
        return EchoResult(is_good=True, told=f"{sender.ae_title} answered.")
    if status is None:
        return EchoResult(is_good=False, told="It took the association and then did not answer the echo.")
    return EchoResult(is_good=False, told=f"It answered the echo with status {status:04X} (PS3.7 annex C).")


def _why_none(connection: Connection, sender: Sender, own_title: str) -> str:
    if connection.is_rejected:
        rejection = connection.acceptor.primitive
        source = getattr(rejection, "result_source", None)
        reason = getattr(rejection, "diagnostic", None)
        if source == _BY_USER and reason == _CALLED_TITLE:
            return f"A DICOM program is there, but it is not called {sender.ae_title}. Compare the AE titles."
        if source == _BY_USER and reason == _CALLING_TITLE:
            return (
                f"It does not know us: add the AE title {own_title} on its side, with this archive's address."
            )
        return "A DICOM program is there, but it took no association. It may be busy, or want its own list of peers."
    if connection.rejected_contexts:
        return "A DICOM program is there and took the association, but it does not offer the test echo (Verification)."
    return (
        "Something is there, but it ended the connection before it answered. "
        "It may want TLS, or be no DICOM program."
    )
