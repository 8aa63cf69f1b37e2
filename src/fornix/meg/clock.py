"""Dates and times as headers write them in words. No clock is read here: only text is understood."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

from fornix.meg.recording import Moment

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATES = (
    re.compile(r"(?P<day>\d{1,2})[/.](?P<month>\d{1,2})[/.](?P<year>\d{4})"),
    re.compile(r"(?P<day>\d{1,2})-(?P<month>[A-Za-z]{3})[a-z]*-(?P<year>\d{4})"),
    re.compile(r"(?:[A-Za-z]+, *)?(?P<month>[A-Za-z]{3})[a-z]* (?P<day>\d{1,2}), *(?P<year>\d{4})"),
    re.compile(r"(?P<year>\d{4})[/-](?P<month>\d{1,2})[/-](?P<day>\d{1,2})"),
)
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")


def moment_of_texts(on: str, at: str) -> Moment:
    """A local date and time of day; what is not understood is absent. Without a date there is no time either."""
    day = _date(on.strip())
    return Moment(day, _time(at.strip())) if day else Moment()


def moment_of_stamp(seconds: int) -> Moment:
    """Seconds since 1970 in UTC."""
    when = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    return Moment(when.date(), when.strftime("%H:%M:%S"), "+00:00")


def _date(text: str) -> date | None:
    for pattern in _DATES:
        match = pattern.fullmatch(text)
        if match:
            month = match["month"].lower()
            number = _MONTHS.index(month) + 1 if month in _MONTHS else int(month) if month.isdecimal() else 0
            try:
                return date(int(match["year"]), number, int(match["day"]))
            except ValueError:
                return None
    return None


def _time(text: str) -> str:
    match = _TIME.match(text)
    if not match:
        return ""
    hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
    return f"{hour:02}:{minute:02}:{second:02}" if hour < 24 and minute < 60 and second < 60 else ""
