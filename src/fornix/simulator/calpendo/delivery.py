"""Sends an answer over a connection the way its Delivery says: whole, slowly, cut off or torn down."""

import contextlib
import socket
import struct
import threading
import time
from http.server import BaseHTTPRequestHandler

from .answers import Answer, Delivery

_PIECE_BYTES = 64 * 1024


def send(handler: BaseHTTPRequestHandler, answer: Answer, stopping: threading.Event) -> int:
    """Sends the answer and tells how many bytes of its body went out. `stopping` ends every wait."""
    way = answer.delivery or Delivery(announced=len(answer.body))
    if way.reset_at is not None and way.reset_at < 0:
        _reset(handler)
        return 0
    if stopping.wait(way.first_byte_after_s):
        return 0
    is_whole = way.announced == len(answer.body) and way.stall_at is None and way.reset_at is None
    if not is_whole:
        handler.close_connection = True
    with contextlib.suppress(ConnectionError, TimeoutError):
        _send_head(handler, answer, way)
        if handler.command != "HEAD":
            return _send_body(handler, answer.body, way, stopping)
    return 0


def _send_head(handler: BaseHTTPRequestHandler, answer: Answer, way: Delivery) -> None:
    handler.send_response_only(answer.status)
    handler.send_header("Server", handler.version_string())
    handler.send_header("Date", handler.date_time_string(int(time.time() + way.clock_off_s)))
    handler.send_header("Content-Type", answer.content_type)
    for name, value in answer.headers.items():
        handler.send_header(name, value)
    if way.announced is not None:
        handler.send_header("Content-Length", str(way.announced))
    if handler.close_connection:
        handler.send_header("Connection", "close")
    handler.end_headers()


def _send_body(handler: BaseHTTPRequestHandler, body: bytes, way: Delivery, stopping: threading.Event) -> int:
    ends = [at for at in (way.stall_at, way.reset_at) if at is not None]
    body = body[: min([len(body), *ends])]
    size = way.piece_bytes or _PIECE_BYTES
    sent = 0
    for start in range(0, len(body), size):
        handler.wfile.write(body[start : start + size])
        handler.wfile.flush()
        sent += len(body[start : start + size])
        if stopping.wait(way.piece_every_s):
            return sent
    if way.reset_at is not None:
        _reset(handler)
    elif way.stall_at is not None:
        _wait_for_client(handler, stopping)
    return sent


def _wait_for_client(handler: BaseHTTPRequestHandler, stopping: threading.Event) -> None:
    """Keeps a stalled connection open until the client leaves it or the server ends."""
    handler.connection.settimeout(0.2)
    while not stopping.is_set():
        try:
            if not handler.connection.recv(1):
                return
        except TimeoutError:
            continue
        except OSError:
            return


def _reset(handler: BaseHTTPRequestHandler) -> None:
    """Closes with RST instead of FIN: lingering for zero seconds drops what is unsent."""
    handler.close_connection = True
    with contextlib.suppress(OSError):
        linger = struct.pack("ii", 1, 0)
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        handler.connection.close()
