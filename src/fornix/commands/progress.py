"""How far a long command is, on stderr: one line that is written over on a terminal, now and then a line in a log."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

_ON_TERMINAL_S = 0.5
_IN_LOG_S = 30.0


class Progress:
    """Call `tell` as often as you like."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._is_terminal = sys.stderr.isatty()
        self._told_at = clock()
        self._width = 0

    def tell(self, what: str, count: int) -> None:
        """So many of these are done."""
        now = self._clock()
        if now - self._told_at < (_ON_TERMINAL_S if self._is_terminal else _IN_LOG_S):
            return
        self._told_at = now
        text = f"{count} {what} ..."
        if self._is_terminal:
            print(f"\r{text:<{self._width}}", end="", file=sys.stderr, flush=True)
            self._width = len(text)
        else:
            print(text, file=sys.stderr, flush=True)

    def end(self) -> None:
        """Takes the line away, for what is printed next."""
        if self._width:
            print(f"\r{'':<{self._width}}\r", end="", file=sys.stderr, flush=True)
            self._width = 0
