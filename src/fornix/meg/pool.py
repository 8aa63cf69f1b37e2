"""The candidates that no recording has claimed yet, and reading them without trust in the opener or the bytes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import TypeVar

from fornix.meg.recording import Candidate, Opener
from fornix.meg.window import CutShort, NotThisFormat, Window

T = TypeVar("T")


class Pool:
    """Formats claim files from it in turn; in the end each candidate is claimed or refused with a reason."""

    def __init__(self, candidates: Iterable[Candidate], open_: Opener) -> None:
        self._open = open_
        self._folders: dict[str, dict[str, Candidate]] = defaultdict(dict)
        for candidate in sorted(candidates, key=lambda candidate: candidate.path):
            self._folders[candidate.folder][candidate.path] = candidate
        self.reasons: dict[str, str] = {}

    def left(self) -> list[Candidate]:
        """The unclaimed candidates, folder by folder."""
        return [candidate for files in self._folders.values() for candidate in files.values()]

    def beside(self, folder: str) -> list[Candidate]:
        """The unclaimed candidates directly in this folder, by path."""
        return list(self._folders[folder].values())

    def by_folder(self) -> dict[str, list[Candidate]]:
        """All unclaimed candidates by the folder that they lie in."""
        return {folder: list(files.values()) for folder, files in self._folders.items() if files}

    def claim(self, paths: Iterable[str]) -> None:
        for path in paths:
            self._folders[path.rpartition("/")[0]].pop(path, None)

    def refuse(self, path: str, reason: str) -> None:
        """This file is of no recording; the reason is shown to the operator."""
        self.claim([path])
        self.reasons[path] = reason

    def read(self, candidate: Candidate, reader: Callable[[Window], T]) -> T:
        """What `reader` makes of the file. NotThisFormat when it is another format, ends early or cannot be opened."""
        try:
            with self._open(candidate.path) as stream:
                return reader(Window(stream, candidate.length))
        except CutShort as error:
            raise NotThisFormat(f"the file ends within its header ({candidate.length:,} bytes)") from error
        except OSError as error:
            raise NotThisFormat(f"the file cannot be read ({type(error).__name__})") from error

    def head(self, candidate: Candidate, size: int) -> bytes:
        """The first bytes, b'' when the file cannot be read."""
        try:
            return self.read(candidate, lambda window: window.head(size))
        except NotThisFormat:
            return b""
