"""Work for many at once: everybody gets their own outcome, and nobody waits in vain."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from fornix.ingest.together import Together

PATIENCE_S = 30


def test_those_who_come_while_somebody_works_are_done_together():
    begun, may_go_on, batches = threading.Event(), threading.Event(), []
    waiting = threading.Semaphore(0)

    def work(items):
        batches.append(sorted(items))
        begun.set()
        assert may_go_on.wait(PATIENCE_S)
        return [item * 10 for item in items]

    together = Together(work)

    def do(item):
        waiting.release()
        return together.do(item)

    with ThreadPoolExecutor(4) as threads:
        first = threads.submit(do, 0)
        assert begun.wait(PATIENCE_S)
        others = [threads.submit(do, item) for item in (1, 2, 3)]
        while len(together._waiting) < 3:
            waiting.acquire(timeout=0.01)
        may_go_on.set()

        assert (first.result(PATIENCE_S), [each.result(PATIENCE_S) for each in others]) == (0, [10, 20, 30])
    assert batches == [[0], [1, 2, 3]]


def test_an_error_of_one_item_is_raised_there_alone():
    together = Together(lambda items: [ValueError("no") if item == 1 else item for item in items])

    with pytest.raises(ValueError, match="no"):
        together.do(1)

    assert together.do(2) == 2


def test_work_that_breaks_is_everybodys_error_and_the_next_one_goes_on():
    outcomes = iter([ZeroDivisionError(), [7]])

    def work(_):
        outcome = next(outcomes)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    together = Together(work)
    with pytest.raises(ZeroDivisionError):
        together.do(1)

    assert together.do(2) == 7


def test_many_threads_lose_nothing_and_do_nothing_twice():
    done = []
    together = Together(lambda items: [done.append(item) or item for item in items])

    with ThreadPoolExecutor(16) as threads:
        outcomes = list(threads.map(together.do, range(500)))

    assert outcomes == sorted(done) == list(range(500))
