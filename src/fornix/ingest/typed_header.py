"""Pure: a DICOM header out of lines that somebody typed, so that a trial goes the way of real files."""

from __future__ import annotations

import struct

from pydicom.datadict import dictionary_VR, tag_for_keyword

from fornix.errors import Invalid

# With 16-bit lengths (PS3.5 7.1.2).
_TEXTS = {"AE", "AS", "CS", "DA", "DS", "DT", "IS", "LO", "LT", "PN", "SH", "ST", "TM", "UI"}
_CHARSET = (0x00080005, "CS", "ISO_IR 192")  # UTF-8
# What makes it an instance at all; a typed line replaces it.
_LEAST = {
    0x00080016: ("UI", "1.2.840.10008.5.1.4.1.1.4"),
    0x0020000D: ("UI", "2.25.1"),
    0x00080060: ("CS", "MR"),
}
_MOST_LINES = 200
_LONGEST = 10_240  # of a value (PS3.5 6.2)


def typed_header(typed: str) -> bytes:
    """A data set of the lines, `Keyword: value` each. Raises Invalid, naming the line."""
    elements = dict(_LEAST)
    lines = [line.strip() for line in typed.replace("\0", "").splitlines()]
    if len(lines) > _MOST_LINES:
        raise Invalid(f"A typed header has at most {_MOST_LINES} lines.")
    for number, line in enumerate(lines, 1):
        if line:
            tag, vr, value = _element(number, line)
            elements[tag] = (vr, value)
    tag, vr, value = _CHARSET
    elements[tag] = (vr, value)
    body = b"".join(_encoded(tag, vr, value) for tag, (vr, value) in sorted(elements.items()))
    return bytes(128) + b"DICM" + _meta() + body


def _element(number: int, line: str) -> tuple[int, str, str]:
    keyword, colon, value = (part.strip() for part in line.partition(":"))
    if not colon:
        raise Invalid(f"Line {number} has no colon. Write a DICOM keyword, a colon and the value.")
    tag = tag_for_keyword(keyword)
    if tag is None or tag >> 16 == 2:
        raise Invalid(
            f"Line {number}: {keyword[:64] or 'nothing'} is no DICOM keyword. One is StudyDescription."
        )
    vr = dictionary_VR(tag).split(" ")[0]
    if vr not in _TEXTS:
        raise Invalid(f"Line {number}: {keyword} is no text, and nothing is routed by it.")
    if len(value) > _LONGEST:
        raise Invalid(f"Line {number}: a value has at most {_LONGEST:,} characters.")
    return int(tag), vr, value


def _meta() -> bytes:
    syntax = _encoded(0x00020010, "UI", "1.2.840.10008.1.2.1")
    return _raw(0x00020000, "UL", struct.pack("<L", len(syntax))) + syntax


def _encoded(tag: int, vr: str, value: str) -> bytes:
    content = value.encode("utf-8")
    return _raw(tag, vr, content + (b"\0" if vr == "UI" else b" ") * (len(content) % 2))


def _raw(tag: int, vr: str, content: bytes) -> bytes:
    return struct.pack("<HH2sH", tag >> 16, tag & 0xFFFF, vr.encode(), len(content)) + content
