"""Why something waits, for people who have no shell: the reasons of routing without what to type. Pure."""

from __future__ import annotations

import re

# Where the advice for the command line begins. Titles of projects stand before it.
_ADVICE = re.compile(r"(?s)[.] (?:Say (?:it|the project|which one),|Import (?:it|them|the data|again)\b).*")


def why_it_waits(reason: str) -> str:
    """The reason without what to type; a choice that only the reason gives stays."""
    return _ADVICE.sub("", reason)
