"""Values of a DICOM header as text for a person: bounded, printable, never interpreted beyond that. Pure."""

from __future__ import annotations

import struct

from pydicom._uid_dict import UID_dictionary

from fornix.dicom.text import Charset
from fornix.ingest.names import printable

#: Of a value so much is read, and so much is shown.
READ_BYTES = 4096
SHOWN = 240
MOST_NUMBERS = 32

TEXTS = frozenset({"SH", "LO", "ST", "LT", "UT", "UC"})
CODES = frozenset({"AE", "AS", "CS", "DA", "DS", "DT", "IS", "TM", "UI", "UR"})
# Binary numbers (PS3.5 6.2): struct letter and size.
NUMBERS = {
    "US": ("H", 2),
    "SS": ("h", 2),
    "UL": ("L", 4),
    "SL": ("l", 4),
    "UV": ("Q", 8),
    "SV": ("q", 8),
    "FL": ("f", 4),
    "FD": ("d", 8),
}


def value_text(value: bytes, vr: str, length: int, charset: Charset, *, little: bool) -> str:
    """`value` is the beginning of one that is `length` bytes long."""
    is_cut = length > len(value)
    if vr == "PN":
        text = charset.name(value)
    elif vr in TEXTS:
        text = charset.text(value)
    elif vr in CODES:
        text = _code(value, vr)
    elif vr in NUMBERS:
        text, more = _numbers(value, vr, little=little)
        is_cut |= more
    elif vr == "AT":
        text, more = _tags(value, little=little)
        is_cut |= more
    else:
        return _bytes_text(value, length)
    shown = printable(text)
    if len(shown) > SHOWN:
        shown, is_cut = shown[:SHOWN], True
    return f"{shown}…" if is_cut else shown


def _code(value: bytes, vr: str) -> str:
    text = value.decode("latin-1").strip("\0 ")
    known = UID_dictionary.get(text) if vr == "UI" else None
    return f"{text} ({known[0]})" if known else text


def _numbers(value: bytes, vr: str, *, little: bool) -> tuple[str, bool]:
    letter, size = NUMBERS[vr]
    held = len(value) // size
    count = min(held, MOST_NUMBERS)
    numbers = struct.unpack_from(f"{'<' if little else '>'}{count}{letter}", value)
    return "\\".join(
        f"{number:g}" if isinstance(number, float) else str(number) for number in numbers
    ), held > count


def _tags(value: bytes, *, little: bool) -> tuple[str, bool]:
    held = len(value) // 4
    count = min(held, MOST_NUMBERS)
    parts = struct.unpack_from(f"{'<' if little else '>'}{2 * count}H", value)
    pairs = zip(parts[::2], parts[1::2], strict=True)
    return "\\".join(f"({group:04X},{element:04X})" for group, element in pairs), held > count


def _bytes_text(value: bytes, length: int) -> str:
    """Unknown and binary values: as text where they are that, else how much it is."""
    if not length:
        return ""
    text = value.rstrip(b"\0 ")
    if text and length <= SHOWN and text.isascii() and text.decode("ascii").isprintable():
        return text.decode("ascii")
    return f"{length:,} bytes: {value[:12].hex(' ')}{' …' if length > 12 else ''}"
