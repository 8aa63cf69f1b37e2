"""Instants and spans of time as the control interface spells them."""

import re
from datetime import UTC, datetime, timedelta

from .refusals import ControlRefused

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def parse_instant(text: object) -> datetime:
    """An ISO 8601 instant, in UTC; one without a zone is taken as UTC."""
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError as error:
        raise ControlRefused(f"not an ISO 8601 time: {text}") from error
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def parse_span(value: object) -> timedelta:
    """A span such as `90s`, `15m`, `2h`, `1d`, or a number of seconds."""
    found = re.fullmatch(r"([0-9]{1,9})([smhd]?)", str(value))
    if found is None:
        raise ControlRefused(f"not a span of time: {value}; write 90s, 15m, 2h or 1d")
    return timedelta(**{_UNITS[found[2] or "s"]: int(found[1])})
