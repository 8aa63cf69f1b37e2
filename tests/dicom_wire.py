"""PDUs and commands as a sender writes them, byte by byte, and a network that cuts them anywhere. For tests."""

from __future__ import annotations

import socket
import struct
from itertools import pairwise

from pydicom.uid import ExplicitVRLittleEndian, MRImageStorage
from pynetdicom.pdu import A_ASSOCIATE_RQ
from pynetdicom.pdu_primitives import (
    A_ASSOCIATE,
    ImplementationClassUIDNotification,
    MaximumLengthNotification,
)
from pynetdicom.presentation import PresentationContext, build_context

VERIFICATION = "1.2.840.10008.1.1"
UID = "1.2.826.0.1.3680043.8.498.1"

RELEASE_RQ = bytes([5, 0, 0, 0, 0, 4, 0, 0, 0, 0])
ABORT = bytes([7, 0, 0, 0, 0, 4, 0, 0, 0, 0])

COMMAND, LAST = 1, 2
ACCEPTED, REJECTED, ABORTED = 2, 3, 7  # types of PDUs that come back
PATIENCE_S = 60


class Line:
    """A connection whose other end sends these segments, and then closes it. Keeps what is sent."""

    def __init__(self, *segments: bytes) -> None:
        self.segments = [memoryview(segment) for segment in segments if segment]
        self.sent = b""

    def recv_into(self, target: memoryview) -> int:
        if not self.segments:
            return 0
        first = self.segments[0]
        count = min(len(first), len(target))
        target[:count] = first[:count]
        self.segments[0] = first[count:]
        if count == len(first):
            del self.segments[0]
        return count

    def sendall(self, data: bytes) -> None:
        self.sent += data

    def settimeout(self, seconds: float | None) -> None:
        """Nothing is waited for."""


def cut(data: bytes, places: list[int]) -> list[bytes]:
    """The data in pieces."""
    ends = sorted({place % (len(data) + 1) for place in places} | {0, len(data)})
    return [data[start:end] for start, end in pairwise(ends)]


def pdv(context_id: int, control: int, payload: bytes) -> bytes:
    return struct.pack(">LBB", len(payload) + 2, context_id, control) + payload


def p_data(*pdvs: bytes) -> bytes:
    body = b"".join(pdvs)
    return struct.pack(">BxL", 4, len(body)) + body


def element(number: int, value: bytes) -> bytes:
    return struct.pack("<HHL", 0, number, len(value)) + value


def padded(uid: str) -> bytes:
    return uid.encode() + b"\0" * (len(uid) % 2)


def command(
    field: int,
    *,
    sop_class: str = MRImageStorage,
    sop_instance: str = UID,
    message_id: int = 7,
    has_data_set: bool = True,
) -> bytes:
    """A command set as dcmtk and others write it."""
    body = b"".join(
        [
            element(0x0002, padded(sop_class)) if sop_class else b"",
            element(0x0100, struct.pack("<H", field)),
            element(0x0110, struct.pack("<H", message_id)),
            element(0x0700, struct.pack("<H", 0)),
            element(0x0800, struct.pack("<H", 0 if has_data_set else 0x0101)),
            element(0x1000, padded(sop_instance)) if sop_instance else b"",
        ]
    )
    return element(0x0000, struct.pack("<L", len(body))) + body


def store(data: bytes, context_id: int = 1, piece: int = 10_000, **details) -> bytes:
    """A C-STORE-RQ, each piece in a PDU of its own."""
    pieces = [data[start : start + piece] for start in range(0, len(data), piece)] or [b""]
    controls = [0] * (len(pieces) - 1) + [LAST]
    asked = p_data(pdv(context_id, COMMAND | LAST, command(0x0001, **details)))
    return asked + b"".join(
        p_data(pdv(context_id, control, part)) for control, part in zip(controls, pieces, strict=True)
    )


def echo(context_id: int = 1) -> bytes:
    asked = command(0x0030, sop_class=VERIFICATION, sop_instance="", has_data_set=False)
    return p_data(pdv(context_id, COMMAND | LAST, asked))


def context(number: int, abstract_syntax: str, *transfer_syntaxes: str) -> PresentationContext:
    made = build_context(abstract_syntax, list(transfer_syntaxes) or [ExplicitVRLittleEndian])
    made.context_id = number
    return made


def request(
    *contexts: PresentationContext,
    calling: str = "SCANNER",
    called: str = "FORNIX",
    max_pdu_bytes: int = 16_384,
    items: tuple = (),
) -> bytes:
    """An A-ASSOCIATE-RQ PDU; MR images and verification unless told otherwise."""
    length = MaximumLengthNotification()
    length.maximum_length_received = max_pdu_bytes
    class_uid = ImplementationClassUIDNotification()
    class_uid.implementation_class_uid = "1.2.3.4"
    primitive = A_ASSOCIATE()
    primitive.application_context_name = "1.2.840.10008.3.1.1.1"
    primitive.calling_ae_title, primitive.called_ae_title = "X", "X"
    primitive.presentation_context_definition_list = list(
        contexts or (context(1, MRImageStorage), context(3, VERIFICATION))
    )
    primitive.user_information = [length, class_uid, *items]
    encoded = A_ASSOCIATE_RQ(primitive).encode()
    titles = called.encode("latin-1").ljust(16)[:16] + calling.encode("latin-1").ljust(16)[:16]
    return encoded[:10] + titles + encoded[42:]


def status_in(pdu: bytes) -> int:
    """The status of a response that came in one PDU."""
    return struct.unpack("<H", value_in(pdu, 0x0900))[0]


def value_in(pdu: bytes, number: int) -> bytes:
    """The value of an element of the command in a PDU."""
    offset = 12
    while offset < len(pdu):
        _, found, length = struct.unpack_from("<HHL", pdu, offset)
        if found == number:
            return pdu[offset + 8 : offset + 8 + length]
        offset += 8 + length
    raise AssertionError(f"no element {number:04X}")


class Caller:
    """A sender on a socket of its own, that says just what it is told to."""

    def __init__(self, port: int, host: str = "127.0.0.1") -> None:
        self.socket = socket.create_connection((host, port), timeout=PATIENCE_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self) -> Caller:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, data: bytes) -> Caller:
        self.socket.sendall(data)
        return self

    def pdu(self) -> bytes:
        """The next PDU; empty where the other side has closed."""
        header = self._read(6)
        return header + self._read(struct.unpack(">BxL", header)[1]) if header else b""

    def associate(self, *contexts: PresentationContext, **details) -> bytes:
        return self.send(request(*contexts, **details)).pdu()

    def store(self, data: bytes, **details) -> int:
        """The status of a C-STORE."""
        return status_in(self.send(store(data, **details)).pdu())

    def release(self) -> None:
        assert self.send(RELEASE_RQ).pdu()[0] == 6

    def reset(self) -> None:
        """Breaks the connection as a dying machine does."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def _read(self, count: int) -> bytes:
        data = b""
        while len(data) < count and (more := self.socket.recv(count - len(data))):
            data += more
        return data
