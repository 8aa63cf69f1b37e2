"""The records of a ZIP that holds stored (uncompressed) files, ZIP64 where numbers need it. Bytes only, no streams.

Source: PKWARE's APPNOTE.TXT 6.3.10, sections 4.3.7 (local header), 4.3.12 (central directory), 4.3.14 to 4.3.16 (end
records), 4.5.3 (ZIP64 extra field).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import datetime

_LOCAL = struct.Struct("<IHHHHHIIIHH")
_CENTRAL = struct.Struct("<IHHHHHHIIIHHHHHII")
_END64 = struct.Struct("<IQHHIIQQQQ")
_END64_LOCATOR = struct.Struct("<IIQI")
_END = struct.Struct("<IHHHHIIH")

_FULL_16, _FULL_32 = 0xFFFF, 0xFFFFFFFF  # "look in the ZIP64 field": never a value of its own here
_PLAIN, _WITH_64 = 20, 45  # versions needed to extract (4.4.3.2)
_MADE_BY_UNIX = 3 << 8 | _WITH_64  # so that the file mode below is believed (4.4.2)
_NAMES_ARE_UTF8 = 1 << 11  # general purpose bit 11 (4.4.4)
_STORED = 0
_REGULAR_FILE_644 = 0o100644 << 16


@dataclass(frozen=True, slots=True)
class Member:
    """What the records tell of one file. `time` is a `dos_time`; `header_offset` counts in bytes from the start."""

    name: bytes
    length: int
    crc32: int
    header_offset: int
    time: tuple[int, int]


def dos_time(moment: datetime) -> tuple[int, int]:
    """Return the moment's own digits as (time, date) of MS-DOS (4.4.6): no zone, two seconds, 1980 to 2107."""
    if moment.year < 1980:
        return 0, 1 << 5 | 1
    if moment.year > 2107:
        return 23 << 11 | 59 << 5 | 29, 127 << 9 | 12 << 5 | 31
    time = moment.hour << 11 | moment.minute << 5 | moment.second // 2
    return time, (moment.year - 1980) << 9 | moment.month << 5 | moment.day


def local_header(member: Member) -> bytes:
    """Return what stands before a file's bytes. Its length depends only on the name and on the file's length."""
    # 4.5.3: in a local header both sizes have to be in the ZIP64 field.
    extra = _extra64(member.length, member.length) if member.length >= _FULL_32 else b""
    length = min(member.length, _FULL_32)
    fixed = _LOCAL.pack(
        0x04034B50,
        _WITH_64 if extra else _PLAIN,
        _NAMES_ARE_UTF8,
        _STORED,
        *member.time,
        member.crc32,
        length,
        length,
        len(member.name),
        len(extra),
    )
    return fixed + member.name + extra


def central_header(member: Member) -> bytes:
    """Return a file's entry in the central directory."""
    sizes = (member.length, member.length) if member.length >= _FULL_32 else ()
    offset = (member.header_offset,) if member.header_offset >= _FULL_32 else ()
    extra = _extra64(*sizes, *offset)
    length = min(member.length, _FULL_32)
    fixed = _CENTRAL.pack(
        0x02014B50,
        _MADE_BY_UNIX,
        _WITH_64 if extra else _PLAIN,
        _NAMES_ARE_UTF8,
        _STORED,
        *member.time,
        member.crc32,
        length,
        length,
        len(member.name),
        len(extra),
        0,  # comment
        0,  # disk
        0,  # internal attributes
        _REGULAR_FILE_644,
        min(member.header_offset, _FULL_32),
    )
    return fixed + member.name + extra


def end_records(count: int, central_start: int, central_stop: int) -> bytes:
    """Return what follows the central directory of `count` entries at [central_start, central_stop)."""
    size = central_stop - central_start
    end = _END.pack(
        0x06054B50,
        0,
        0,
        min(count, _FULL_16),
        min(count, _FULL_16),
        min(size, _FULL_32),
        min(central_start, _FULL_32),
        0,
    )
    if count < _FULL_16 and size < _FULL_32 and central_start < _FULL_32:
        return end
    rest_of_record = _END64.size - 12  # 4.3.14.1: without its first two fields
    end64 = _END64.pack(
        0x06064B50, rest_of_record, _MADE_BY_UNIX, _WITH_64, 0, 0, count, count, size, central_start
    )
    return end64 + _END64_LOCATOR.pack(0x07064B50, 0, central_stop, 1) + end


def _extra64(*numbers: int) -> bytes:
    return struct.pack(f"<HH{len(numbers)}Q", 0x0001, 8 * len(numbers), *numbers) if numbers else b""
