"""Times as scanners write them -> instants: zones, the two odd hours of a year, midnight, and clocks that are off."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.integration.ingest.archive import instance

from fornix.dicom.dates import acquired_of
from fornix.dicom.header import read_header
from fornix.ingest.acquisition import FirstAndLast, Written, ends_of, spans_of

LONDON = ZoneInfo("Europe/London")
EDMONTON = ZoneInfo("America/Edmonton")


def utc(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=UTC)


def written(text: str, **more) -> Written:
    day, time = text.split()
    return Written(date.fromisoformat(day), f"{time}:00", **more)


WALLS = {
    "winter": (["2026-01-14 09:30"], LONDON, [("2026-01-14 09:30", "2026-01-14 09:30")]),
    "summer": (
        ["2026-07-14 09:30", "2026-07-14 10:10"],
        LONDON,
        [("2026-07-14 08:30", "2026-07-14 09:10")],
    ),
    "another zone": (["2026-07-14 20:30"], EDMONTON, [("2026-07-15 02:30", "2026-07-15 02:30")]),
    "over midnight": (
        ["2026-01-14 23:50", "2026-01-15 00:20"],
        LONDON,
        [("2026-01-14 23:50", "2026-01-15 00:20")],
    ),
    "an hour that comes twice": (
        ["2026-10-25 01:10", "2026-10-25 01:40"],
        LONDON,
        [("2026-10-25 00:10", "2026-10-25 00:40"), ("2026-10-25 01:10", "2026-10-25 01:40")],
    ),
    "into the hour that comes twice": (
        ["2026-10-25 00:40", "2026-10-25 01:20"],
        LONDON,
        [("2026-10-24 23:40", "2026-10-25 00:20"), ("2026-10-24 23:40", "2026-10-25 01:20")],
    ),
    "around the hour that comes twice": (
        ["2026-10-25 00:40", "2026-10-25 02:10"],
        LONDON,
        [("2026-10-24 23:40", "2026-10-25 02:10")],
    ),
    "an hour that never comes": (
        ["2026-03-29 01:20", "2026-03-29 01:50"],
        LONDON,
        [("2026-03-29 01:20", "2026-03-29 01:50"), ("2026-03-29 00:20", "2026-03-29 00:50")],
    ),
    "over the hour that never comes": (
        ["2026-03-29 00:50", "2026-03-29 02:10"],
        LONDON,
        [("2026-03-29 00:50", "2026-03-29 01:10")],
    ),
    "nothing told": ([], LONDON, []),
}


@pytest.mark.parametrize(("walls", "zone", "spans"), WALLS.values(), ids=WALLS.keys())
def test_wall_clocks_become_instants_by_the_scanners_zone(walls, zone, spans):
    found = spans_of([written(wall) for wall in walls], zone)

    assert [(span.first_at, span.last_at) for span in found] == [(utc(a), utc(b)) for a, b in spans]


@pytest.mark.parametrize(
    ("offset", "instant"),
    [
        ("+0200", "2026-10-24 23:30"),
        ("+02:00", "2026-10-24 23:30"),
        ("-0700", "2026-10-25 08:30"),
        ("+0000", "2026-10-25 01:30"),
    ],
)
def test_an_offset_in_the_file_leaves_no_doubt(offset, instant):
    (span,) = spans_of([written("2026-10-25 01:30", offset=offset)], LONDON)

    assert span.first_at == utc(instant)


@pytest.mark.parametrize("offset", ["+9900", "+2330", "one", "+01", "", "\0"])
def test_an_offset_that_is_none_leaves_it_to_the_sites_zone(offset):
    (span,) = spans_of([written("2026-07-14 09:30", offset=offset)], LONDON)

    assert span.first_at == utc("2026-07-14 08:30")


@pytest.mark.parametrize(("ahead_s", "instant"), [(420, "2026-01-14 09:23"), (-420, "2026-01-14 09:37")])
def test_a_clock_seven_minutes_off_is_corrected(ahead_s, instant):
    (span,) = spans_of([written("2026-01-14 09:30")], LONDON, clock_ahead_s=ahead_s)

    assert span.first_at == utc(instant)


def test_a_recording_lasts_until_its_end():
    (span,) = spans_of([written("2026-01-14 09:30", lasts_s=600.0)], LONDON)

    assert span.last_at - span.first_at == timedelta(minutes=10)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_day_at_the_end_of_all_calendars_is_no_day(day):
    at = [written(f"{day} 00:00"), written(f"{day} 23:59"), written("2026-01-14 09:30", lasts_s=60)]

    assert all(span.first_at.year in (1, 2026, 9999) for span in spans_of(at, EDMONTON))


@given(st.datetimes(datetime(1990, 1, 1), datetime(2040, 1, 1)), st.integers(0, 600))
def test_every_reading_shows_the_written_time_again_or_lies_in_the_hour_that_never_comes(wall, length):
    walls = [wall, wall + timedelta(minutes=length)]
    moments = [Written(at.date(), f"{at:%H:%M:%S}", at.microsecond) for at in walls]

    spans = spans_of(moments, LONDON)

    assert len(spans) in (1, 2)
    assert all(span.first_at <= span.last_at for span in spans)
    shown = {span.first_at.astimezone(LONDON).replace(tzinfo=None) for span in spans}
    assert any(abs(each - wall) <= timedelta(hours=1) for each in shown)


def _times(*files: dict[str, str]) -> FirstAndLast:
    found = FirstAndLast()
    for values in files:
        header = read_header(instance(**values))
        found.note(header, acquired_of(header))
    return found


def test_a_report_made_days_later_is_no_acquisition():
    image = {"AcquisitionDate": "20260304", "AcquisitionTime": "093000"}
    report = {
        "AcquisitionDate": None,
        "AcquisitionTime": None,
        "ContentDate": "20260309",
        "ContentTime": "120000",
    }

    (first, last) = ends_of([_times(report), _times(image)])

    assert (first.on, last.on) == (date(2026, 3, 4), date(2026, 3, 4))


def test_what_tells_only_the_day_of_its_study_goes_on_past_midnight():
    evening = {"StudyDate": "20260304", "StudyTime": "234000"}
    no_day = dict.fromkeys(("AcquisitionDate", "ContentDate", "SeriesDate"))
    times = _times(
        {**evening, **no_day, "AcquisitionTime": "234500"}, {**evening, **no_day, "AcquisitionTime": "001500"}
    )

    (span,) = spans_of(ends_of([times]), UTC)

    assert (span.first_at, span.last_at) == (utc("2026-03-04 23:45"), utc("2026-03-05 00:15"))


def test_files_without_a_time_tell_no_instant():
    nothing = dict.fromkeys(
        ("AcquisitionTime", "ContentTime", "SeriesTime", "StudyTime", "AcquisitionDateTime")
    )

    assert ends_of([_times(nothing)]) == []
