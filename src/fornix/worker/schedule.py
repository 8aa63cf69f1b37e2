"""Pure: when a job runs next. Several machines that were started together must not ask Calpendo together."""

from __future__ import annotations

JITTER = 0.1
FIRST_RETRY_S = 5.0


def delay_s(every_s: float, failures: int, chance: float) -> float:
    """Seconds until the next run; `failures` in a row before it, `chance` from 0 up to 1.

    After a failure sooner than usual, then doubling up to the usual; always up to a tenth earlier or later.
    """
    usual = every_s if not failures else min(every_s, FIRST_RETRY_S * 2 ** min(failures - 1, 30))
    return usual * (1 + JITTER * (2 * chance - 1))
