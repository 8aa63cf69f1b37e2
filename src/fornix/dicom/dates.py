"""Dates and times as written (DA, TM, DT: PS3.5 6.2) -> a date and a readable time. Bad text is no date, no error."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from fornix.dicom.header import DicomHeader

# YYYYMMDD; YYYY.MM.DD of ACR-NEMA 2.0; dashes are no DICOM, but are met.
_DATE = re.compile(r"(\d{4})([.-]?)(\d{2})\2(\d{2})", re.ASCII)
# HH, HHMM, HHMMSS, HHMMSS.FFFFFF; colons of ACR-NEMA 2.0.
_TIME = re.compile(r"(\d{2})(?::?(\d{2})(?::?(\d{2})(?:\.(\d{1,9}))?)?)?", re.ASCII)
_DATETIME = re.compile(r"(\d{8})(\d{2,6}(?:\.\d{1,9})?)?([+-]\d{4})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Acquired:
    """When an instance was acquired, as its scanner wrote it."""

    on: date | None
    time: str
    """`HH:MM:SS`, or empty."""
    microseconds: int = 0
    offset: str = ""
    """From UTC, as `+0100`, or empty: the scanner's local time."""

    @property
    def sortable(self) -> str:
        """Text in the order of time; empty when neither date nor time is known."""
        day = self.on.isoformat() if self.on is not None else ""
        return f"{day} {self.time}.{self.microseconds:06}" if self.time else day


def parse_date(text: str) -> date | None:
    """A DA value; None when it is empty or no day of the calendar."""
    match = _DATE.fullmatch(text.strip("\0 "))
    if match is None:
        return None
    try:
        return date(int(match[1]), int(match[3]), int(match[4]))
    except ValueError:
        return None


def parse_time(text: str) -> str:
    """A TM value as `HH:MM:SS`, its fraction dropped; empty when it is none."""
    return _parse_time(text)[0]


def _parse_time(text: str) -> tuple[str, int]:
    match = _TIME.fullmatch(text.strip("\0 "))
    if match is None:
        return "", 0
    hour, minute, second = (int(part or 0) for part in match.group(1, 2, 3))
    if hour > 23 or minute > 59 or second > 60:
        return "", 0
    # The leap second 60 is allowed by the standard; no clock or database here knows it.
    fraction = (match[4] or "").ljust(6, "0")[:6]
    return f"{hour:02}:{minute:02}:{min(second, 59):02}", int(fraction)


def acquired_of(header: DicomHeader) -> Acquired:
    """When an instance was acquired; where it does not say (PS3.3 C.7.6.1), the time of content, series or study."""
    moment = _DATETIME.fullmatch(header.acquisition_datetime)
    if moment is not None and parse_date(moment[1]) is not None:
        time, microseconds = _parse_time(moment[2] or "")
        return Acquired(parse_date(moment[1]), time, microseconds, moment[3] or header.timezone_offset)
    pairs = (
        (header.acquisition_date, header.acquisition_time),
        (header.content_date, header.content_time),
        (header.series_date, header.series_time),
        (header.study_date, header.study_time),
    )
    days = [(parse_date(day), _parse_time(time)) for day, time in pairs]
    on, (time, microseconds) = next((pair for pair in days if pair[0] is not None), (None, ("", 0)))
    if not time:
        # Many files have an acquisition time, but the day only once, with the study.
        time, microseconds = next((found for _, found in days if found[0]), ("", 0))
    return Acquired(on, time, microseconds, header.timezone_offset)
