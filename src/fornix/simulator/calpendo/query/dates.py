"""Dates and times as Calpendo's queries spell them: the site's wall clock, no zone; contract section 1.3."""

import re
from datetime import datetime

from ..refusals import QueryRefused

# yyyymmddThhmm, yyyymmdd-hhmm, yyyymmdd.hhmm, each also with seconds, and yyyymmdd alone.
_SPELLING = re.compile(r"([0-9]{8})(?:[Tt.-]([0-9]{4})([0-9]{2})?)?")


def parse_wall_time(text: str) -> datetime:
    """The wall-clock time that a query value means; a day alone means its midnight."""
    spelled = _SPELLING.fullmatch(text)
    if spelled is None:
        raise QueryRefused(f"not a date as yyyymmdd or yyyymmddThhmm: {text}")
    day, minute, second = spelled.groups()
    try:
        return datetime.strptime(f"{day}{minute or '0000'}{second or '00'}", "%Y%m%d%H%M%S")  # noqa: DTZ007
    except ValueError as error:
        raise QueryRefused(f"no such date: {text}") from error
