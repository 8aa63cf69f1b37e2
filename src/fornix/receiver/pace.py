"""How fast a message has to come: a byte now and then is no silence, and holds a place. Knows no socket."""

from __future__ import annotations

from fornix.receiver.ends import TimedOut

# Of a message under way, on average over the time that a sender may be silent. A telephone line brings six times as
# much; who sends a byte now and then only holds a place.
LEAST_BYTES_PER_S = 1024


class Pace:
    """How fast a message comes. Only the time that is spent waiting for the sender counts, none that we need."""

    def __init__(self, period_s: float) -> None:
        self._period_s = period_s
        self._least_bytes = period_s * LEAST_BYTES_PER_S
        self.begin(is_here=False)

    def begin(self, *, is_here: bool) -> None:
        """A new message, of which something is here already or not."""
        self._is_under_way = is_here
        self._bytes, self._waited_s = 0, 0.0

    def came(self, count: int, after_s: float) -> None:
        """So many bytes came after so long a wait. Raises TimedOut for too few in too long."""
        self._bytes += count
        if self._is_under_way:
            self._waited_s += after_s
        self._is_under_way = True
        if self._bytes >= self._least_bytes:
            self._bytes, self._waited_s = 0, 0.0
        elif self._waited_s > self._period_s:
            raise TimedOut(
                f"The sender was too slow: within a message it sent {self._bytes} bytes in {self._waited_s:.0f} s, "
                f"and {LEAST_BYTES_PER_S} a second is the least."
            )
