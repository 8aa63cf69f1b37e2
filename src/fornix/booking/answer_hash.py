"""Pure: a short hash of what Calpendo answered, as evidence for the rights that follow (contract calpendo 4.3.5)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date

from fornix.booking.answer import Answer
from fornix.booking.wire import References, Unknown

LENGTH = 16


def answer_hash(answer: Answer) -> str:
    """The same for the same rows in any order; bookings are no part of it, since no right follows from them."""
    digest = hashlib.sha256()
    for rows in (answer.projects, answer.people, answer.resources):
        for text in sorted(json.dumps(_plain(row), default=_plain, sort_keys=True) for row in rows):
            digest.update(text.encode() + b"\n")
        digest.update(b"\n")
    return digest.hexdigest()[:LENGTH]


def _plain(value: object) -> object:
    """What JSON has no word for. The members of a set come in any order."""
    match value:
        case References():
            return {"ids": sorted(value.ids), "is_whole": value.is_whole}
        case Unknown():
            return {"is_told": False}
        case date():
            return value.isoformat()
        case Mapping():
            return dict(value)
        case set() | frozenset():
            return sorted(value)
    if is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    raise TypeError(f"{type(value).__name__} is no part of an answer")
