"""Pure: times as scanners write them, and the instants that they mean by the scanner's zone and clock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from fornix.dicom.dates import Acquired, parse_date, parse_time
from fornix.dicom.header import DicomHeader
from fornix.ingest.evidence import Span

_HALF_A_DAY_H = 12
_ROOM = timedelta(days=400)  # that whoever looks around a span may need
_FARTHEST = timedelta(hours=14)  # of any zone from UTC (PS3.3 C.12.1.1.8)


@dataclass(frozen=True, slots=True)
class Written:
    """A moment as written. `offset`: from UTC, as `+0100` or `+01:00`; empty: by the scanner's clock and calendar."""

    on: date
    time: str  # HH:MM:SS
    microseconds: int = 0
    offset: str = ""
    lasts_s: float = 0.0


@dataclass(slots=True)
class FirstAndLast:
    """The first and last acquisition among many instances, by what they say themselves.

    Reports and screen shots have no acquisition time of their own, and are often made days later: their time counts
    only where nothing else tells one.
    """

    first: Written | None = None
    last: Written | None = None
    is_own: bool = False  # by acquisition times; else by times of content, series or study

    def note(self, header: DicomHeader, acquired: Acquired) -> None:
        """One more instance."""
        is_own = bool(header.acquisition_time or header.acquisition_datetime)
        written = _written(header, acquired)
        if written is None or is_own < self.is_own:
            return
        if is_own > self.is_own:
            self.first, self.last, self.is_own = None, None, True
        key = _sortable(written)
        if self.first is None or key < _sortable(self.first):
            self.first = written
        if self.last is None or key > _sortable(self.last):
            self.last = written


def ends_of(series: Iterable[FirstAndLast]) -> list[Written]:
    """First and last of all series, by acquisition times where any has them."""
    known = [each for each in series if each.first is not None]
    own = [each for each in known if each.is_own]
    return [end for each in own or known for end in (each.first, each.last) if end is not None]


def spans_of(written: Iterable[Written], zone: tzinfo, *, clock_ahead_s: int = 0) -> tuple[Span, ...]:
    """The time from the first to the last of these moments, the likelier reading first; empty when none is told.

    :param clock_ahead_s: how far the scanner's clock is ahead of the time, seconds; negative: behind.

    When summer time ends an hour comes twice, and is read as its first and as its second time; when it begins an
    hour never comes, and is read by a clock that was not put forward yet, and by one that was put forward too early.
    """
    moments = list(written)
    readings = [_span(moments, zone, fold, timedelta(seconds=clock_ahead_s)) for fold in (0, 1)]
    return tuple(dict.fromkeys(span for span in readings if span is not None))


def _span(moments: list[Written], zone: tzinfo, fold: int, ahead: timedelta) -> Span | None:
    begins, ends = [], []
    for moment in moments:
        try:
            begin = _instant(moment, zone, fold) - ahead
            _ = begin - _ROOM, begin + _ROOM
            ends.append(begin + timedelta(seconds=moment.lasts_s))
        except (ValueError, OverflowError):
            continue  # a day at the end of all calendars is nobody's
        begins.append(begin)
    return Span(min(begins), max(ends)) if begins else None


def _instant(moment: Written, zone: tzinfo, fold: int) -> datetime:
    wall = datetime.combine(moment.on, time.fromisoformat(moment.time)).replace(
        microsecond=moment.microseconds
    )
    place = _offset(moment.offset) or zone
    return wall.replace(tzinfo=place, fold=fold).astimezone(UTC)


def _offset(text: str) -> tzinfo | None:
    """A zone out of `+0100`; None when it is none, so that the site's counts."""
    try:
        found = datetime.strptime(text.strip("\0 "), "%z").tzinfo
    except ValueError:
        return None
    distance = found.utcoffset(None) if found is not None else None
    return found if distance is not None and abs(distance) <= _FARTHEST else None


def _written(header: DicomHeader, acquired: Acquired) -> Written | None:
    if acquired.on is None:
        return None
    if not _has_own_day(header):
        return _of_study_day(header, acquired.on)
    if not acquired.time:
        return None
    return Written(acquired.on, acquired.time, acquired.microseconds, acquired.offset)


def _of_study_day(header: DicomHeader, on: date) -> Written | None:
    """The day is told only with the study, which may have begun the evening before."""
    began = parse_time(header.study_time)
    time_of_day = parse_time(header.acquisition_time) or parse_time(header.content_time) or began
    if not time_of_day:
        return None
    if began and int(began[:2]) - int(time_of_day[:2]) > _HALF_A_DAY_H and on < date.max:
        on += timedelta(days=1)
    return Written(on, time_of_day, 0, header.timezone_offset)


def _has_own_day(header: DicomHeader) -> bool:
    """Whether the instance has a day of its own, not only the study's."""
    days = (header.acquisition_datetime[:8], header.acquisition_date, header.content_date, header.series_date)
    return any(parse_date(day) is not None for day in days)


def _sortable(moment: Written) -> tuple[date, str, int]:
    return moment.on, moment.time, moment.microseconds
