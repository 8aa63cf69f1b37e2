"""The bytes of one connection, through one reused buffer. Knows nothing of PDUs."""

from __future__ import annotations

import socket
import ssl
import time

from fornix.receiver.ends import ConnectionLost, TimedOut
from fornix.receiver.pace import Pace

BUFFER_BYTES = 256 * 1024

LATE = (TimeoutError, BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class Inflow:
    """What a sender sends. Whatever is returned is valid until the next call."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._view = memoryview(bytearray(BUFFER_BYTES))
        self._start = self._end = 0
        self._deadline: float | None = None
        self._pace: Pace | None = None

    def allow_s(self, seconds: float) -> None:
        """From now on each wait for bytes, or for their departure, may last so long, and in each such time of waiting
        a message has to bring LEAST_BYTES_PER_S. Raises TimedOut where not."""
        self._deadline = None
        self._pace = Pace(seconds)
        self._socket.settimeout(seconds)

    def begin_message(self) -> None:
        """A message begins with the next byte, whenever that comes: the wait for it says nothing of its pace."""
        if self._pace is not None:
            self._pace.begin(is_here=self._start != self._end)

    def allow_in_all_s(self, seconds: float) -> None:
        """All that is read from now on has to be here after so many seconds: for those who send a byte at a time."""
        self._deadline = time.monotonic() + seconds
        self._pace = None
        self._socket.settimeout(seconds)

    def exactly(self, count: int) -> memoryview:
        """The next bytes; `count` is at most BUFFER_BYTES. Raises ConnectionLost, TimedOut."""
        if len(self._view) - self._start < count:
            self._move_to_front()
        while self._end - self._start < count:
            self._receive()
        taken = self._view[self._start : self._start + count]
        self._start += count
        return taken

    def at_most(self, count: int) -> memoryview:
        """As many of the next bytes as have come; at least one, and not more than `count`."""
        if self._start == self._end:
            self._start = self._end = 0
            self._receive()
        taken = self._view[self._start : min(self._end, self._start + count)]
        self._start += len(taken)
        return taken

    def into(self, target: memoryview) -> int:
        """Like `at_most`, into another place; how many bytes that were. Saves a copy where nothing was read ahead."""
        if self._start == self._end:
            return self._received(target)
        taken = self.at_most(len(target))
        target[: len(taken)] = taken
        return len(taken)

    def _move_to_front(self) -> None:
        waiting = bytes(self._view[self._start : self._end])
        self._view[: len(waiting)] = waiting
        self._start, self._end = 0, len(waiting)

    def _receive(self) -> None:
        if self._start == self._end:
            self._start = self._end = 0
        self._end += self._received(self._view[self._end :])

    def _received(self, target: memoryview) -> int:
        if self._deadline is not None:
            self._socket.settimeout(max(0.001, self._deadline - time.monotonic()))
        began = time.monotonic()
        try:
            count = self._socket.recv_into(target)
        except LATE:
            raise TimedOut("The sender was silent for too long.") from None
        except OSError as error:
            raise ConnectionLost(f"The connection broke: {error.strerror or type(error).__name__}.") from None
        if not count:
            raise ConnectionLost("The sender closed the connection without releasing the association.")
        if self._pace is not None:
            self._pace.came(count, time.monotonic() - began)
        return count
