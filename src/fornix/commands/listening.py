"""Where `serve` and `demo` listen: the address as written, whether it is safe there, and its socket."""

from __future__ import annotations

import argparse
import errno
import ipaddress
import socket
from dataclasses import dataclass

from fornix.errors import Invalid, Refused

BACKLOG = 1024
DICOM_PORT = 4242


class AddressTaken(Refused):
    """Another program listens there."""


class ListenRefused(Refused):
    """Passwords and patients' data would cross the network readable by anybody on the way."""


@dataclass(frozen=True, slots=True)
class Address:
    """Host and port as written; port 0 is any free one."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def parse_address(text: str) -> Address:
    """`127.0.0.1:8080`, `[::1]:8080`, `:8080` on loopback. For argparse."""
    host, colon, port = text.rpartition(":")
    is_number = port.isascii() and port.isdigit() and len(port) <= 5 and int(port) <= 65535
    if not colon or not is_number or (":" in host and not host.startswith("[")):
        raise argparse.ArgumentTypeError(f"not an address like 127.0.0.1:8080 or [::1]:8080: {text}")
    return Address(host.removeprefix("[").removesuffix("]") or "127.0.0.1", int(port))


def add_listen_argument(parser: argparse.ArgumentParser) -> None:
    """`--listen HOST:PORT`."""
    parser.add_argument(
        "--listen",
        type=parse_address,
        default=Address("127.0.0.1", 8080),
        metavar="HOST:PORT",
        help="where to listen (default: 127.0.0.1:8080; port 0: any free one)",
    )


def add_dicom_argument(parser: argparse.ArgumentParser) -> None:
    """`--dicom HOST:PORT`, or `--dicom off`."""
    parser.add_argument(
        "--dicom",
        type=lambda text: None if text == "off" else parse_address(text),
        default=Address("127.0.0.1", DICOM_PORT),
        metavar="HOST:PORT",
        help=f"where scanners send to (default: 127.0.0.1:{DICOM_PORT}; off: nowhere)",
    )


def is_loopback(address: Address) -> bool:
    """Whether only this machine can reach it. Raises Invalid for a name that nobody knows."""
    return all(ipaddress.ip_address(host.partition("%")[0]).is_loopback for _, host in _resolve(address))


def require_safe(address: Address, *, url: str, insecure: bool) -> None:
    """Refuses an address that others can reach, unless https stands in front of it or the operator insists."""
    if insecure or url.startswith("https://") or is_loopback(address):
        return
    raise ListenRefused(
        f"{address} can be reached by others, and passwords would cross the network readable by anybody on the way. "
        "Put a proxy with https in front and set FORNIX_URL to its https address (docs/howto/nginx.md), "
        "or add --insecure for a trial."
    )


def open_socket(address: Address, option: str = "--listen") -> socket.socket:
    """A socket that listens there; `option` is where another address is given. Raises AddressTaken, Refused."""
    family, host = _resolve(address)[0]
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind((host, address.port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise AddressTaken(
                f"Another program listens on {address} already. End it, or choose another port with {option}."
            ) from None
        raise Refused(
            f"Cannot listen on {address}: {error.strerror}. Choose another with {option}."
        ) from None
    return listener


def bound_address(listener: socket.socket, written: Address) -> Address:
    """The address as written, with the port that it got."""
    return Address(written.host, int(listener.getsockname()[1]))


def _resolve(address: Address) -> list[tuple[socket.AddressFamily, str]]:
    try:
        found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    except OSError:
        raise Invalid(
            f"Nobody knows the host {address.host}. Give --listen an address of this machine."
        ) from None
    return [(family, str(place[0])) for family, _, _, _, place in found]
