"""Bytes of text elements -> str, by Specific Character Set (PS3.3 C.12.1.1.2, PS3.5 6.1.2).

Most text is plain ASCII, whatever is declared; `decoding` is asked for the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fornix.dicom.decoding import Decoder

ESCAPE = b"\x1b"

# After these the first character set holds again (PS3.5 6.1.2.5.3).
_TEXT_DELIMITERS = frozenset(b"\r\n\t\f\\")
_NAME_DELIMITERS = frozenset(b"\r\n\t\f^=")


class Charset:
    """The character sets that one data set declares."""

    __slots__ = ("_declared", "_made")

    def __init__(self, declared: bytes) -> None:
        self._declared = declared
        self._made: Decoder | None = None

    def text(self, value: bytes | None) -> str:
        """One text value (LO, SH, ST, LT, UT), several joined by backslashes; padding and NULs removed."""
        if not value:
            return ""
        if value.isascii() and ESCAPE not in value:
            return _clean(value.decode("ascii"))
        return _clean(self._decoder().decode(value, _TEXT_DELIMITERS))

    def name(self, value: bytes | None) -> str:
        """A person name: its component groups decoded apart and joined by `=` again (PS3.5 6.2.1)."""
        if not value:
            return ""
        if value.isascii() and ESCAPE not in value:
            return _clean(value.decode("ascii")).rstrip("=")
        groups = [self._decoder().decode(group, _NAME_DELIMITERS) for group in value.split(b"=")]
        return _clean("=".join(groups)).rstrip("=")

    def _decoder(self) -> Decoder:
        if self._made is None:
            # Its tables are pydicom's, which takes a third of a command's start to import: only where needed.
            from fornix.dicom.decoding import Decoder

            self._made = Decoder(self._declared)
        return self._made


def _clean(text: str) -> str:
    # NUL cannot be stored as text by every database, and has no meaning in any value representation.
    text = text.strip("\0 ")
    return text.replace("\0", "") if "\0" in text else text


#: Nothing declared: the default repertoire (PS3.5 6.1.2.2), read leniently.
UNDECLARED = Charset(b"")
