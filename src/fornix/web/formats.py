"""Pure: numbers, sizes and times as people read them: the unit in the cell, relative times under a day."""

from __future__ import annotations

from datetime import date, datetime, timedelta

UNITS = ("kB", "MB", "GB", "TB", "PB")
NONE = "–"
MINUTE, HOUR = 60, 3600


def count(number: int) -> str:
    """1204 -> `1,204`; nothing is a dash."""
    return f"{number:,}" if number else NONE


def plural(number: int, one: str, many: str = "") -> str:
    """`1 scan`, `1,204 scans`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def size(length: int) -> str:
    """Decimal units with one digit: 742000000 -> `742.0 MB`."""
    if length < 1000:
        return f"{length} B" if length else NONE
    value = float(length)
    for unit in UNITS:
        value /= 1000
        if value < 999.95 or unit == UNITS[-1]:
            return f"{value:,.1f} {unit}"
    raise AssertionError("the last unit takes everything")


def day(on: date, today: date) -> str:
    """`19 Feb`, with the year when it is not this one."""
    short = f"{on.day} {on:%b}"
    return short if on.year == today.year else f"{short} {on.year}"


def written_day(text: str) -> str:
    """A day as a file has it, `1979-09-15` or `19790915`, as `15 Sep 1979`; what is none stays as written."""
    try:
        on = date.fromisoformat(text)
    except ValueError:
        return text
    return f"{on.day} {on:%b} {on.year}"


def full(at: datetime) -> str:
    """The whole of a moment, for titles: `Thu 19 Feb 2026, 09:34 GMT`."""
    return f"{at:%a} {at.day} {at:%b %Y, %H:%M %Z}"


def ago(at: datetime, now: datetime) -> str:
    """`just now`, `55 min ago`, `5 h ago`; from a day on the day itself. Both in the zone that is shown."""
    seconds = (now - at).total_seconds()
    if seconds < -MINUTE:
        return day(at.date(), now.date())
    if seconds < MINUTE:
        return "just now"
    if seconds < HOUR:
        return f"{int(seconds // MINUTE)} min ago"
    if seconds < 24 * HOUR:
        return f"{int(seconds // HOUR)} h ago"
    return "yesterday" if _days(at, now) == 1 else day(at.date(), now.date())


def span(length: timedelta) -> str:
    """A length of time: `under 1 s`, `38 s`, `2:05 min`."""
    minutes, seconds = divmod(round(length.total_seconds()), MINUTE)
    if minutes:
        return f"{minutes}:{seconds:02d} min"
    return f"{seconds} s" if seconds else "under 1 s"


def day_heading(at: datetime, now: datetime) -> str:
    """What a feed writes over the lines of one day."""
    return {0: "Today", 1: "Yesterday"}.get(_days(at, now)) or day(at.date(), now.date())


def _days(at: datetime, now: datetime) -> int:
    return (now.date() - at.date()).days


def initials(name: str) -> str:
    """Of the first and the last word, for the round sign of a person."""
    words = [word for word in name.replace(".", " ").split() if word]
    chosen = words if len(words) < 2 else [words[0], words[-1]]
    return "".join(word[0] for word in chosen).upper()[:2] or "?"
