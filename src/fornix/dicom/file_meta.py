"""The preamble and file meta (PS3.10 7.1) that go in front of a data set which came without: over the network."""

from __future__ import annotations

import struct

from fornix.dicom.envelope import PREAMBLE_BYTES

#: Who wrote the file meta (PS3.7 D.3.3.2). Both never change: the same instance must give the same bytes for ever.
IMPLEMENTATION_CLASS_UID = "2.25.174817125377986492024096270844070601541"
IMPLEMENTATION_VERSION_NAME = "FORNIX"

_VERSION = b"\x00\x01"


def file_meta(sop_class_uid: str, sop_instance_uid: str, transfer_syntax_uid: str) -> bytes:
    """128 zero bytes, `DICM` and group 0002 of an instance.

    It depends on nothing else: neither on the sender nor on the time nor on our version, so that an instance is
    stored as the same bytes whoever sends it and whenever.
    """
    elements = b"".join(
        (
            _element(0x0001, b"OB", _VERSION),
            _element(0x0002, b"UI", _uid(sop_class_uid)),
            _element(0x0003, b"UI", _uid(sop_instance_uid)),
            _element(0x0010, b"UI", _uid(transfer_syntax_uid)),
            _element(0x0012, b"UI", _uid(IMPLEMENTATION_CLASS_UID)),
            _element(0x0013, b"SH", IMPLEMENTATION_VERSION_NAME.encode()),
        )
    )
    length = _element(0x0000, b"UL", struct.pack("<L", len(elements)))
    return bytes(PREAMBLE_BYTES) + b"DICM" + length + elements


def _element(number: int, vr: bytes, value: bytes) -> bytes:
    """One element of group 0002, explicit and little endian whatever follows (PS3.10 7.1)."""
    if vr == b"OB":
        return struct.pack("<HH2sHL", 0x0002, number, vr, 0, len(value)) + value
    return struct.pack("<HH2sH", 0x0002, number, vr, len(value)) + value


def _uid(uid: str) -> bytes:
    """A UID of even length (PS3.5 9.1)."""
    value = uid.encode("ascii", "replace")
    return value + b"\0" * (len(value) % 2)
