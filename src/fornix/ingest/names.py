"""Names of files in their resources. Pure."""

from __future__ import annotations

import posixpath
import re
import unicodedata
from collections.abc import Iterable

_UID = re.compile(r"[0-9][0-9.]{0,63}")
_LENGTH = 1000


def plain_name(name: str) -> str:
    """A file's name as databases and terminals take it: bytes that are no text become `\\udc..`, a NUL is left out."""
    return name.encode("utf-8", "backslashreplace").decode().replace("\0", "")


def printable(text: str) -> str:
    """Text of a file or a header for a line on a terminal: control and direction characters as `?`."""
    return "".join(c if unicodedata.category(c) not in ("Cc", "Cf", "Cs") else "?" for c in text)


def instance_name(sop_instance_uid: str, content_sha256: str) -> str:
    """A DICOM file is named by its SOPInstanceUID; without a usable one, by its content."""
    if _UID.fullmatch(sop_instance_uid):
        return f"{sop_instance_uid}.dcm"
    return f"instance-{content_sha256[:16]}.dcm"


def beside_name(name: str, sha256: str) -> str:
    """The name of another file that has the same one: with a piece of its hash."""
    stem, suffix = posixpath.splitext(name)
    return f"{stem[: _LENGTH - 20]}-{sha256[:8]}{suffix[:8]}"


def shared_folder(names: Iterable[str]) -> str:
    """The deepest folder that all these files lie in."""
    folders = {posixpath.dirname(name) for name in names}
    return posixpath.commonpath(folders) if folders else ""


def within(folder: str, name: str) -> str:
    """The path of a file in a folder that holds it, fit for a zip: no control characters, no way out."""
    path = name[len(folder) :].lstrip("/") if folder and name.startswith(folder) else name.lstrip("/")
    parts = [part for part in path.split("/") if part not in ("", ".", "..")]
    clean = ("".join(c if unicodedata.category(c)[0] != "C" else "_" for c in part) for part in parts)
    return "/".join(clean)[-_LENGTH:].replace("\\", "_").replace(":", "_") or "unnamed"
