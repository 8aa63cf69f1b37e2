"""Raw element values -> numbers and words (PS3.5 6.2), lazily: only the series card asks for most of them."""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass

from fornix.dicom import tags

# Binary numbers by value representation: struct letter and size (PS3.5 6.2).
_BINARY = {
    b"US": ("H", 2),
    b"SS": ("h", 2),
    b"UL": ("L", 4),
    b"SL": ("l", 4),
    b"FL": ("f", 4),
    b"FD": ("d", 8),
}

_INTEGER = re.compile(r"[+-]?\d{1,12}")

# No wanted attribute has more values than this (ImageOrientationPatient has 6).
_MAX_VALUES = 64


@dataclass(frozen=True, slots=True)
class RawValues:
    """Undecoded values of one data set: its own level, and its first functional groups (PS3.3 C.7.6.16)."""

    is_little_endian: bool
    values: Mapping[int, bytes]
    odd_vrs: Mapping[int, bytes]
    group_values: Mapping[int, bytes]
    group_odd_vrs: Mapping[int, bytes]
    frame_echo_times: frozenset[bytes] = frozenset()

    def echo_times(self) -> list[float]:
        """Milliseconds: one of a classic object, all different ones of an enhanced object's frames."""
        if not self.frame_echo_times:
            return list(self.numbers(tags.EchoTime)[:1])
        vr = self.group_odd_vrs.get(tags.EffectiveEchoTime) or tags.GROUP_WANTED[tags.EffectiveEchoTime]
        return [number for value in self.frame_echo_times for number in self._decode(value, vr)[:1]]

    def numbers(self, tag: int) -> tuple[float, ...]:
        """All numbers of an attribute; functional groups first, because enhanced objects keep the truth there."""
        value = self.group_values.get(tag)
        if value:
            return self._decode(value, self.group_odd_vrs.get(tag) or tags.GROUP_WANTED[tag])
        value = self.values.get(tag)
        if value:
            return self._decode(value, self.odd_vrs.get(tag) or tags.WANTED[tag])
        return ()

    def number(self, tag: int) -> float | None:
        """The first number of an attribute."""
        numbers = self.numbers(tag)
        return numbers[0] if numbers else None

    def word(self, tag: int) -> str:
        """A code string or other short text of the default repertoire; several values stay joined by backslashes."""
        value = self.group_values.get(tag) or self.values.get(tag) or b""
        return value.decode("ascii", errors="replace").strip("\0 ").replace("\0", "")

    def words(self, tag: int) -> tuple[str, ...]:
        """The values of a code string, upper case as the standard wants them."""
        whole = self.word(tag)
        return tuple(part.strip().upper() for part in whole.split("\\")) if whole else ()

    def _decode(self, value: bytes, vr: bytes) -> tuple[float, ...]:
        if vr == b"UN":
            vr = b"DS"
        return numbers_of(value, vr, little_endian=self.is_little_endian)


def numbers_of(value: bytes, vr: bytes, *, little_endian: bool) -> tuple[float, ...]:
    """The finite numbers in a value; what is none is left out."""
    binary = _BINARY.get(vr)
    if binary is None:
        found = (_decimal(part) for part in value.split(b"\\", _MAX_VALUES)[:_MAX_VALUES])
        return tuple(number for number in found if number is not None)
    letter, size = binary
    count = min(len(value) // size, _MAX_VALUES)
    order = "<" if little_endian else ">"
    unpacked = struct.unpack_from(f"{order}{count}{letter}", value)
    return tuple(float(number) for number in unpacked if math.isfinite(number))


def integer_of(value: bytes | None, vr: bytes, *, little_endian: bool = True) -> int | None:
    """An integer string (IS), or a binary integer written in its place; None if it is neither."""
    if not value:
        return None
    if vr in _BINARY:
        numbers = numbers_of(value, vr, little_endian=little_endian)
        return int(numbers[0]) if numbers else None
    digits = value.strip(b"\0 ")
    if len(digits) <= 12 and digits.isdigit():
        return int(digits)
    text = value.decode("latin-1").split("\\", 1)[0].strip("\0 ")
    if _INTEGER.fullmatch(text):
        return int(text)
    number = _decimal(text.encode("latin-1"))
    return int(number) if number is not None and number.is_integer() and abs(number) < 1e12 else None


def _decimal(part: bytes) -> float | None:
    try:
        number = float(part.strip(b"\0 "))
    except ValueError:
        return None
    return number if math.isfinite(number) else None
