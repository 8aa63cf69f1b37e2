"""Pure: which bookings a sweep asks for, by when they start (contract calpendo 1.9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

NEAR = (timedelta(days=-14), timedelta(days=60))
FAR = (timedelta(days=-400), timedelta(days=60))
FAR_EVERY = timedelta(hours=24)
# One answer about a year and more would be long: it is read in parts, and each part is let go before the next.
LONGEST_PART = timedelta(days=100)
# Zones and clock changes part the site's day from ours by less than this.
SLACK = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Window:
    """Bookings that start from `begins_at` up to `ends_at`."""

    begins_at: datetime
    ends_at: datetime

    def surely_covers(self, starts_at: datetime) -> bool:
        """Whether an answer about this window must have told of a booking that starts then."""
        return self.begins_at + SLACK <= starts_at < self.ends_at - SLACK

    def expression(self, zone: ZoneInfo, spelling: str) -> tuple[str, ...]:
        """The query for it, in the site's wall clock (contract 1.3)."""
        begin, end = (f"{each.astimezone(zone):{spelling}}" for each in (self.begins_at, self.ends_at))
        return ("AND", "dateRange.start", "GE", begin, "dateRange.start", "LT", end)


def near_window(at: datetime) -> Window:
    """The weeks around a time, which every sweep reads."""
    return Window(at + NEAR[0], at + NEAR[1])


def far_window(at: datetime) -> Window:
    """More than the year before a time, which is read once a day."""
    return Window(at + FAR[0], at + FAR[1])


def parts_before(near: Window, far: Window) -> tuple[Window, ...]:
    """What `far` has before `near`, in parts, the newest first."""
    parts = []
    end = near.begins_at
    while end > far.begins_at:
        begin = max(far.begins_at, end - LONGEST_PART)
        parts.append(Window(begin, end))
        end = begin
    return tuple(parts)
