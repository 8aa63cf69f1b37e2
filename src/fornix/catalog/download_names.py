"""Pure: how files are called inside a download, so that any disk takes them: safe, short enough, told apart by all.

Scanners and people name files as they like; Windows and macOS do not tell capitals apart, and unpack elsewhere.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f-\x9f<>:"|?*\\\ud800-\udfff]')
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?=\.|$)")
_MAX_PART_BYTES = 200  # disks take 255; what is added to tell names apart needs room
_MAX_SUFFIX = 20


def safe_path(name: str, fallback: str = "file") -> str:
    """The name as a relative path of harmless parts: no `..`, no drive, no control characters, no empty part."""
    parts = [safe_part(part) for part in name.replace("\\", "/").split("/")]
    return "/".join(filter(None, parts)) or fallback


def safe_part(part: str) -> str:
    """One part of a path; empty when nothing usable is left of it (`.`, `..`, blanks)."""
    cleaned = _FORBIDDEN.sub("_", part).strip().rstrip(". ")
    if not cleaned:
        return ""
    if _RESERVED.match(cleaned):
        cleaned = f"_{cleaned}"
    return _shortened(cleaned)


def scan_folder(scan_id: str, scan_type: str) -> str:
    """XNAT's `{scan id}-{type}`, `{scan id}` without a type (contract xnat-rest, zip layout)."""
    kind = re.sub(r"\W", "_", scan_type)
    return safe_part(f"{scan_id}-{kind}" if kind else scan_id) or "_"


def unique_paths(paths: Iterable[str]) -> list[str]:
    """The paths in their order, later ones renamed `name_2.ext` where a disk would take them for an earlier one.

    That is so for names that differ in case or Unicode form only, and for a file where a folder of that name is.
    """
    wanted = list(paths)
    folders = {folded for path in wanted for folded in _folders_of(_fold(path))}
    taken: set[str] = set()
    counts: dict[str, int] = {}
    unique = []
    for path in wanted:
        chosen, folded = path, _fold(path)
        while folded in taken or folded in folders:
            number = counts[_fold(path)] = counts.get(_fold(path), 1) + 1
            chosen = _numbered(path, number)
            folded = _fold(chosen)
        taken.add(folded)
        unique.append(chosen)
    return unique


def _fold(path: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", path).casefold())


def _folders_of(path: str) -> Iterable[str]:
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path


def _numbered(path: str, number: int) -> str:
    folder, slash, name = path.rpartition("/")
    stem, suffix = _split(name)
    return f"{folder}{slash}{stem}_{number}{suffix}"


def _split(name: str) -> tuple[str, str]:
    stem, dot, suffix = name.rpartition(".")
    return (stem, dot + suffix) if stem and len(suffix) <= _MAX_SUFFIX else (name, "")


def _shortened(name: str) -> str:
    if len(name.encode()) <= _MAX_PART_BYTES:
        return name
    stem, suffix = _split(name)
    room = _MAX_PART_BYTES - len(suffix.encode())
    return stem.encode()[:room].decode(errors="ignore").rstrip(". ") + suffix
