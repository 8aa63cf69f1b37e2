"""Files of the inbox as an import reads them: as they were seen, or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from functools import partial
from io import FileIO
from pathlib import Path
from typing import BinaryIO, cast

from fornix.ingest.archives import open_archive
from fornix.ingest.inbox_earlier import unshelved
from fornix.ingest.inbox_survey import Seen, told
from fornix.ingest.names import plain_name
from fornix.ingest.source_files import Source, SourceFile, Unreadable

_HEAD_BYTES = 512


class Changed(OSError):
    """It changed while it was read, or is not the file any more that was seen."""

    def __init__(self) -> None:
        super().__init__(None, str(self.__doc__))


class SteadyFile(FileIO):
    """A file that must stay as it was seen until it is read to its end. Raises Changed."""

    def __init__(self, seen: Seen) -> None:
        # No link is followed, and a pipe that was put in the file's place does not wait for its writer.
        flags = os.O_RDONLY | os.O_NONBLOCK | getattr(os, "O_NOFOLLOW", 0)
        super().__init__(os.open(seen.place, flags), "rb")
        self._seen = seen
        try:
            self._check()
        except BaseException:
            self.close()
            raise

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(-1 if size is None else size)
        if size is None or size < 0 or len(data) < size:
            self._check()
        return data

    def _check(self) -> None:
        now = os.fstat(self.fileno())
        if (now.st_size, now.st_mtime_ns) != (self._seen.length, self._seen.modified_ns):
            raise Changed


def open_seen(seen: Seen) -> BinaryIO:
    """The file's bytes. Raises OSError, Changed among them."""
    return cast("BinaryIO", SteadyFile(seen))


def sources_of(inbox: Path, files: Sequence[Seen]) -> Iterator[Source]:
    """The files, archives opened one level deep. What lies beside what is told by the sender's folder."""
    home = os.path.realpath(inbox)
    for seen in files:
        relative = unshelved(inbox, seen.place)
        root = plain_name(str(inbox / relative.parts[0] if len(relative.parts) > 1 else inbox))
        yield from _of_file(seen, plain_name(str(inbox / relative)), root, home)


def _of_file(seen: Seen, name: str, root: str, home: str) -> Iterator[Source]:
    try:
        # A folder above that was exchanged for a link since would lead out of the inbox.
        if not Path(os.path.realpath(seen.place)).is_relative_to(home):
            raise Changed
        with open_seen(seen) as stream:
            head = stream.read(_HEAD_BYTES)
        inside = open_archive(seen.place, root, head)
    except OSError as error:
        yield Unreadable(name, told(error))
        return
    if inside is not None:
        yield from inside
    else:
        opens = cast("partial[AbstractContextManager[BinaryIO]]", partial(open_seen, seen))
        yield SourceFile(name, root, seen.length, opens)
