"""The demo centre's calendar: working days around today, and the nights on which the clocks change."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def workday(today: date, steps: int) -> date:
    """The working day so many steps after (before, when negative) today; 0 is today or the next one."""
    direction = -1 if steps < 0 else 1
    day = today if _works(today) or steps < 0 else _next(today, 1)
    for _ in range(abs(steps)):
        day = _next(day, direction)
    return day


def workdays(today: date, first: int, last: int) -> Iterator[date]:
    """The working days between two numbers of calendar days from today."""
    return (day for n in range(first, last + 1) if _works(day := today + timedelta(days=n)))


def clock_changes(today: date, zone: ZoneInfo) -> tuple[date, date]:
    """The latest days on which the clocks went forward, and on which they went back, within the last year."""
    forward = back = today
    for days_ago in range(1, 400):
        day = today - timedelta(days=days_ago)
        change = _offset(day + timedelta(days=1), zone) - _offset(day, zone)
        if change > timedelta(0) and forward == today:
            forward = day
        elif change < timedelta(0) and back == today:
            back = day
    return forward, back


def odd_hour(day: date, zone: ZoneInfo) -> time:
    """The first full hour of a day that comes twice or never there; midnight on an ordinary day."""
    for hour in range(24):
        first, second = (datetime.combine(day, time(hour), tzinfo=zone).replace(fold=fold) for fold in (0, 1))
        if first.utcoffset() != second.utcoffset():
            return time(hour)
    return time(0)


def utc_of(wall: datetime, zone: ZoneInfo) -> datetime:
    """The instant of a wall-clock time; of an hour that comes twice, the first."""
    return wall.replace(tzinfo=zone).astimezone(UTC)


def _offset(day: date, zone: ZoneInfo) -> timedelta:
    return datetime.combine(day, time(0), tzinfo=zone).utcoffset() or timedelta(0)


def _works(day: date) -> bool:
    return day.weekday() < 5


def _next(day: date, direction: int) -> date:
    day += timedelta(days=direction)
    while not _works(day):
        day += timedelta(days=direction)
    return day
