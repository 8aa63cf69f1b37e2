"""The sockets of the simulated Calpendo: one for the read interfaces, one for its control."""

import contextlib
import ipaddress
import secrets
import socket
import socketserver
import ssl
import sys
import threading
from collections.abc import Callable
from datetime import datetime
from http.server import BaseHTTPRequestHandler
from types import TracebackType
from typing import Self, TypeAlias

from .answers import Answer, error_answer
from .certificates import tls_context
from .control import LONGEST_BODY, control_answer
from .delivery import send
from .refusals import ListenRefused
from .requests import Request
from .state import DEFAULT_CLOCK, Beginning, Site
from .switches import Switches
from .webdav import answer

Address = tuple[str, int]
_Connection: TypeAlias = socket.socket | tuple[bytes, socket.socket]
_IDLE_S = 60


class _Listener(socketserver.ThreadingTCPServer):
    """One listening socket with a thread per connection; its threads never hold up the end."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64
    scheme = "http"

    def __init__(self, address: Address, exchange: type["_Exchange"], site: Site, token: str) -> None:
        self.site = site
        self.token = token
        self.stopping = threading.Event()
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self._open: set[_Connection] = set()
        super().__init__(address, exchange)

    def process_request(self, request: _Connection, client_address: object) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def close_request(self, request: _Connection) -> None:
        self._open.discard(request)
        super().close_request(request)

    def end(self) -> None:
        """Stops listening, and cuts the connections that clients keep for later."""
        self.stopping.set()
        self.shutdown()
        self.server_close()
        for connection in list(self._open):
            if isinstance(connection, socket.socket):
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: _Connection, client_address: object) -> None:
        """A client that went away is no news; anything else is."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError | ssl.SSLError):
            super().handle_error(request, client_address)

    @property
    def url(self) -> str:
        host, port = self.server_address[:2]
        name = f"[{host!s}]" if self.address_family == socket.AF_INET6 else str(host)
        return f"{self.scheme}://{name}:{port}"


class _TlsListener(_Listener):
    """Speaks TLS, with the certificate that the faults leave it. Hands are shaken in the connection's own thread."""

    scheme = "https"

    def finish_request(self, request: _Connection, client_address: object) -> None:
        assert isinstance(request, socket.socket)
        request.settimeout(_IDLE_S)
        context = tls_context(self.site.certificate())
        with context.wrap_socket(request, server_side=True) as connection:
            self._open.add(connection)
            try:
                super().finish_request(connection, client_address)
            finally:
                self._open.discard(connection)


class _Exchange(BaseHTTPRequestHandler):
    """What both interfaces share: HTTP/1.1, silence, and bodies read with a limit."""

    protocol_version = "HTTP/1.1"
    server_version = "Calpendo-simulator"
    sys_version = ""
    timeout = _IDLE_S
    server: _Listener

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the framework's
        """Requests are kept for `GET /_sim/log`, not printed."""

    def _body(self) -> bytes | None:
        """The request's body; None when it is not announced in a form, or is too long, to be read."""
        length = self.headers.get("Content-Length", "0")
        is_number = length.isascii() and length.isdigit() and len(length) < 16
        if not is_number or self.headers.get("Transfer-Encoding"):
            return None
        return self.rfile.read(int(length)) if int(length) <= LONGEST_BODY else None

    def _send(self, made: Answer) -> int:
        return send(self, made, self.server.stopping)


class _ReadExchange(_Exchange):
    """`/webdav`, for any method."""

    def _answer(self) -> None:
        request = Request(
            self.command, self.path, self.headers.get("Authorization"), self.headers.get("Accept")
        )
        site = self.server.site
        if self._body() is None:
            self.close_connection = True
        moment, effects = site.look(request)
        made = answer(request, moment, effects)
        # Noted before the first byte: whoever has the answer finds it in the log.
        entry = site.record(request, made, effects)
        entry.sent_bytes = self._send(made)

    def __getattr__(self, name: str) -> Callable[[], None]:
        """`do_GET`, `do_PUT`, `do_ANYTHING`: the framework looks for one method per HTTP method."""
        if name.startswith("do_"):
            return self._answer
        raise AttributeError(name)


class _ControlExchange(_Exchange):
    """`/_sim`."""

    def _answer(self) -> None:
        body = self._body()
        if body is None:
            self.close_connection = True
            self._send(
                error_answer(413, "announce a body of at most 4 MiB", Switches(error_body="json-error"))
            )
            return
        authorization = self.headers.get("Authorization", "")
        made = control_answer(
            self.server.site, self.server.token, self.command, self.path, authorization, body
        )
        self._send(made)

    do_GET = do_POST = _answer  # noqa: N815


class CalpendoServer:
    """A simulated Calpendo on two sockets. As a context manager it serves while the block runs.

    Listens on loopback only, unless `insecure_listen`. Port 0 takes any free port. With `tls` the read interfaces
    speak it, with a certificate that holds for loopback and that the authority in `certificates` has signed.
    """

    def __init__(
        self,
        set_name: str = "demo",
        listen: Address = ("127.0.0.1", 0),
        control: Address = ("127.0.0.1", 0),
        *,
        username: str = "archive",
        password: str = "archive",  # noqa: S107 - generated data has no secret
        seed: int = 1,
        clock: datetime = DEFAULT_CLOCK,
        switches: Switches | None = None,
        token: str | None = None,
        insecure_listen: bool = False,
        tls: bool = False,
    ) -> None:
        for address in (listen, control):
            _check_loopback(address[0], insecure_listen=insecure_listen)
        self.token = token or secrets.token_urlsafe(16)
        beginning = Beginning(set_name, seed, clock, switches or Switches())
        self.site = Site(beginning, username, password, speaks_tls=tls)
        self._kinds = (_TlsListener if tls else _Listener, _Listener)
        self._addresses = (listen, control)
        self._listeners: list[_Listener] = []

    @property
    def url(self) -> str:
        """The address that a mirror is configured with."""
        return self._listeners[0].url

    @property
    def control_url(self) -> str:
        """The address of the control interface, without its path `/_sim`."""
        return self._listeners[1].url

    def start(self) -> None:
        """Opens both sockets and serves them from threads; OSError when an address is taken."""
        exchanges = (_ReadExchange, _ControlExchange)
        try:
            for kind, address, exchange in zip(self._kinds, self._addresses, exchanges, strict=True):
                self._listeners.append(kind(address, exchange, self.site, self.token))
        except OSError:
            for listener in self._listeners:
                listener.server_close()
            self._listeners = []
            raise
        for listener in self._listeners:
            threading.Thread(target=listener.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        """Closes both sockets at once; answers under way are cut off."""
        for listener in self._listeners:
            listener.end()
        self._listeners = []

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _check_loopback(host: str, *, insecure_listen: bool) -> None:
    if insecure_listen or host == "localhost":
        return
    try:
        is_loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_loopback = False
    if not is_loopback:
        raise ListenRefused(f"{host} is not a loopback address; add --insecure-listen if you mean it")
