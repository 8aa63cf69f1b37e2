"""Commands of C-ECHO and C-STORE and the answers to them (PS3.7 section 9.3, Annex E). Pure: bytes in, values out."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from enum import IntEnum

C_STORE_RQ, C_ECHO_RQ, C_CANCEL_RQ = 0x0001, 0x0030, 0x0FFF
IS_RESPONSE = 0x8000
NO_DATA_SET = 0x0101

_AFFECTED_CLASS, _FIELD, _MESSAGE_ID, _RESPONDED_TO = 0x0002, 0x0100, 0x0110, 0x0120
_DATA_SET_TYPE, _STATUS, _COMMENT, _AFFECTED_INSTANCE = 0x0800, 0x0900, 0x0902, 0x1000
_REQUESTED_CLASS, _REQUESTED_INSTANCE = 0x0003, 0x1001

_ELEMENT = struct.Struct("<HHL")
_UINT16 = struct.Struct("<H")
_UID = re.compile(
    r"[0-9]+(?:[.][0-9]+)*"
)  # PS3.5 section 9.1, but for zeros in front, which many senders write
_UID_LENGTH = 64
_COMMENT_LENGTH = 64  # LO


class CommandInvalid(ValueError):
    """These bytes are no command: the message says why."""


class Status(IntEnum):
    """Statuses that we answer: PS3.7 Annex C, PS3.4 section B.2.3."""

    SUCCESS = 0x0000
    FAILED = 0x0110
    INVALID_INSTANCE = 0x0117
    CLASS_NOT_SUPPORTED = 0x0122
    UNRECOGNISED_OPERATION = 0x0211
    NO_ROOM = 0xA700


@dataclass(frozen=True, slots=True)
class Command:
    """A command set. UIDs are as sent, without padding at the end; empty where there is none."""

    field: int
    message_id: int
    sop_class_uid: str
    sop_instance_uid: str
    has_data_set: bool

    @property
    def names_instance(self) -> bool:
        """Whether the Affected SOP Instance UID is one."""
        uid = self.sop_instance_uid
        return len(uid) <= _UID_LENGTH and _UID.fullmatch(uid) is not None


def parse_command(encoded: bytes) -> Command:
    """Reads a command set: implicit VR little endian, group 0000 alone. Raises CommandInvalid."""
    values = _elements(encoded)
    field = _number(values, _FIELD)
    return Command(
        field=field,
        # C-CANCEL has none of its own.
        message_id=_number(values, _RESPONDED_TO if field == C_CANCEL_RQ else _MESSAGE_ID),
        sop_class_uid=(_uid(values, _AFFECTED_CLASS) or _uid(values, _REQUESTED_CLASS)).lstrip(" \0"),
        sop_instance_uid=_uid(values, _AFFECTED_INSTANCE) or _uid(values, _REQUESTED_INSTANCE),
        has_data_set=_number(values, _DATA_SET_TYPE) != NO_DATA_SET,
    )


def response_to(command: Command, status: Status, comment: str = "") -> bytes:
    """The answer to a request, as a command set."""
    elements = [
        _text(_AFFECTED_CLASS, command.sop_class_uid, b"\0"),
        _uint16(_FIELD, command.field | IS_RESPONSE),
        _uint16(_RESPONDED_TO, command.message_id),
        _uint16(_DATA_SET_TYPE, NO_DATA_SET),
        _uint16(_STATUS, status),
        _text(_COMMENT, comment[:_COMMENT_LENGTH], b" "),
        _text(_AFFECTED_INSTANCE, command.sop_instance_uid, b"\0"),
    ]
    body = b"".join(elements)
    return _ELEMENT.pack(0, 0, 4) + struct.pack("<L", len(body)) + body


def _elements(encoded: bytes) -> dict[int, bytes]:
    values: dict[int, bytes] = {}
    offset = 0
    while offset < len(encoded):
        if len(encoded) - offset < _ELEMENT.size:
            raise CommandInvalid("it ends within an element")
        group, element, length = _ELEMENT.unpack_from(encoded, offset)
        offset += _ELEMENT.size
        if group:
            raise CommandInvalid(f"it has an element of group {group:04X}")
        if length > len(encoded) - offset:
            raise CommandInvalid(f"element {element:04X} is longer than the rest")
        if element in values:
            raise CommandInvalid(f"it has element {element:04X} twice")
        values[element] = encoded[offset : offset + length]
        offset += length
    return values


def _number(values: dict[int, bytes], element: int) -> int:
    value = values.get(element, b"")
    if len(value) != _UINT16.size:
        raise CommandInvalid(f"it has no element {element:04X} of two bytes")
    number: int = _UINT16.unpack(value)[0]
    return number


def _uid(values: dict[int, bytes], element: int) -> str:
    return values.get(element, b"").decode("ascii", "replace").rstrip(" \0")


def _uint16(element: int, value: int) -> bytes:
    return _ELEMENT.pack(0, element, 2) + _UINT16.pack(value)


def _text(element: int, text: str, padding: bytes) -> bytes:
    """An element of text; none at all where there is no text."""
    value = text.encode("ascii", "replace")
    if len(value) % 2:
        value += padding
    return _ELEMENT.pack(0, element, len(value)) + value if value else b""
