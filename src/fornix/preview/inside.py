"""The program that makes pictures: each in a child of its own, because pixel data can be hostile.

It loads its decoders once and then does one file after the other. A child binds itself before it reads a byte:
memory, processor time, the clock, and what it can write. It knows no archive, and ends with whoever started it.

    python -I -m fornix.preview.inside SOCKET

Asked for over the socket: the size in pixels, with two open files, the one to read and the one to write to. Answered:
one byte: PICTURE, a PNG is written; NO_PICTURE, the reason is written; anything else: the child was ended.
"""

from __future__ import annotations

import os
import resource
import signal
import socket
import sys
import warnings
from contextlib import suppress

MEMORY_BYTES = 3 << 29
PROCESSOR_S = 10
CLOCK_S = 15
WRITTEN_BYTES = 4 << 20
OPEN_FILES = 64
IDLE_S = 300.0  # then it ends: its memory is worth more than its start
PICTURE, BROKEN, NO_PICTURE = 0, 1, 3


def bind() -> None:
    """Takes away what a picture does not need. None of it can be taken back."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold patients' data
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_S, PROCESSOR_S))
    resource.setrlimit(resource.RLIMIT_FSIZE, (WRITTEN_BYTES, WRITTEN_BYTES))
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))
    signal.alarm(CLOCK_S)


def paint(size: int, source: int, answer: int) -> int:
    """Makes the picture, in this process."""
    from fornix.preview.picture import NoPicture, picture

    with open(source, "rb", closefd=False) as stream:
        try:
            told, code = picture(stream, size), PICTURE
        except NoPicture as reason:
            told, code = str(reason).encode(), NO_PICTURE
        except MemoryError:
            told, code = b"it takes too much memory", NO_PICTURE
    with open(answer, "wb", closefd=False) as stream:
        stream.write(told)
    return code


def serve(connection: socket.socket) -> None:
    """Makes pictures until nobody asks for one any more."""
    import fornix.preview.picture  # noqa: F401 - loaded once, for all children

    connection.settimeout(IDLE_S)
    with suppress(TimeoutError, ConnectionError):
        while True:
            asked, files, _, _ = socket.recv_fds(connection, 16, 2)
            if len(files) != 2:
                return
            code = in_a_child(connection, int(asked), *files)
            for file in files:
                os.close(file)
            connection.sendall(bytes([code]))


def in_a_child(connection: socket.socket, size: int, source: int, answer: int) -> int:
    """Makes the picture in a bound process of its own; answers as the program does."""
    child = os.fork()
    if child == 0:
        code = BROKEN
        try:
            connection.close()
            bind()
            code = paint(size, source, answer)
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    return code if code in (PICTURE, NO_PICTURE) else BROKEN


def main(words: list[str]) -> None:
    """The socket's number is the one word."""
    warnings.simplefilter("ignore")
    with socket.socket(fileno=int(words[0])) as connection:
        serve(connection)


if __name__ == "__main__":
    main(sys.argv[1:])
