"""Forms with one file in them (multipart), read as they come: the file goes to a disk with room, not into memory.

The framework's own parser takes a body that was cut off for whole; here it reads from a stream that raises.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest

from fornix.errors import Invalid
from fornix.http.bodies import CHUNK_BYTES, BodyStream


class LengthNeeded(Invalid):
    """A form is sent with its length. Send the file itself as the body when its length is not known."""


class OneFileNeeded(Invalid):
    """The form has one file in it: choose one. For several, pack them into an archive."""


def read_safely(request: HttpRequest, scratch: Path) -> None:
    """Prepares the request, before anything of its form is read. Raises LengthNeeded.

    A form that is cut off raises BodyCut where it is read first.
    """
    body = _FormStream(request)
    if body.length is None:
        raise LengthNeeded
    scratch.mkdir(parents=True, exist_ok=True)
    request._stream = cast("BinaryIO", body)
    request.upload_handlers = [_ToScratch(scratch)]


def only_file(request: HttpRequest) -> UploadedFile[Any]:
    """The form's one file. Raises OneFileNeeded."""
    files = [file for name in request.FILES for file in request.FILES.getlist(name) if file.size]
    if len(files) != 1:
        raise OneFileNeeded
    return files[0]


def chunks_of(file: UploadedFile[Any]) -> Iterator[bytes]:
    """Its bytes, from the beginning."""
    file.seek(0)
    while chunk := file.read(CHUNK_BYTES):
        yield chunk


class _FormStream(BodyStream):
    """As the framework's parser reads: by `readline` it only takes what is left after the last file."""

    def readline(self, size: int = CHUNK_BYTES) -> bytes:
        return self.read(size)


class _ToScratch(FileUploadHandler):
    """Each file into a temporary one without a name: a process that dies leaves nothing."""

    def __init__(self, scratch: Path) -> None:
        super().__init__()
        self.chunk_size = CHUNK_BYTES
        self._scratch = scratch
        self._file: IO[bytes] | None = None

    def new_file(self, *args: object, **words: object) -> None:
        """The parser's hook: a file begins."""
        super().new_file(*args, **words)  # type: ignore[arg-type]
        self._file = cast("IO[bytes]", tempfile.TemporaryFile(dir=self._scratch))  # noqa: SIM115 - the view reads it

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:  # noqa: ARG002 - the parser's hook
        """The parser's hook: bytes of it."""
        if self._file is not None:
            self._file.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile[Any]:
        """The parser's hook: it has ended."""
        return UploadedFile(self._file, self.file_name, self.content_type, file_size, self.charset)
