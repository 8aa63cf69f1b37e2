"""What an import reads: named files, and what could not be read. Values only; found by sources and archives."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import BinaryIO


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file to import. `open` is called once, from any thread."""

    name: str  # where it came from: path of the file, or of the archive and in it, '/' separated; see plain_name
    root: str  # the folder, or archive, that was named for import
    length: int
    open: Callable[[], AbstractContextManager[BinaryIO]]
    is_spooled: bool = False  # out of an archive: its bytes may be in memory until it is read


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that could not be read, with the reason. It is told to the operator, and the import fails."""

    name: str
    reason: str


Source = SourceFile | Unreadable
