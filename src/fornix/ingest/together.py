"""Work that costs for many hardly more than for one, such as a commit: whoever finds nobody at it does it for all.

Knows threads only.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

ItemT = TypeVar("ItemT")
OutcomeT = TypeVar("OutcomeT")


@dataclass(slots=True, eq=False)
class _Ticket(Generic[ItemT, OutcomeT]):
    item: ItemT
    outcome: OutcomeT | Exception | None = None
    is_done: bool = False


class Together(Generic[ItemT, OutcomeT]):
    """Gathers the items of many threads. `work` gets all that wait and returns an outcome, or an error, for each."""

    def __init__(self, work: Callable[[Sequence[ItemT]], Sequence[OutcomeT | Exception]]) -> None:
        self._work = work
        self._condition = threading.Condition()
        self._waiting: list[_Ticket[ItemT, OutcomeT]] = []
        self._is_busy = False

    def do(self, item: ItemT) -> OutcomeT:
        """Returns once the work is done for this item, by this thread or by another one. Raises the item's error."""
        ticket: _Ticket[ItemT, OutcomeT] = _Ticket(item)
        with self._condition:
            self._waiting.append(ticket)
            self._condition.wait_for(lambda: ticket.is_done or not self._is_busy)
            if not ticket.is_done:
                self._is_busy = True
                led, self._waiting = self._waiting, []
        if not ticket.is_done:
            self._lead(led)
        if isinstance(ticket.outcome, Exception):
            raise ticket.outcome
        assert ticket.outcome is not None
        return ticket.outcome

    def _lead(self, tickets: list[_Ticket[ItemT, OutcomeT]]) -> None:
        outcomes: Sequence[OutcomeT | Exception] = [RuntimeError("the work was cut off")] * len(tickets)
        try:
            outcomes = self._work([ticket.item for ticket in tickets])
        except Exception as error:  # noqa: BLE001 - it is every waiting thread's, and raised in each
            outcomes = [error] * len(tickets)
        finally:
            with self._condition:
                for ticket, outcome in zip(tickets, outcomes, strict=True):
                    ticket.outcome, ticket.is_done = outcome, True
                self._is_busy = False
                self._condition.notify_all()
