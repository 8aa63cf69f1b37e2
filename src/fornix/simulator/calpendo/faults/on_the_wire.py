"""Faults on the way: cut, slow, stalled and reset bodies, and a clock that is off. They describe; the server acts."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..answers import Answer, Delivery

_BETWEEN_ITEMS = b"},{"


def truncated(parameters: Mapping[str, Any], answer: Answer) -> Answer:
    """Cuts the body, with a Content-Length that fits the cut, that announces the whole, or with none.

    `where`: at byte `at`; `between-items`: after the comma behind the first whole item from there on;
    `repairable`: before that comma, so that appending `]}` gives valid JSON.
    """
    cut = answer.body[: _cut_point(answer.body, int(parameters["at"]), str(parameters["where"]))]
    announced = {"cut": len(cut), "full": len(answer.body), "missing": None}[str(parameters["length"])]
    return replace(answer, body=cut, delivery=replace(_delivery(answer), announced=announced))


def _cut_point(body: bytes, at: int, where: str) -> int:
    if where == "byte":
        return at
    between = body.find(_BETWEEN_ITEMS, at)
    if between < 0:
        between = body.rfind(_BETWEEN_ITEMS)
    if between < 0:
        return at
    return between + (2 if where == "between-items" else 1)


def slow_to_begin(parameters: Mapping[str, Any], answer: Answer) -> Answer:
    """Nothing at all for `seconds`."""
    return _with(answer, first_byte_after_s=float(parameters["seconds"]))


def slow_body(parameters: Mapping[str, Any], answer: Answer) -> Answer:
    """The body trickles: `bytes` at a time, one piece `every_s` seconds."""
    return _with(
        answer, piece_bytes=max(1, int(parameters["bytes"])), piece_every_s=float(parameters["every_s"])
    )


def stalled(parameters: Mapping[str, Any], answer: Answer) -> Answer:
    """After `at` bytes of the body nothing more comes, and the connection stays open."""
    return _with(answer, stall_at=int(parameters["at"]))


def reset(parameters: Mapping[str, Any], answer: Answer) -> Answer:
    """The connection is torn down after `at` bytes of the body; -1: before anything."""
    return _with(answer, reset_at=int(parameters["at"]))


def clock_off(parameters: Mapping[str, Any], answer: Answer) -> Answer:
    """The Date header is `hours` ahead (behind when negative)."""
    return _with(answer, clock_off_s=float(parameters["hours"]) * 3600)


def _delivery(answer: Answer) -> Delivery:
    return answer.delivery or Delivery(announced=len(answer.body))


def _with(answer: Answer, **changes: Any) -> Answer:
    return replace(answer, delivery=replace(_delivery(answer), **changes))
