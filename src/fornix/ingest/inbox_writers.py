"""Which files some process of this machine has open for writing (Linux, proc(5)). Elsewhere stillness alone tells."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

_PROC = Path("/proc")


def open_for_writing(places: Iterable[Path]) -> frozenset[Path]:
    """Those of the files that a process may still write to, among the processes that we may look into."""
    identities: dict[tuple[int, int], Path] = {}
    for place in places:
        try:
            status = place.lstat()
        except OSError:
            continue
        identities[status.st_dev, status.st_ino] = place
    if not identities:
        return frozenset()
    names = {place.name for place in identities.values()}
    return frozenset(
        identities[identity]
        for process, number in _open_files(names)
        if (identity := _identity(process, number)) in identities and _is_writing(process, number)
    )


def _open_files(names: set[str]) -> Iterator[tuple[str, str]]:
    """Process and descriptor of open files with one of these names: a link is cheap to read, whatever it leads to."""
    for process in _listed(_PROC):
        if not process.isdigit():
            continue
        for link in _listed(_PROC / process / "fd"):
            try:
                target = (_PROC / process / "fd" / link).readlink()
            except OSError:
                continue
            if target.name in names:
                yield process, link


def _listed(folder: Path) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return [entry.name for entry in entries]
    except OSError:
        return []  # another one's, or it has ended


def _identity(process: str, number: str) -> tuple[int, int] | None:
    try:
        status = (_PROC / process / "fd" / number).stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _is_writing(process: str, number: str) -> bool:
    try:
        lines = (_PROC / process / "fdinfo" / number).read_text().splitlines()
    except OSError:
        return False
    flags = next((line.split()[1] for line in lines if line.startswith("flags:")), "0")
    return int(flags, 8) & os.O_ACCMODE != os.O_RDONLY
