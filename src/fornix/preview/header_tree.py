"""The whole header of a DICOM file as lines for a page: nested, bounded, whatever the bytes are.

It walks by itself, without recursion: a hostile header ends it early, and never takes memory by a declared length.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from fornix.dicom.envelope import DEFLATED, is_explicit, is_little_endian, read_envelope
from fornix.dicom.header import PREFIX_BYTES, NotDicom
from fornix.dicom.signatures import why_not_dicom
from fornix.dicom.source import Inflater, ReadAt, Window
from fornix.dicom.text import UNDECLARED, Charset
from fornix.dicom.walk import BULK, ITEM, ITEM_END, LONG_VRS, SEQUENCE_END, SHORT_VRS, UNDEFINED
from fornix.preview.header_names import is_creator, is_private, name_of, usual_vr
from fornix.preview.header_values import READ_BYTES, value_text

MOST_LINES = 4_000
MOST_STEPS = 100_000
MOST_DEPTH = 12
CHARACTER_SET = 0x00080005


@dataclass(frozen=True, slots=True)
class HeaderLine:
    """One element. `depth` is 0 on the data set's own level; an item of a sequence has no tag."""

    depth: int
    tag: str  # "(0010,0010)"
    vr: str
    name: str
    value: str
    is_private: bool = False


@dataclass(frozen=True, slots=True)
class HeaderTree:
    """The lines in the order of the file. `is_cut`: there is more than is shown."""

    lines: tuple[HeaderLine, ...]
    is_cut: bool


@dataclass(slots=True)
class _Level:
    """A data set, a sequence or an item that the walk is in."""

    end: int | None  # None: until its delimiter
    explicit: bool
    charset: Charset
    creators: dict[tuple[int, int], str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Head:
    tag: int
    vr: str  # empty: not written
    length: int
    start: int


def read_tree(read_at: ReadAt, length: int) -> HeaderTree:
    """All elements up to the pixel data. Raises NotDicom."""
    prefix = read_at(0, min(PREFIX_BYTES, length))
    envelope = read_envelope(prefix)
    if envelope is None:
        raise NotDicom(why_not_dicom(prefix))
    begin = 132 if envelope.has_preamble else 4 if prefix[:4] == b"DICM" else 0
    meta = _Walk(Window(prefix, read_at), begin, little=True, explicit=True, end=envelope.dataset_offset)
    lines = list(meta.lines())
    window, offset = Window(prefix, read_at), envelope.dataset_offset
    first = window.bytes_at(offset, 8)
    if envelope.transfer_syntax_uid in DEFLATED and not (first[:2] == b"\x08\0" and is_explicit(first)):
        inflater = Inflater(window, offset)
        window, offset, length = Window(inflater.read_at(0, PREFIX_BYTES), inflater.read_at), 0, 0
        first = window.bytes_at(0, 8)
    walk = _Walk(
        window, offset, little=is_little_endian(first), explicit=is_explicit(first), end=length or None
    )
    lines += walk.lines()
    return HeaderTree(tuple(lines), meta.is_cut or walk.is_cut)


class _Walk:
    """One walk; `lines` gives them once."""

    def __init__(
        self, window: Window, position: int, *, little: bool, explicit: bool, end: int | None
    ) -> None:
        self.is_cut = False
        self._window = window
        self._position = position
        self._order = "<" if little else ">"
        self._little = little
        self._levels = [_Level(end, explicit, UNDECLARED)]

    def lines(self) -> Iterator[HeaderLine]:
        """Element by element, until the bulk data, the end or a limit."""
        given = 0
        for _ in range(MOST_STEPS):
            self._leave_ended()
            head = self._head()
            if head is None:
                return
            for line in self._take(head):
                yield line
                given += 1
            if head.tag in BULK and len(self._levels) == 1:
                return
            if given >= MOST_LINES:
                break
        self.is_cut = True

    def _leave_ended(self) -> None:
        while len(self._levels) > 1 and self._is_over(self._levels[-1]):
            self._levels.pop()

    def _is_over(self, level: _Level) -> bool:
        return level.end is not None and self._position >= level.end

    def _head(self) -> _Head | None:
        level, position = self._levels[-1], self._position
        if level.end is not None and position + 8 > level.end:
            return None
        data = self._window.bytes_at(position, 12)
        if len(data) < 8:
            return None
        group, element = struct.unpack_from(f"{self._order}HH", data)
        tag, vr = group << 16 | element, data[4:6]
        if level.explicit and group != 0xFFFE:
            short = int(struct.unpack_from(f"{self._order}H", data, 6)[0])
            is_long = vr in LONG_VRS or (vr not in SHORT_VRS and vr.isalpha() and short == 0)
            if is_long and len(data) == 12:
                return _Head(
                    tag, _word(vr), int(struct.unpack_from(f"{self._order}L", data, 8)[0]), position + 12
                )
            if vr in SHORT_VRS or vr.isalpha():
                return _Head(tag, _word(vr), short, position + 8)
        return _Head(tag, "", int(struct.unpack_from(f"{self._order}L", data, 4)[0]), position + 8)

    def _take(self, head: _Head) -> Iterator[HeaderLine]:
        """The line of an element, if it is to be shown, and where the walk goes on."""
        if head.tag in (ITEM_END, SEQUENCE_END):
            self._position = head.start
            if len(self._levels) > 1:
                self._levels.pop()
            return
        depth = len(self._levels) - 1
        is_item = head.tag == ITEM
        vr = head.vr or usual_vr(head.tag, self._creator(head.tag))
        if is_item or vr == "SQ" or (head.length == UNDEFINED and head.tag not in BULK):
            if self._enter(head, vr) and depth < 2 * MOST_DEPTH:
                yield self._line(head, "" if is_item else vr, "", depth)
            return
        length = 0 if head.length == UNDEFINED else head.length
        value = self._window.bytes_at(head.start, 0 if head.tag in BULK else min(length, READ_BYTES))
        self._position = head.start + length
        self._learn(head.tag, value)
        if depth < 2 * MOST_DEPTH:
            yield self._line(head, vr, self._text(head.tag, value, vr, length), depth)

    def _enter(self, head: _Head, vr: str) -> bool:
        """Goes into a sequence or item; over it, where it lies too deep. Answers whether it is one."""
        level = self._levels[-1]
        if head.length != UNDEFINED and len(self._levels) > 2 * MOST_DEPTH:
            self._position, self.is_cut = head.start + head.length, True
            return False
        end = None if head.length == UNDEFINED else head.start + head.length
        # UN of undefined length holds implicit elements whatever surrounds it (PS3.5 6.2.2, note 4).
        explicit = level.explicit and not (vr == "UN" and head.length == UNDEFINED)
        self._levels.append(_Level(end, explicit, level.charset))
        self._position = head.start
        return True

    def _learn(self, tag: int, value: bytes) -> None:
        level = self._levels[-1]
        if tag == CHARACTER_SET:
            level.charset = Charset(value)
        if is_creator(tag):
            level.creators[tag >> 16, tag & 0xFFFF] = value.decode("latin-1").strip("\0 ")

    def _text(self, tag: int, value: bytes, vr: str, length: int) -> str:
        if tag in BULK:
            return f"{length:,} bytes" if length else "in fragments"
        return value_text(value, vr, length, self._levels[-1].charset, little=self._little)

    def _line(self, head: _Head, vr: str, value: str, depth: int) -> HeaderLine:
        group, element = head.tag >> 16, head.tag & 0xFFFF
        if head.tag == ITEM:
            return HeaderLine(depth, "", "", "Item", value)
        return HeaderLine(
            depth,
            f"({group:04X},{element:04X})",
            vr,
            name_of(head.tag, self._creator(head.tag)),
            value,
            is_private(head.tag),
        )

    def _creator(self, tag: int) -> str:
        """Who reserved a private element's block (PS3.5 7.8.1)."""
        group, element = tag >> 16, tag & 0xFFFF
        if not is_private(tag) or element <= 0xFF:
            return ""
        return self._levels[-1].creators.get((group, element >> 8), "")


def _word(vr: bytes) -> str:
    return vr.decode("latin-1")
