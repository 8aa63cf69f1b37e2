"""A bounds-checked walk over the data elements of a data set (PS3.5 chapter 7), keeping the few that are wanted.

It finds values and never interprets them. Damaged input ends the walk: nothing raises, recurses without end or
allocates by a declared length.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from fornix.dicom import tags
from fornix.dicom.source import Window

# Value representations with a 16-bit and with a 32-bit length (PS3.5 7.1.2).
SHORT_VRS = frozenset(b"AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US".split())
LONG_VRS = frozenset(b"OB OD OF OL OV OW SQ SV UC UN UR UT UV".split())

UNDEFINED = 0xFFFFFFFF
ITEM, ITEM_END, SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD

_ENDS = frozenset({ITEM_END, SEQUENCE_END})

#: Bulk data: everything wanted lies before it (tags ascend, PS3.5 7.1).
BULK = frozenset({0x7FE00008, 0x7FE00009, 0x7FE00010, 0xFFFCFFFC})

#: More of a single value is not kept: the longest wanted text, LT, has 10,240 characters (PS3.5 6.2).
VALUE_LIMIT = 64 * 1024

#: An honest header has some hundreds of elements before its last wanted one; hostile nesting is cut here.
STEP_LIMIT = 100_000

#: How far the echo times of frames are gathered: some hundred frames.
FRAME_STEP_LIMIT = 10_000

_HEADS = {True: struct.Struct("<HH2sH"), False: struct.Struct(">HH2sH")}
_IMPLICIT_HEADS = {True: struct.Struct("<HHL"), False: struct.Struct(">HHL")}
_LENGTHS = {True: struct.Struct("<L"), False: struct.Struct(">L")}


@dataclass(slots=True)
class Elements:
    """What a walk found: raw values of the data set and of its first functional groups."""

    is_little_endian: bool
    values: dict[int, bytes] = field(default_factory=dict)
    odd_vrs: dict[int, bytes] = field(default_factory=dict)
    """Value representations as written, where they are not the standard's."""
    group_values: dict[int, bytes] = field(default_factory=dict)
    group_odd_vrs: dict[int, bytes] = field(default_factory=dict)
    echo_times: set[bytes] = field(default_factory=set)
    """Effective echo times of all frames looked at."""
    is_truncated: bool = False
    """The bytes end inside an element."""


#: Tag, value representation (None: not written), length, and where the value begins. A plain tuple: it is made often.
_Element = tuple[int, bytes | None, int, int]


class Walker:
    """One walk over one data set that begins at `position` of the window."""

    def __init__(
        self, window: Window, position: int, total: int | None, *, explicit: bool, little: bool
    ) -> None:
        self.found = Elements(is_little_endian=little)
        self._window = window
        self._position = position
        self._total = total
        self._explicit = explicit
        self._little = little
        self._steps = 0
        self._head = _HEADS[little].unpack_from
        self._length = _LENGTHS[little].unpack_from

    def walk(self) -> Elements:
        """Go on until the pixel data, the last functional group of interest, or the end."""
        run = self._run_explicit if self._explicit else self._run_implicit
        while self._steps < STEP_LIMIT:
            run()
            if not self._take_one():
                break
        return self.found

    def _run_explicit(self) -> None:
        """The fast path: well-formed explicit elements whose values are in memory. Stops before anything else."""
        data, position = self._window.data, self._position - self._window.start
        values, odd, wanted = self.found.values, self.found.odd_vrs, tags.WANTED
        head, long_length = self._head, self._length
        size = len(data)
        while 0 <= position <= size - 12:
            group, element, vr, length = head(data, position)
            if vr in SHORT_VRS:
                start = position + 8
            elif vr in LONG_VRS:
                length = long_length(data, position + 8)[0]
                start = position + 12
            else:
                break
            end = start + length
            tag = group << 16 | element
            if end > size or tag > 0x52000000:
                break
            expected = wanted.get(tag)
            if expected is not None:
                if length > VALUE_LIMIT:
                    break
                values[tag] = data[start:end]
                if vr != expected:
                    odd[tag] = vr
            position = end
        self._position = position + self._window.start

    def _run_implicit(self) -> None:
        """The same for implicit elements."""
        data, position = self._window.data, self._position - self._window.start
        values, wanted = self.found.values, tags.WANTED
        head = _IMPLICIT_HEADS[self._little].unpack_from
        size = len(data)
        while 0 <= position <= size - 8:
            group, element, length = head(data, position)
            end = position + 8 + length
            tag = group << 16 | element
            if end > size or tag > 0x52000000:
                break
            if tag in wanted:
                if length > VALUE_LIMIT:
                    break
                values[tag] = data[position + 8 : end]
            position = end
        self._position = position + self._window.start

    def _take_one(self) -> bool:
        """Take the element that the fast path left; answers whether the walk goes on."""
        element = self._element(self._position, self._explicit)
        if element is None:
            return False
        tag, _, length, start = element
        if tag in BULK:
            self._note_end(start, length)
            return False
        if tag == tags.PerFrameFunctionalGroupsSequence:
            self._take_frames(element)
            return False
        if tag == tags.SharedFunctionalGroupsSequence:
            self._position = self._take_sequence(element, explicit=self._explicit, macros=tags.GROUP_MACROS)
            return True
        if tag >> 16 == 0xFFFE:
            # A stray item or delimiter on this level belongs to a broken sequence: step into or over it.
            self._position = start
            return True
        if tag in tags.WANTED and length != UNDEFINED:
            self._keep(element)
        self._position = self._after(element, explicit=self._explicit)
        return True

    def _keep(self, element: _Element) -> None:
        tag, vr, length, start = element
        value = self._window.bytes_at(start, min(length, VALUE_LIMIT))
        self.found.values[tag] = value
        if vr is not None and vr != tags.WANTED[tag]:
            self.found.odd_vrs[tag] = vr
        if len(value) < min(length, VALUE_LIMIT):
            self.found.is_truncated = True

    def _element(self, position: int, explicit: bool) -> _Element | None:  # noqa: FBT001 - called once per element
        """The element head at `position`; None at the end of the bytes (PS3.5 7.1.2, 7.1.3)."""
        self._steps += 1
        window = self._window
        offset = position - window.start
        if offset < 0 or offset + 12 > len(window.data):
            present = window.cover(position, 12)
            if present < 12:
                return self._last_element(position, present, explicit=explicit)
            offset = position - window.start
        group, number, vr, length = self._head(window.data, offset)
        if explicit and group != 0xFFFE:
            if vr in LONG_VRS:
                return group << 16 | number, vr, self._length(window.data, offset + 8)[0], position + 12
            if vr in SHORT_VRS:
                return group << 16 | number, vr, length, position + 8
            return self._odd_element(position)
        return group << 16 | number, None, self._length(window.data, offset + 4)[0], position + 8

    def _odd_element(self, position: int) -> _Element:
        """An element in an explicit data set whose representation is unknown: of a later standard, damaged, or implicit
        because a writer mixed the two. The reading after which another element follows is the right one."""
        data, offset = self._window.data, position - self._window.start
        group, number, vr, short = self._head(data, offset)
        tag = group << 16 | number
        readings: list[_Element] = [(tag, vr, short, position + 8)]
        if short == 0:
            # New representations have a 32-bit length after two zero bytes (PS3.5 6.2, 7.1.2).
            readings.append((tag, vr, self._length(data, offset + 8)[0], position + 12))
        readings.append((tag, None, self._length(data, offset + 4)[0], position + 8))
        likely = 0 if vr.isalpha() else -1
        follows = (reading for reading in readings if self._element_follows(reading[3] + reading[2]))
        return next(follows, readings[likely])

    def _element_follows(self, position: int) -> bool:
        """Whether an explicit element, an item or a delimiter, or the end, lies at `position` of what is in memory."""
        offset = position - self._window.start
        head = self._window.data[offset : offset + 6]
        if len(head) < 6:
            return position == self._total
        return head[4:6] in SHORT_VRS or head[4:6] in LONG_VRS or head[:2] == b"\xfe\xff"

    def _last_element(self, position: int, present: int, *, explicit: bool) -> _Element | None:
        """The same within the last bytes: an element without value has only eight; fewer are a cut."""
        self.found.is_truncated |= 0 < present < 8
        if present < 8:
            return None
        padded = self._window.bytes_at(position, present) + bytes(12 - present)
        group, number, vr, length = self._head(padded, 0)
        if explicit and group != 0xFFFE:
            if vr in LONG_VRS:
                self.found.is_truncated = True
                return None
            return group << 16 | number, vr, length, position + 8
        return group << 16 | number, None, self._length(padded, 4)[0], position + 8

    def _after(self, element: _Element, *, explicit: bool) -> int:
        """Where the element ends. A value of undefined length is stepped through without recursion (PS3.5 7.5)."""
        _, _, length, start = element
        if length != UNDEFINED:
            self._note_end(start, length)
            return start + length
        return self._after_undefined(start, explicit=self._children_explicit(element, explicit=explicit))

    def _after_undefined(self, position: int, *, explicit: bool) -> int:
        """The end of a sequence or item of undefined length whose content begins at `position`."""
        depth = 1
        implicit_above = None if explicit else 0
        while depth > 0 and self._steps < STEP_LIMIT:
            element = self._element(position, implicit_above is None)
            if element is None:
                return position
            tag, vr, length, position = element
            if tag in _ENDS:
                depth -= 1
                if implicit_above is not None and depth <= implicit_above:
                    implicit_above = None
            elif length == UNDEFINED or (tag == ITEM and self._is_beyond_end(position, length)):
                if implicit_above is None and vr == b"UN":
                    implicit_above = depth
                depth += 1
            else:
                position += length
        return position

    @staticmethod
    def _children_explicit(element: _Element, *, explicit: bool) -> bool:
        """UN of undefined length holds implicit elements whatever surrounds it (PS3.5 6.2.2, note 4)."""
        _, vr, length, _ = element
        return explicit and not (vr == b"UN" and length == UNDEFINED)

    def _take_frames(self, element: _Element) -> None:
        """The first frame's groups. Echo times are gathered from the others too, where the frames do not share one."""
        explicit = self._children_explicit(element, explicit=self._explicit)
        has_shared_echo = tags.EffectiveEchoTime in self.found.group_values
        last_step = min(self._steps + FRAME_STEP_LIMIT, STEP_LIMIT)
        position = element[3]
        while self._steps < last_step:
            item = self._element(position, explicit)
            if item is None or item[0] != ITEM:
                return
            position = self._take_item(item, explicit=explicit, macros=tags.GROUP_MACROS)
            if has_shared_echo:
                return

    def _take_sequence(self, element: _Element, *, explicit: bool, macros: frozenset[int]) -> int:
        """Keep the wanted values of a sequence's first item, one level of macros deep; answers where it ends."""
        explicit = self._children_explicit(element, explicit=explicit)
        _, _, length, position = element
        item = self._element(position, explicit)
        if item is not None and item[0] == ITEM:
            position = self._take_item(item, explicit=explicit, macros=macros)
        if length != UNDEFINED:
            return element[3] + length
        return self._after_undefined(position, explicit=explicit)

    def _take_item(self, item: _Element, *, explicit: bool, macros: frozenset[int]) -> int:
        _, _, length, position = item
        end = position + length if length != UNDEFINED else None
        while (end is None or position < end) and self._steps < STEP_LIMIT:
            element = self._element(position, explicit)
            if element is None:
                return position
            tag = element[0]
            if tag == ITEM_END:
                return element[3]
            if tag in macros:
                position = self._take_sequence(element, explicit=explicit, macros=frozenset())
                continue
            if tag in tags.GROUP_WANTED:
                self._keep_of_group(element)
            position = self._after(element, explicit=explicit)
        return position if end is None else end

    def _keep_of_group(self, element: _Element) -> None:
        """The first value counts: shared groups come before those of the first frame."""
        tag, vr, length, start = element
        if length > VALUE_LIMIT:
            return
        value = self._window.bytes_at(start, length)
        if tag == tags.EffectiveEchoTime:
            self.found.echo_times.add(value)
        if tag in self.found.group_values:
            return
        self.found.group_values[tag] = value
        if vr is not None and vr != tags.GROUP_WANTED[tag]:
            self.found.group_odd_vrs[tag] = vr

    def _note_end(self, start: int, length: int) -> None:
        if length != UNDEFINED and self._is_beyond_end(start, length):
            self.found.is_truncated = True

    def _is_beyond_end(self, start: int, length: int) -> bool:
        return self._total is not None and start + length > self._total
