"""Where the data set of a DICOM file begins and how it is written: preamble, file meta, guesses without.

PS3.10 7.1 for files as they should be; files without preamble, prefix, file meta or group length are read too.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from fornix.dicom import tags
from fornix.dicom.walk import LONG_VRS, SHORT_VRS

PREAMBLE_BYTES = 128
MEDIA_DIRECTORY = "1.2.840.10008.1.3.10"

#: Transfer syntaxes whose data set is a deflate stream (PS3.5 A.5, A.7, A.8, A.11).
DEFLATED = frozenset(
    {
        "1.2.840.10008.1.2.1.99",
        "1.2.840.10008.1.2.4.95",
        "1.2.840.10008.1.2.4.205",
    }
)

# A file without preamble begins with one of these: file meta, directory, identifying, patient, acquisition.
_FIRST_GROUPS = frozenset({0x0002, 0x0004, 0x0008, 0x0010, 0x0018, 0x0020})

# Real file meta is some hundred bytes; private information (0002,0102) may be longer.
_META_LIMIT = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Envelope:
    """What surrounds the data set. `dataset_offset` is the first byte after group 0002."""

    dataset_offset: int
    transfer_syntax_uid: str = ""
    media_sop_class_uid: str = ""
    media_sop_instance_uid: str = ""
    has_preamble: bool = False
    has_standard_preamble: bool = False
    """128 zero bytes. Anything else may make the file a second thing as well: a TIFF, a program (PS3.10 7.1, 7.5)."""


def looks_like_dicom(prefix: bytes) -> bool:
    """Whether the first bytes of a file (132 or more, if it has them) can be DICOM."""
    has_mark = prefix[PREAMBLE_BYTES : PREAMBLE_BYTES + 4] == b"DICM" or prefix[:4] == b"DICM"
    return has_mark or starts_with_element(prefix)


def starts_with_element(prefix: bytes) -> bool:
    """Whether a data element, and after it a second one with a higher tag, can begin the file."""
    if len(prefix) < 8:
        return False
    little = is_little_endian(prefix)
    order = "<" if little else ">"
    group, element, vr, short = struct.unpack_from(f"{order}HH2sH", prefix)
    if group not in _FIRST_GROUPS:
        return False
    if vr in SHORT_VRS:
        following = 8 + short
    elif vr in LONG_VRS and len(prefix) >= 12:
        following = 12 + int(struct.unpack_from(f"{order}L", prefix, 8)[0])
    else:
        following = 8 + int(struct.unpack_from(f"{order}L", prefix, 4)[0])
    if following + 4 > len(prefix):
        return vr in SHORT_VRS and following <= len(prefix)
    next_group, next_element = struct.unpack_from(f"{order}HH", prefix, following)
    return (group, element) < (next_group, next_element) and next_group - group <= 0x20


def is_little_endian(data: bytes, offset: int = 0) -> bool:
    """Byte order by the first group, not by the transfer syntax, which can be missing or wrong.

    A data set begins with a group below 0x0100: big endian (PS3.5 A.3, retired) puts its zero byte first.
    """
    return not (data[offset : offset + 1] == b"\0" and data[offset + 1 : offset + 2] != b"\0")


def is_explicit(data: bytes, offset: int = 0) -> bool:
    """Whether the element at `offset` names its value representation (PS3.5 7.1.2)."""
    vr = data[offset + 4 : offset + 6]
    return vr in SHORT_VRS or vr in LONG_VRS


def read_envelope(prefix: bytes) -> Envelope | None:
    """The envelope of the file that begins with `prefix`; None if it cannot be DICOM."""
    if prefix[PREAMBLE_BYTES : PREAMBLE_BYTES + 4] == b"DICM":
        start, has_preamble = PREAMBLE_BYTES + 4, True
    elif prefix[:4] == b"DICM":
        start, has_preamble = 4, False
    elif starts_with_element(prefix):
        start, has_preamble = 0, False
    else:
        return None
    values, dataset_offset = _read_file_meta(prefix, start)
    return Envelope(
        dataset_offset=dataset_offset,
        transfer_syntax_uid=_uid(values.get(tags.TransferSyntaxUID)),
        media_sop_class_uid=_uid(values.get(tags.MediaStorageSOPClassUID)),
        media_sop_instance_uid=_uid(values.get(tags.MediaStorageSOPInstanceUID)),
        has_preamble=has_preamble,
        has_standard_preamble=has_preamble and not any(prefix[:PREAMBLE_BYTES]),
    )


def _read_file_meta(data: bytes, start: int) -> tuple[dict[int, bytes], int]:
    """Values of group 0002 and where it ends, found by its elements: the group length is often missing or wrong.

    It is believed only where an element of the group is damaged.
    """
    values: dict[int, bytes] = {}
    position = start
    limit = min(len(data), start + _META_LIMIT)
    while position + 8 <= limit:
        group, element, vr, length = struct.unpack_from("<HH2sH", data, position)
        if group != 0x0002:
            return values, position
        if vr in SHORT_VRS:
            value_at = position + 8
        elif vr in LONG_VRS and position + 12 <= limit:
            value_at = position + 12
            length = struct.unpack_from("<L", data, position + 8)[0]
        else:
            value_at = position + 8
            length = struct.unpack_from("<L", data, position + 4)[0]
        if value_at + length > limit:
            return values, _declared_end(values, start, position, len(data))
        values[group << 16 | element] = data[value_at : value_at + length]
        position = value_at + length
    return values, position


def _declared_end(values: dict[int, bytes], start: int, position: int, size: int) -> int:
    """Where group 0002 ends by its group length, (0002,0000), if that lies beyond what could be read."""
    declared = values.get(tags.FileMetaInformationGroupLength, b"")
    if len(declared) != 4:
        return position
    # The length counts from the end of its own element, 12 bytes long (PS3.5 7.2).
    end = start + 12 + int.from_bytes(declared, "little")
    return end if position < end < size else position


def _uid(value: bytes | None) -> str:
    return "" if value is None else value.decode("latin-1").strip("\0 ")
