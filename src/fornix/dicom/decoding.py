"""Bytes of text beyond ASCII -> str. Knows character sets only.

A wrong or missing declaration never raises: what cannot be decoded as declared is read as UTF-8 if it is that,
else with replacement characters. The tables are pydicom's; its decoder is not called because it warns, globally.
"""

from __future__ import annotations

import re

from pydicom.charset import CODES_TO_ENCODINGS, STAND_ALONE_ENCODINGS, handled_encodings, python_encoding

ESCAPE = b"\x1b"
_FRAGMENT = re.compile(rb"[^\x1b]+|\x1b[^\x1b]*")


class Decoder:
    """Decodes by the character sets that one data set declares (0008,0005)."""

    __slots__ = ("_encodings", "_is_declared")

    def __init__(self, declared: bytes) -> None:
        terms = [term.strip("\0 ") for term in declared.decode("latin-1").split("\\")]
        self._is_declared = any(terms)
        self._encodings = _encodings(terms)

    def decode(self, value: bytes, delimiters: frozenset[int]) -> str:
        """The value as text; `delimiters` end what an escape sequence switched to (PS3.5 6.1.2.5.3)."""
        if ESCAPE not in value:
            return self._decode_plain(value)
        fragments = _FRAGMENT.findall(value)
        return "".join(self._decode_fragment(fragment, delimiters) for fragment in fragments)

    def _decode_plain(self, value: bytes) -> str:
        attempts = [self._encodings[0], "utf-8"] if self._is_declared else ["utf-8", self._encodings[0]]
        for encoding in attempts:
            try:
                return value.decode(encoding)
            except UnicodeError:
                continue
        return value.decode(self._encodings[0], errors="replace")

    def _decode_fragment(self, fragment: bytes, delimiters: frozenset[int]) -> str:
        """A run that begins with an escape sequence, or the run before the first one (PS3.5 6.1.2.5)."""
        if not fragment.startswith(ESCAPE):
            return self._decode_plain(fragment)
        size = 4 if fragment.startswith((b"\x1b$(", b"\x1b$)")) else 3
        encoding = CODES_TO_ENCODINGS.get(fragment[:size])
        if encoding is None:
            return self._decode_plain(fragment)
        if encoding in handled_encodings and encoding != "iso_ir_58":
            return fragment.decode(encoding, errors="replace")
        body = fragment[size:]
        stop = next((at for at, byte in enumerate(body) if byte in delimiters), len(body))
        rest = self._decode_plain(body[stop:]) if stop < len(body) else ""
        return body[:stop].decode(encoding, errors="replace") + rest


def _encodings(terms: list[str]) -> list[str]:
    """Python's names for the declared terms, common misspellings repaired, unknown ones read as the default."""
    if terms[0] in STAND_ALONE_ENCODINGS:
        terms = terms[:1]
    found = [
        _encoding(term or "ISO_IR 6")
        for term in terms
        if term not in STAND_ALONE_ENCODINGS or len(terms) == 1
    ]
    return found or ["latin-1"]


def _encoding(term: str) -> str:
    known = python_encoding.get(term)
    if known is not None:
        return known
    spelled = re.fullmatch(r"ISO.?(2022)?.?IR.?(\d+)", term, re.IGNORECASE)
    if spelled is not None:
        prefix = "ISO 2022 IR " if spelled[1] else "ISO_IR "
        return python_encoding.get(prefix + spelled[2], "latin-1")
    return "utf-8" if term.upper() in ("UTF-8", "UTF8") else "latin-1"
