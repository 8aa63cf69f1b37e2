"""What we send: whole PDUs, at once. Knows a socket, and no message."""

from __future__ import annotations

import socket
import struct

from fornix.receiver.ends import ConnectionLost, TimedOut
from fornix.receiver.inflow import LATE

_DATA_PDU = struct.Struct(">BBLLBB")
_PDV_HEADER_BYTES = 6
_IS_COMMAND, _IS_LAST = 1, 2
_LEAST_PDU_BYTES = 8  # a PDV of two bytes


def send(connection: socket.socket, pdus: bytes) -> None:
    """Sends it all. Raises ConnectionLost, TimedOut."""
    try:
        connection.sendall(pdus)
    except LATE:
        raise TimedOut("The sender did not take our answer.") from None
    except OSError as error:
        raise ConnectionLost(
            f"The connection broke before our answer was sent: {error.strerror or type(error).__name__}."
        ) from None


def command_pdus(context_id: int, command: bytes, max_pdu_bytes: int) -> bytes:
    """A command set as P-DATA-TF PDUs of at most `max_pdu_bytes` (0: any)."""
    size = len(command)
    if max_pdu_bytes:
        size = max(max_pdu_bytes, _LEAST_PDU_BYTES) - _PDV_HEADER_BYTES
    pdus = []
    for offset in range(0, len(command), size):
        piece = command[offset : offset + size]
        control = _IS_COMMAND | (_IS_LAST if offset + size >= len(command) else 0)
        pdus.append(_DATA_PDU.pack(4, 0, len(piece) + 6, len(piece) + 2, context_id, control) + piece)
    return b"".join(pdus)
