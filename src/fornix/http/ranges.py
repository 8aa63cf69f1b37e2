"""Which part of a body a request asks for, and whether its conditions hold. Pure: header text in, values out.

Source: RFC 9110, sections 8.8 (validators), 13 (conditions) and 14 (ranges). Entity tags are given without their
quotes, as storage makes them, and are strong: equal tags mean equal bytes. None stands for a header not sent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_RANGE_SPEC = re.compile(r"(?P<first>[0-9]*)-(?P<last>[0-9]*)\Z", re.ASCII)
_ENTITY_TAG = re.compile(r'(?P<weak>W/)?"(?P<tag>[\x21\x23-\x7e\x80-\xff]*)"\Z')
# Commas may stand inside a tag, so a list cannot be split at them first.
_TAG_IN_LIST = re.compile(r'[ \t,]*(?P<weak>W/)?"(?P<tag>[\x21\x23-\x7e\x80-\xff]*)"[ \t]*(?=,|\Z)')
_MOST_DIGITS = 18  # a longer number is beyond the end of any body


@dataclass(frozen=True, slots=True)
class Range:
    """The bytes [start, stop) of a body of `length` bytes; never empty."""

    start: int
    stop: int
    length: int

    @property
    def content_range(self) -> str:
        """The Content-Range of a 206 answer."""
        return f"bytes {self.start}-{self.stop - 1}/{self.length}"


@dataclass(frozen=True, slots=True)
class Unsatisfiable:
    """The range asked for has no byte of the body, which has `length`: the answer is 416."""

    length: int

    @property
    def content_range(self) -> str:
        """The Content-Range of a 416 answer."""
        return f"bytes */{self.length}"


def parse_range(header: str | None, length: int) -> Range | Unsatisfiable | None:
    """Return the one range asked for of a body of `length` bytes; None: send the whole body, status 200.

    Whatever is not a byte range is ignored, as section 14.2 wants. So are several ranges in one request, which it
    allows: resuming a download needs one, and many small ones are a known attack (section 17.15).
    """
    unit, equals, specs = (header or "").partition("=")
    if not equals or unit.strip(" \t").lower() != "bytes":
        return None
    spec = _only_element(specs)
    match = _RANGE_SPEC.match(spec) if spec is not None else None
    if match is None:
        return None
    first, last = match["first"], match["last"]
    if first:
        return _from_first(_number(first), _number(last) if last else None, length)
    return _from_end(_number(last), length) if last else None


def if_range_holds(header: str | None, etag: str) -> bool:
    """Return whether a Range header may be followed; if not, the whole body is sent (section 13.1.5).

    Holds without the header. A date never holds: a second can see two versions, and sending the whole is always right.
    """
    if header is None:
        return True
    match = _ENTITY_TAG.match(header.strip(" \t"))
    return match is not None and not match["weak"] and match["tag"] == etag


def if_match_holds(header: str | None, etag: str | None) -> bool:
    """Return whether the request may go on; if not, the answer is 412 (section 13.1.1). `etag` None: no such thing."""
    if header is None:
        return True
    if header.strip(" \t") == "*":
        return etag is not None
    return etag is not None and any(tag == etag and not is_weak for is_weak, tag in _tags(header))


def if_none_match_holds(header: str | None, etag: str | None) -> bool:
    """Return whether the request may go on; if not, the answer to a GET is 304 (section 13.1.2)."""
    if header is None:
        return True
    if header.strip(" \t") == "*":
        return etag is None
    return all(tag != etag for _, tag in _tags(header))


def quote_etag(etag: str) -> str:
    """Return the ETag header of a strong entity tag."""
    return f'"{etag}"'


def _only_element(values: str) -> str | None:
    """Return the element of a list that has one; empty elements do not count (section 5.6.1.2)."""
    elements = [element for element in (part.strip(" \t") for part in values.split(",")) if element]
    return elements[0] if len(elements) == 1 else None


def _number(digits: str) -> int:
    """Return the number; of one that is longer than any body only so much that it stays so (and stays cheap)."""
    significant = digits.lstrip("0")
    return int(significant[: _MOST_DIGITS + 1] or "0")


def _from_first(first: int, last: int | None, length: int) -> Range | Unsatisfiable | None:
    if last is not None and last < first:
        return None  # section 14.1.1: invalid, so the header is ignored
    if first >= length:
        return Unsatisfiable(length)
    return Range(first, length if last is None else min(last + 1, length), length)


def _from_end(suffix_length: int, length: int) -> Range | Unsatisfiable | None:
    if suffix_length == 0:
        return Unsatisfiable(length)
    if length == 0:
        return None  # satisfiable by section 14.1.2, but no Content-Range can say "no bytes": send the empty whole
    return Range(max(0, length - suffix_length), length, length)


def _tags(header: str) -> list[tuple[bool, str]]:
    """Return (is weak, tag) of each entity tag of a list; none at all when the list is not well formed."""
    tags = []
    position = 0
    while match := _TAG_IN_LIST.match(header, position):
        tags.append((match["weak"] is not None, match["tag"]))
        position = match.end()
    return tags if not header[position:].strip(" \t,") else []
