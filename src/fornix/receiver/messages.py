"""PDUs and the messages in them (PS3.8 section 9.3, Annex E): commands, and data sets as streams of bytes.

No announced length makes it reserve memory: everything goes through two buffers of fixed size.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from fornix.receiver.ends import AbortReason, NotDicomProtocol, PeerAborted, Released
from fornix.receiver.inflow import Inflow

MAX_PDU_BYTES = 128 * 1024  # that we ask senders to keep to; the most that some of them can
TOLERATED_PDU_BYTES = 8 * MAX_PDU_BYTES  # some count the header too, or do not keep to it
REQUEST_BYTES = 128 * 1024  # of the request for an association; 128 contexts of 30 transfer syntaxes fit
COMMAND_BYTES = 16 * 1024
BLOCK_BYTES = 256 * 1024  # of a data set, handed on at once: it is hashed while the sender sends on

ASSOCIATE_RQ, ASSOCIATE_AC, ASSOCIATE_RJ, DATA, RELEASE_RQ, RELEASE_RP, ABORT = range(1, 8)

_PDU = struct.Struct(">BxL")
_PDV = struct.Struct(">LBB")
_IS_COMMAND, _IS_LAST = 1, 2
_SMALL_PDU_BYTES = 4  # of all that are neither requests nor data


@dataclass(frozen=True, slots=True)
class Pdv:
    """The header of a presentation data value: a piece of a message."""

    context_id: int
    is_command: bool
    is_last: bool
    length: int


class Messages:
    """What comes over a connection: first one request for an association, then messages until the end.

    All of it raises an AssociationEnd: Released or PeerAborted as the sender says, NotDicomProtocol for what it must
    not send, and what Inflow raises.
    """

    def __init__(self, inflow: Inflow) -> None:
        self._inflow = inflow
        self._left = 0  # of the present P-DATA-TF PDU
        self._block: memoryview | None = None

    def request(self) -> bytes:
        """The A-ASSOCIATE-RQ PDU, whole, header and all."""
        header = bytes(self._inflow.exactly(_PDU.size))
        kind, length = _PDU.unpack(header)
        if kind == ABORT:
            raise PeerAborted("The sender aborted before it asked for an association.")
        if kind != ASSOCIATE_RQ:
            raise _unexpected(kind, "before an association was asked for")
        if not 68 <= length <= REQUEST_BYTES:
            raise NotDicomProtocol(
                f"The request for an association has an impossible length: {length} bytes."
            )
        return header + bytes(self._inflow.exactly(length))

    def command(self) -> tuple[int, bytes]:
        """The presentation context and the bytes of the next command."""
        self._inflow.begin_message()
        collected = bytearray()
        context_id = None
        while True:
            pdv = self.next_pdv(is_between=context_id is None)
            if not pdv.is_command:
                raise NotDicomProtocol(
                    "A data set came without its command.", AbortReason.UNEXPECTED_PARAMETER
                )
            if context_id not in (None, pdv.context_id):
                raise NotDicomProtocol("A command changed its presentation context.")
            context_id = pdv.context_id
            if len(collected) + pdv.length > COMMAND_BYTES:
                raise NotDicomProtocol(f"A command is longer than {COMMAND_BYTES} bytes.")
            collected += self._inflow.exactly(pdv.length)
            if pdv.is_last:
                return context_id, bytes(collected)

    def data_set(self, context_id: int) -> DataSet:
        """The data set of the command just read; the next message begins where it ends."""
        if self._block is None:
            self._block = memoryview(bytearray(BLOCK_BYTES))
        return DataSet(self, self._inflow, context_id, self._block)

    def next_pdv(self, *, is_between: bool) -> Pdv:
        """The next header; its bytes follow. Between two messages the sender may release instead."""
        while not self._left:
            self._next_pdu(is_between=is_between)
        if self._left < _PDV.size:
            raise NotDicomProtocol("A PDU ends within the header of a PDV.")
        length, context_id, control = _PDV.unpack(self._inflow.exactly(_PDV.size))
        if length < 2 or length + 4 > self._left:
            raise NotDicomProtocol(f"A PDV of {length} bytes does not fit into its PDU.")
        self._left -= length + 4
        return Pdv(context_id, bool(control & _IS_COMMAND), bool(control & _IS_LAST), length - 2)

    def _next_pdu(self, *, is_between: bool) -> None:
        """Goes to the next P-DATA-TF PDU."""
        kind, length = _PDU.unpack(self._inflow.exactly(_PDU.size))
        if kind == DATA:
            if not _PDV.size <= length <= TOLERATED_PDU_BYTES:
                raise NotDicomProtocol(f"A PDU has an impossible length: {length} bytes.")
            self._left = length
            return
        if kind not in (RELEASE_RQ, ABORT) or (kind == RELEASE_RQ and not is_between):
            raise _unexpected(kind, "within a message" if not is_between else "between two messages")
        if length != _SMALL_PDU_BYTES:
            raise NotDicomProtocol(f"A PDU of type {kind} has an impossible length: {length} bytes.")
        rest = self._inflow.exactly(length)
        if kind == RELEASE_RQ:
            raise Released
        raise PeerAborted(_why_aborted(source=rest[2], reason=rest[3]))


class DataSet(Iterator[memoryview]):
    """The bytes of a data set, in large pieces. Each is valid until the next one is asked for.

    No generator: whoever takes the bytes may give up and throw its own generators away, and the rest is still to be
    read past.
    """

    def __init__(self, messages: Messages, inflow: Inflow, context_id: int, block: memoryview) -> None:
        self._messages = messages
        self._inflow = inflow
        self._context_id = context_id
        self._block = block
        self._left = 0  # of the present PDV
        self._is_last = False

    def __next__(self) -> memoryview:
        filled = 0
        while filled < BLOCK_BYTES:
            if not self._left:
                if self._is_last:
                    break
                self._next_piece()
                continue
            count = self._inflow.into(self._block[filled : filled + self._left])
            self._left -= count
            filled += count
        if not filled:
            raise StopIteration
        return self._block[:filled]

    def _next_piece(self) -> None:
        pdv = self._messages.next_pdv(is_between=False)
        if pdv.is_command or pdv.context_id != self._context_id:
            raise NotDicomProtocol(
                "Another message began within a data set.", AbortReason.UNEXPECTED_PARAMETER
            )
        self._left, self._is_last = pdv.length, pdv.is_last


def _unexpected(kind: int, when: str) -> NotDicomProtocol:
    if ASSOCIATE_RQ <= kind <= ABORT:
        return NotDicomProtocol(f"A PDU of type {kind} came {when}.", AbortReason.UNEXPECTED_PDU)
    return NotDicomProtocol(f"What came {when} is no DICOM PDU (type {kind}).", AbortReason.UNRECOGNISED_PDU)


def _why_aborted(*, source: int, reason: int) -> str:
    if source == 2:
        return f"The sender's DICOM software aborted (reason {reason})."
    return "The sender aborted."
