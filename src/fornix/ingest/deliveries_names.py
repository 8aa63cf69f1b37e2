"""Pure: the names that senders give to files: with the folders that they lay in, and no way out of them."""

from __future__ import annotations

import re
import unicodedata

from fornix.errors import Invalid

NAME_LENGTH = 900  # of 1,000: room for what tells two of one name apart
_DRIVE = re.compile(r"\A[A-Za-z]:")


class NameUnfit(Invalid):
    """A file's name has 1 to 900 characters, with its folders."""


def clean_name(text: str) -> str:
    """A name below no folder but its own: `C:\\data\\..\\1.dcm` -> `data/1.dcm`. Raises NameUnfit."""
    path = _DRIVE.sub("", text).replace("\\", "/")
    parts = [_printable(part) for part in path.split("/") if part.strip() not in ("", ".", "..")]
    name = "/".join(parts)
    if not name or len(name) > NAME_LENGTH:
        raise NameUnfit
    return name


def another_name(name: str, number: int) -> str:
    """The name of another file of one name: `sub/1.dcm` -> `sub/1~2.dcm`."""
    folder, slash, base = name.rpartition("/")
    stem, dot, suffix = base.partition(".")
    return f"{folder}{slash}{stem}~{number}{dot}{suffix}"


def _printable(part: str) -> str:
    return "".join("_" if unicodedata.category(sign) in ("Cc", "Cs", "Cf") else sign for sign in part)
