"""The demo's files: what is planned, and what the cheap ones look like when written."""

from datetime import date

import mne
from pydicom import dcmread

from fornix.simulator.demo_data import DEFAULT_CODES, LONG_DESCRIPTION, plan_demo_data, workday

MONDAY = date(2026, 3, 9)


def test_the_plan_covers_three_modalities_and_some_that_must_wait(tmp_path):
    items = [planned.item for planned in plan_demo_data(tmp_path, MONDAY)]

    places = [item.path.relative_to(tmp_path).parts[0] for item in items]
    assert {place: places.count(place) for place in set(places)} == {
        "mri": 12,
        "meg": 4,
        "eeg": 1,
        "unsorted": 1,
    }
    assert sum(item.waits for item in items) == 3
    assert len({item.path for item in items}) == len(items)


def test_everything_was_acquired_on_workdays_of_the_last_weeks(tmp_path):
    days = [planned.at.date() for planned in plan_demo_data(tmp_path, MONDAY)]

    assert days == sorted(days)
    assert all(0 < (MONDAY - day).days <= 28 and day.weekday() < 5 for day in days)


def test_a_weekend_becomes_the_friday_before():
    assert [workday(MONDAY, ago) for ago in (0, 1, 2, 3)] == [MONDAY] + [date(2026, 3, 6)] * 3


def test_meg_lies_in_megins_layout_under_the_code_that_was_given(tmp_path):
    items = [planned.item for planned in plan_demo_data(tmp_path, MONDAY, {"hearing": "HIN 2024"})]

    meg = {
        item.path.relative_to(tmp_path / "meg").parts: item.project
        for item in items
        if "meg" in item.path.parts
    }
    assert meg["HIN 2024", "sub-014", "260306"] == "HIN 2024"
    assert meg[DEFAULT_CODES["reading"], "sub-B07", "260302"] == DEFAULT_CODES["reading"]


def test_the_split_recording_of_the_demo_is_read_as_one(tmp_path):
    (planned,) = [p for p in plan_demo_data(tmp_path, MONDAY) if "split" in p.item.note]

    planned.write()

    raw = mne.io.read_raw_fif(planned.item.path / "auditory_raw.fif", verbose="error")
    assert (len(raw.filenames), raw.times[-1]) == (3, 17.996)
    assert {path.name for path in planned.item.path.iterdir()} >= {"emptyroom_raw.fif", "rest_raw_tsss.fif"}


def test_the_nameless_recording_names_nobody(tmp_path):
    (planned,) = [p for p in plan_demo_data(tmp_path, MONDAY) if p.item.note == "MEG without a subject"]

    planned.write()

    info = mne.io.read_info(planned.item.path, verbose="error")
    assert "his_id" not in info["subject_info"]


def test_the_session_without_a_subject_has_an_empty_patient_id(tmp_path):
    (planned,) = [p for p in plan_demo_data(tmp_path, MONDAY) if p.item.note == "no subject code"]

    planned.write()

    headers = [dcmread(path, stop_before_pixels=True) for path in planned.item.path.rglob("*.MRDC.*")]
    assert len(headers) == 51
    assert {(ds.PatientID, ds.StudyDescription) for ds in headers} == {("", DEFAULT_CODES["ageing"])}


def test_the_long_description_is_as_long_as_promised():
    assert len(LONG_DESCRIPTION) == 180
