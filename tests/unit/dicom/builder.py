"""Small DICOM files made byte by byte, so that tests can also make wrong ones (PS3.5 chapter 7, PS3.10 7.1)."""

from __future__ import annotations

import struct
from collections.abc import Iterable

from fornix.dicom import tags
from fornix.dicom.header import DicomHeader, read_header

LONG = frozenset(b"OB OD OF OL OV OW SQ SV UC UN UR UT UV".split())
UNDEFINED = 0xFFFFFFFF
EXPLICIT_LITTLE = "1.2.840.10008.1.2.1"
IMPLICIT_LITTLE = "1.2.840.10008.1.2"
EXPLICIT_BIG = "1.2.840.10008.1.2.2"
DEFLATED = "1.2.840.10008.1.2.1.99"

Element = tuple[int, str, bytes]


def padded(value: bytes | str, vr: str = "LO") -> bytes:
    raw = value.encode("ascii") if isinstance(value, str) else value
    return raw + (b"\0" if vr in ("UI", "OB", "UN") else b" ") * (len(raw) % 2)


def explicit(tag: int, vr: str, value: bytes | str, *, big: bool = False, length: int | None = None) -> bytes:
    order = ">" if big else "<"
    raw = padded(value, vr)
    size = len(raw) if length is None else length
    head = struct.pack(f"{order}HH2s", tag >> 16, tag & 0xFFFF, vr.encode())
    if vr.encode() in LONG:
        return head + struct.pack(f"{order}HL", 0, size) + raw
    return head + struct.pack(f"{order}H", size) + raw


def implicit(tag: int, value: bytes | str, *, length: int | None = None) -> bytes:
    raw = padded(value)
    return struct.pack("<HHL", tag >> 16, tag & 0xFFFF, len(raw) if length is None else length) + raw


def item(content: bytes, *, undefined: bool = False) -> bytes:
    if undefined:
        return (
            struct.pack("<HHL", 0xFFFE, 0xE000, UNDEFINED) + content + struct.pack("<HHL", 0xFFFE, 0xE00D, 0)
        )
    return struct.pack("<HHL", 0xFFFE, 0xE000, len(content)) + content


def sequence(tag: int, *items: bytes, undefined: bool = False, vr: str = "SQ") -> bytes:
    content = b"".join(items)
    if undefined:
        end = struct.pack("<HHL", 0xFFFE, 0xE0DD, 0)
        return explicit(tag, vr, b"", length=UNDEFINED) + content + end
    return explicit(tag, vr, content)


def file_meta(syntax: str = EXPLICIT_LITTLE, *, group_length: int | None = None) -> bytes:
    body = explicit(0x00020001, "OB", b"\0\1")
    body += explicit(tags.MediaStorageSOPClassUID, "UI", "1.2.840.10008.5.1.4.1.1.4")
    body += explicit(tags.MediaStorageSOPInstanceUID, "UI", "1.2.3.9")
    if syntax:
        body += explicit(tags.TransferSyntaxUID, "UI", syntax)
    size = len(body) if group_length is None else group_length
    return explicit(0x00020000, "UL", struct.pack("<L", size)) + body


def part10(dataset: bytes, syntax: str = EXPLICIT_LITTLE, *, preamble: bytes = bytes(128)) -> bytes:
    return preamble + b"DICM" + file_meta(syntax) + dataset


#: The smallest slice that can be filed; tests add to it or replace parts of it.
SLICE: dict[int, tuple[str, str]] = {
    tags.SOPClassUID: ("UI", "1.2.840.10008.5.1.4.1.1.4"),
    tags.SOPInstanceUID: ("UI", "1.2.3.9"),
    tags.StudyDate: ("DA", "20240229"),
    tags.Modality: ("CS", "MR"),
    tags.SeriesDescription: ("LO", "t1_mprage"),
    tags.PatientName: ("PN", "Doe^Jane"),
    tags.PatientID: ("LO", "P01"),
    tags.StudyInstanceUID: ("UI", "1.2.3"),
    tags.SeriesInstanceUID: ("UI", "1.2.3.4"),
    tags.SeriesNumber: ("IS", "7"),
}


def slice_elements(changes: dict[int, tuple[str, bytes | str]] | None = None) -> list[Element]:
    merged: dict[int, tuple[str, bytes | str]] = {**SLICE, **(changes or {})}
    return [(tag, vr, padded(value, vr)) for tag, (vr, value) in sorted(merged.items())]


def dataset(elements: Iterable[Element] | None = None, *, big: bool = False) -> bytes:
    chosen = slice_elements() if elements is None else elements
    return b"".join(explicit(tag, vr, value, big=big) for tag, vr, value in chosen)


def header_with(changes: dict[int, tuple[str, bytes | str]] | None = None, more: bytes = b"") -> DicomHeader:
    """The header of the smallest slice with some elements changed, and bytes after them."""
    return read_header(part10(dataset(slice_elements(changes)) + more))
