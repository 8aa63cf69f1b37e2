"""Walk the tags of a FIF file: by its directory where that is sound, else one after the other.

Only tag headers (16 bytes each) are read and data buffers are sought over, so a file of 2 GB costs a few thousand small
reads. It knows the container, not the meaning of tags. Source: the FIFF file format description (Elekta Neuromag).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from fornix.meg.window import CutShort, NotThisFormat, Window

MAGIC = struct.pack(">3i", 100, 31, 20)  # every FIF file begins with the tag FIFF_FILE_ID, an id of 20 bytes
MAX_TAGS = 1_000_000  # a 2 GB recording has a few thousand

HEADER = struct.Struct(">4i")
DIRECTORY_POINTER, DIRECTORY = 101, 102
TYPE_DIRECTORY = 32
NEXT_SEQUENTIAL, NEXT_NONE = 0, -1


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag: kind, type, and where its `size` bytes of payload lie."""

    kind: int
    type: int
    size: int
    offset: int


def walk(window: Window, problems: list[str]) -> Iterator[Tag]:
    """The tags in file order. What is wrong with the file is added to `problems`; the tags before it are given."""
    if window.head(len(MAGIC)) != MAGIC:
        raise NotThisFormat("does not begin with a FIF file id")
    entries = _directory(window, problems)
    return iter(entries) if entries is not None else _linear(window, problems)


def _directory(window: Window, problems: list[str]) -> list[Tag] | None:
    """All tags by the directory at the end of the file; None when there is none, or when it lies."""
    try:
        kind, _, size, _ = window.unpack(">4i", 36)
        (position,) = window.unpack(">i", 52)
        if kind != DIRECTORY_POINTER or size != 4 or position <= 0:
            return None
        if position >= window.length:
            problems.append(
                f"truncated: the tag directory at byte {position:,} lies behind the end of the file"
            )
            return None
        kind, type_, size, _ = window.unpack(">4i", position)
        if (kind, type_) != (DIRECTORY, TYPE_DIRECTORY) or size % 16 or not 0 < size <= 16 * MAX_TAGS:
            return None
        entries = [
            Tag(k, t, s, p + 16) for k, t, s, p in HEADER.iter_unpack(window.read(position + 16, size))
        ]
    except CutShort:
        return None
    if not _is_sound(entries, window, position):
        return None
    _note_rest(max(position + 16 + size, *(tag.offset + tag.size for tag in entries)), window, problems)
    return entries


def _is_sound(entries: list[Tag], window: Window, directory_at: int) -> bool:
    """Whether the directory covers the file: from its first byte, without gaps, up to the directory itself."""
    expected = 0
    for tag in entries:
        if tag.kind == -1:  # the closing entry of some writers
            continue
        if tag.offset - 16 != expected or tag.size < 0:
            return False
        expected = tag.offset + tag.size
    return expected in (directory_at, window.length, directory_at + 16 + 16 * len(entries))


def _linear(window: Window, problems: list[str]) -> Iterator[Tag]:
    position = farthest = 0
    visited: set[int] = set()
    while position != window.length:
        tag_problem = _problem_at(position, window, visited)
        if tag_problem:
            problems.append(tag_problem)
            return
        visited.add(position)
        kind, type_, size, next_ = window.unpack(">4i", position)
        end = position + 16 + size
        if size < 0:
            problems.append(f"damaged: the tag at byte {position:,} has a negative length")
            return
        if end > window.length:
            problems.append(
                f"truncated: {end - window.length:,} bytes of the tag at byte {position:,} are missing"
            )
            return
        yield Tag(kind, type_, size, position + 16)
        farthest = max(farthest, end)
        if next_ == NEXT_NONE:
            _note_rest(farthest, window, problems)
            return
        if next_ < 0:
            problems.append(f"damaged: the tag at byte {position:,} points to byte {next_:,}")
            return
        position = end if next_ == NEXT_SEQUENTIAL else next_


def _note_rest(end: int, window: Window, problems: list[str]) -> None:
    """Readers of FIF files never look behind the last tag, so what lies there is for a person to look at."""
    if end < window.length:
        problems.append(f"{window.length - end:,} bytes lie behind the last tag, which ends at byte {end:,}")


def _problem_at(position: int, window: Window, visited: set[int]) -> str:
    """Why no tag can be read at this position, or ''."""
    if position in visited:
        return f"damaged: the tag pointers run in a circle at byte {position:,}"
    if len(visited) >= MAX_TAGS:
        return f"damaged: more than {MAX_TAGS:,} tags"
    if position > window.length:
        return f"truncated: the next tag, at byte {position:,}, lies behind the end of the file"
    if position + 16 > window.length:
        return f"truncated: the file ends within the tag header at byte {position:,}"
    return ""
