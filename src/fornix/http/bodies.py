"""Bodies of requests as a stream that ends well or raises: what was cut off is never taken for whole.

Knows no files and no rights. Nothing is gathered in memory.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import suppress
from typing import IO, Any

from django.http import HttpRequest

from fornix.errors import Invalid

CHUNK_BYTES = 1 << 20
# A sender who sends nothing for so long is gone, and holds up a thread.
SILENT_S = 60.0
# What is read of a body that is refused, so that its sender gets to see why.
DRAINED_BYTES = 32 << 20
DRAIN_SILENT_S = 5.0


class BodyCut(Invalid):
    """The request ended before all of it was here. What was not acknowledged was not kept; send it again."""


class LengthWrong(Invalid):
    """A Content-Length is a number of bytes."""


class ContentEncoded(Invalid):
    """A body is kept byte by byte: send it without a Content-Encoding. An archive (.tar.gz, .zip) is sent as it is."""


class BodyStream:
    """The bytes of one body, read once, as chunks or as a file.

    `length`: as announced; None where the body comes in chunks of its own (RFC 9112 7.1), whose end is checked.
    Raises ContentEncoded.
    """

    def __init__(self, request: HttpRequest) -> None:
        if request.headers.get("Content-Encoding", "").strip().lower() not in ("", "identity"):
            raise ContentEncoded
        self.length = body_length(request)
        self._input: IO[bytes] | None = None
        self._rest = self.length
        if self.length != 0:
            self._input = request.environ["wsgi.input"]  # type: ignore[attr-defined]
            _limit_silence(request, SILENT_S)

    def __iter__(self) -> Iterator[bytes]:
        while chunk := self.read(CHUNK_BYTES):
            yield chunk

    def read(self, size: int = CHUNK_BYTES) -> bytes:
        """Up to `size` bytes; none only at the end. Raises BodyCut where the sender stopped before it."""
        wanted = size if self._rest is None else min(size, self._rest)
        if wanted <= 0 or self._input is None:
            return b""
        try:
            data = self._input.read(wanted)
        except Exception as error:  # whatever the server calls it: the end of the body was not reached
            raise BodyCut from error
        if self._rest is not None:
            if not data:
                raise BodyCut
            self._rest -= len(data)
        return data


def body_length(request: HttpRequest) -> int | None:
    """The announced length of the body, 0 without one; None where it comes in chunks. Raises LengthWrong.

    Django takes a body in chunks for an empty one: its length is missing. Only a server that says that it marks the
    end of such a body (`wsgi.input_terminated`) is believed.
    """
    if "chunked" in request.META.get("HTTP_TRANSFER_ENCODING", "").lower():
        if not request.META.get("wsgi.input_terminated"):
            raise Invalid("This server takes no body in chunks. Send it with its length.")
        return None
    written: Any = request.META.get("CONTENT_LENGTH") or "0"
    if not (str(written).isascii() and str(written).isdigit() and len(str(written)) < 20):
        raise LengthWrong
    return int(written)


def drain(request: HttpRequest) -> None:
    """Throws away what is left of a refused body, within limits: a connection that is closed before all of it was
    read is reset, and the refusal lost with it."""
    rest = DRAINED_BYTES
    _limit_silence(request, DRAIN_SILENT_S)
    with suppress(Exception):  # the server's, whatever it is: the refusal is sent all the same
        while rest > 0 and (data := request.environ["wsgi.input"].read(CHUNK_BYTES)):  # type: ignore[attr-defined]
            rest -= len(data)


def _limit_silence(request: HttpRequest, seconds: float) -> None:
    client: socket.socket | None = request.META.get("gunicorn.socket")
    if client is not None:
        client.settimeout(seconds)
