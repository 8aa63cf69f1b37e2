"""Unique identifiers (PS3.5 chapter 9): which ones are well formed. Files carry others, and are kept all the same."""

from __future__ import annotations

import re

MAX_LENGTH = 64

# Leading zeros of a component are forbidden, but real scanners write them.
_UID = re.compile(r"\d+(?:\.\d+)*", re.ASCII)


def is_uid(text: str) -> bool:
    """Whether this is digits and dots, 64 characters at most: what can be sent to a peer or put in a query."""
    return len(text) <= MAX_LENGTH and _UID.fullmatch(text) is not None
