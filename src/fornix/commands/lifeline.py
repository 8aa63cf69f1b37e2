"""How a child process learns that its supervisor is gone: the pipe between them ends. Works wherever pipes do."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable


def watch_lifeline(lifeline: int, when_gone: Callable[[], None]) -> None:
    """Calls `when_gone`, from a thread of its own, when the writing end of the pipe is closed."""

    def wait() -> None:
        try:
            while os.read(lifeline, 1):
                pass
        except OSError:
            pass  # closed under us: gone as well
        when_gone()

    threading.Thread(target=wait, name="lifeline", daemon=True).start()
