"""A bounds-checked walk over the data elements of a data set (PS3.5 chapter 7), keeping the few that are wanted.

It finds values and never interprets them. Damaged input ends the walk: nothing raises, recurses without end or
allocates by a declared length.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import NamedTuple

from fornix.dicom import tags
from fornix.dicom.source import Window

# Value representations with a 16-bit and with a 32-bit length (PS3.5 7.1.2).
SHORT_VRS = frozenset(b"AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US".split())
LONG_VRS = frozenset(b"OB OD OF OL OV OW SQ SV UC UN UR UT UV".split())

UNDEFINED = 0xFFFFFFFF
ITEM, ITEM_END, SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD

#: Bulk data: everything wanted lies before it (tags ascend, PS3.5 7.1).
BULK = frozenset({0x7FE00008, 0x7FE00009, 0x7FE00010, 0xFFFCFFFC})

#: More of a single value is not kept: the longest wanted text, LT, has 10,240 characters (PS3.5 6.2).
VALUE_LIMIT = 64 * 1024

#: An honest header has some hundreds of elements before its last wanted one; hostile nesting is cut here.
STEP_LIMIT = 200_000

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
    is_truncated: bool = False
    """The bytes end inside an element."""


class _Element(NamedTuple):
    tag: int
    vr: bytes | None
    length: int
    value_at: int


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
        head, long_length = _HEADS[self._little].unpack_from, _LENGTHS[self._little].unpack_from
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
        element = self._element(self._position, explicit=self._explicit)
        if element is None:
            return False
        tag, _, length, start = element
        if tag in BULK:
            self._note_end(start, length)
            return False
        if tag in (tags.SharedFunctionalGroupsSequence, tags.PerFrameFunctionalGroupsSequence):
            explicit = self._children_explicit(element, explicit=self._explicit)
            self._take_first_item(start, explicit=explicit, macros=tags.GROUP_MACROS)
            if tag == tags.PerFrameFunctionalGroupsSequence:
                return False
        elif tag >> 16 == 0xFFFE:
            # A stray item or delimiter on this level belongs to a broken sequence: step into or over it.
            self._position = start
            return True
        elif tag in tags.WANTED and length != UNDEFINED:
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

    def _element(self, position: int, *, explicit: bool) -> _Element | None:
        """The element head at `position`; None at the end of the bytes (PS3.5 7.1.2, 7.1.3)."""
        self._steps += 1
        present = self._window.cover(position, 12)
        if present < 8:
            self.found.is_truncated |= present > 0
            return None
        data, offset = self._window.data, position - self._window.start
        group, number, vr, length = _HEADS[self._little].unpack_from(data, offset)
        tag = group << 16 | number
        if explicit and vr in LONG_VRS:
            if present < 12:
                self.found.is_truncated = True
                return None
            return _Element(tag, vr, _LENGTHS[self._little].unpack_from(data, offset + 8)[0], position + 12)
        # Two capitals that are no known representation have a 16-bit length, as pydicom reads them; anything
        # else is an implicit element that a writer has mixed in.
        if explicit and tag >> 16 != 0xFFFE and (vr in SHORT_VRS or (vr.isalpha() and vr.isupper())):
            return _Element(tag, vr, length, position + 8)
        return _Element(tag, None, _LENGTHS[self._little].unpack_from(data, offset + 4)[0], position + 8)

    def _after(self, element: _Element, *, explicit: bool) -> int:
        """Where the element ends. A value of undefined length is stepped through without recursion (PS3.5 7.5)."""
        if element.length != UNDEFINED:
            self._note_end(element.value_at, element.length)
            return element.value_at + element.length
        return self._after_undefined(
            element.value_at, explicit=self._children_explicit(element, explicit=explicit)
        )

    def _after_undefined(self, position: int, *, explicit: bool) -> int:
        """The end of a sequence or item of undefined length whose content begins at `position`."""
        depth = 1
        implicit_above = None if explicit else 0
        while depth > 0 and self._steps < STEP_LIMIT:
            element = self._element(position, explicit=implicit_above is None)
            if element is None:
                return position
            position = element.value_at
            if element.tag in (ITEM_END, SEQUENCE_END):
                depth -= 1
                if implicit_above is not None and depth <= implicit_above:
                    implicit_above = None
            elif element.length == UNDEFINED:
                if implicit_above is None and element.vr == b"UN":
                    implicit_above = depth
                depth += 1
            else:
                position += element.length
        return position

    @staticmethod
    def _children_explicit(element: _Element, *, explicit: bool) -> bool:
        """UN of undefined length holds implicit elements whatever surrounds it (PS3.5 6.2.2, note 4)."""
        return explicit and not (element.vr == b"UN" and element.length == UNDEFINED)

    def _take_first_item(self, position: int, *, explicit: bool, macros: frozenset[int]) -> None:
        """Keep the wanted values of the first item at `position`, one level of macros deep."""
        item = self._element(position, explicit=explicit)
        if item is None or item.tag != ITEM:
            return
        position = item.value_at
        end = position + item.length if item.length != UNDEFINED else None
        while (end is None or position < end) and self._steps < STEP_LIMIT:
            element = self._element(position, explicit=explicit)
            if element is None or element.tag == ITEM_END:
                return
            if element.tag in tags.GROUP_WANTED and element.length <= VALUE_LIMIT:
                value = self._window.bytes_at(element.value_at, element.length)
                self.found.group_values.setdefault(element.tag, value)
                if element.vr is not None and element.vr != tags.GROUP_WANTED[element.tag]:
                    self.found.group_odd_vrs.setdefault(element.tag, element.vr)
            elif element.tag in macros:
                inside = self._children_explicit(element, explicit=explicit)
                self._take_first_item(element.value_at, explicit=inside, macros=frozenset())
            position = self._after(element, explicit=explicit)

    def _note_end(self, start: int, length: int) -> None:
        if self._total is not None and length != UNDEFINED and start + length > self._total:
            self.found.is_truncated = True
