"""Uploads byte by byte over sockets of their own, whole or cut off anywhere. For tests."""

from __future__ import annotations

import base64
import json
import socket
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse

from tests.acceptance.served import PATIENCE_S, Served, inside

BYTES = "application/offset+octet-stream"


@dataclass(frozen=True, slots=True)
class Told:
    """An answer, read to its end."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> dict:
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Uploader:
    """Sends requests as one person."""

    served: Served
    authorization: str

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Told:
        connection = HTTPConnection(self.served.host, self.served.port, timeout=PATIENCE_S)
        sent = {name.replace("_", "-"): text for name, text in headers.items()}
        try:
            connection.request(method, path, body, {"Authorization": self.authorization} | sent)
            return told(connection.getresponse())
        finally:
            connection.close()

    def json(self, method: str, path: str, body: object = None) -> Told:
        return self.ask(method, path, json.dumps(body or {}).encode(), Content_Type="application/json")

    def open(self, **wanted: str) -> str:
        return self.json("POST", "/api/v1/deliveries", wanted).json()["id"]

    def begin(self, delivery: str, name: str, length: int, content: bytes = b"", **words: str) -> Told:
        return self.ask(
            "POST",
            f"/api/v1/deliveries/{delivery}/files",
            content,
            Tus_Resumable="1.0.0",
            Upload_Length=str(length),
            Upload_Metadata=metadata(filename=name, **words),
            **({"Content_Type": BYTES} if content else {}),
        )

    def offset(self, address: str) -> int:
        return int(self.ask("HEAD", address, Tus_Resumable="1.0.0").headers["upload-offset"])

    def append(self, address: str, offset: int, content: bytes) -> Told:
        return self.ask(
            "PATCH", address, content, Tus_Resumable="1.0.0", Upload_Offset=str(offset), Content_Type=BYTES
        )

    def cut(self, head: str, body: bytes) -> bytes:
        """Sends this much of a request, ends, and reads what the server says, if it says anything."""
        with socket.create_connection((self.served.host, self.served.port), PATIENCE_S) as connection:
            lines = f"{head}\r\nHost: {self.served.host}\r\nAuthorization: {self.authorization}\r\n\r\n"
            connection.sendall(lines.encode() + body)
            connection.shutdown(socket.SHUT_WR)
            answer = b""
            try:
                while part := connection.recv(65536):
                    answer += part
            except ConnectionResetError:
                pass
            return answer


def told(response: HTTPResponse) -> Told:
    headers = {name.lower(): text for name, text in response.getheaders()}
    return Told(response.status, headers, response.read())


def metadata(**words: str) -> str:
    return ",".join(f"{word} {base64.b64encode(text.encode()).decode()}" for word, text in words.items())


def in_chunks(content: bytes, size: int) -> bytes:
    """A body as RFC 9112 7.1 has it, with its end."""
    pieces = [content[begin : begin + size] for begin in range(0, len(content), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def stored_bytes(environment: dict[str, str]) -> int:
    """Of what was sent; the worker writes manifests meanwhile."""
    code = (
        "from fornix import wiring\n"
        "answer = sum(stat.length for stat in wiring.store().list('') if not stat.key.startswith('manifests/'))"
    )
    counted = inside(environment, code)
    assert isinstance(counted, int)
    return counted
