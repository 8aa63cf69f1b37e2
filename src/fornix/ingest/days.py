"""The day of a recording, on the calendar of the people who made it. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from fornix.meg.recordings import Moment


def local_day(moment: Moment, time_zone: str) -> tuple[date | None, str]:
    """Day and time (HH:MM:SS) in the site's zone where the file tells UTC (FIF), else as written.

    A recording of an evening in America is not of the next day, which is what its file says.
    """
    if moment.on is None or not moment.time or moment.utc_offset != "+00:00":
        return moment.on, moment.time
    instant = datetime.combine(moment.on, time.fromisoformat(moment.time), tzinfo=UTC)
    local = instant.astimezone(ZoneInfo(time_zone))
    return local.date(), f"{local:%H:%M:%S}"
