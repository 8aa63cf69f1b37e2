"""Dates and times as scanners write them, right and wrong."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.dicom import builder as b

from fornix.dicom import tags
from fornix.dicom.dates import acquired_of, parse_date, parse_time

DATES = {
    "20240229": date(2024, 2, 29),
    "19700101": date(1970, 1, 1),
    "1997.04.30": date(1997, 4, 30),
    "1970-01-01": date(1970, 1, 1),
    " 20240229 ": date(2024, 2, 29),
    "20230229": None,
    "00000000": None,
    "20241301": None,
    "2024": None,
    "1997.04-30": None,
    "20240101-20240201": None,
    "٢٠٢٤٠١٠١": None,
    "": None,
}


@pytest.mark.parametrize(("text", "day"), DATES.items())
def test_dates(text, day):
    assert parse_date(text) == day


TIMES = {
    "142500": "14:25:00",
    "142500.123456": "14:25:00",
    "14:25:00": "14:25:00",
    "1425": "14:25:00",
    "14": "14:00:00",
    "235960": "23:59:59",
    "2460": "",
    "246000": "",
    "147000": "",
    "14250": "",
    "noon": "",
    "": "",
}


@pytest.mark.parametrize(("text", "time"), TIMES.items())
def test_times(text, time):
    assert parse_time(text) == time


@given(st.text(max_size=30))
def test_no_text_raises(text):
    parse_date(text)
    parse_time(text)


ACQUIRED = {
    "acquisition": (
        {tags.AcquisitionDate: ("DA", "20240301"), tags.AcquisitionTime: ("TM", "101112.5")},
        "2024-03-01 10:11:12.500000",
    ),
    "date and time in one": (
        {tags.AcquisitionDateTime: ("DT", "20240301101112.25+0100")},
        "2024-03-01 10:11:12.250000",
    ),
    "the day only with the study": ({tags.AcquisitionTime: ("TM", "101112")}, "2024-02-29 10:11:12.000000"),
    "series where there is no acquisition": (
        {tags.SeriesDate: ("DA", "20240302"), tags.SeriesTime: ("TM", "0900")},
        "2024-03-02 09:00:00.000000",
    ),
    "nonsense in one": ({tags.AcquisitionDateTime: ("DT", "20249901")}, "2024-02-29"),
    "nothing": ({tags.StudyDate: ("DA", "")}, ""),
}


@pytest.mark.parametrize(("changes", "sortable"), ACQUIRED.values(), ids=ACQUIRED.keys())
def test_an_instance_is_dated_by_the_best_that_it_says(changes, sortable):
    assert acquired_of(b.header_with(changes)).sortable == sortable


def test_the_offset_is_kept_as_written():
    header = b.header_with({tags.TimezoneOffsetFromUTC: ("SH", "+0200")})

    assert acquired_of(header).offset == "+0200"
