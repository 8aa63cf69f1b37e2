"""The simulated MEG and EEG recordings, read by mne."""

from datetime import UTC, datetime

import mne
import numpy as np
import pytest

from fornix.simulator.meg import EegSpec, RecordingSpec, Task, write_brainvision, write_edf, write_recording

NINE = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)


def spec(**other: object) -> RecordingSpec:
    values = {"subject": "sub-014", "project": "2023_112", "measured_at": NINE, "duration_s": 2.0}
    return RecordingSpec(**{**values, **other})


def read(path) -> mne.io.BaseRaw:
    return mne.io.read_raw_fif(path, preload=True, verbose="error")


def test_a_recording_has_the_channels_of_a_vectorview(tmp_path):
    (path,) = write_recording(tmp_path, "rest_raw", spec())

    raw = read(path)

    counts = {kind: len(mne.pick_types(raw.info, meg=kind)) for kind in ("mag", "grad")}
    assert counts == {"mag": 102, "grad": 204}
    assert len(mne.pick_types(raw.info, meg=False, eog=True, ecg=True, stim=True)) == 4
    assert len(set(raw.ch_names)) == 310


def test_the_header_tells_who_when_and_how(tmp_path):
    (path,) = write_recording(tmp_path, "rest_raw", spec())

    info = read(path).info

    assert (info["subject_info"]["his_id"], info["proj_name"]) == ("sub-014", "2023_112")
    assert (info["meas_date"], info["sfreq"], info["line_freq"]) == (NINE, 250.0, 50.0)
    assert [p["desc"] for p in info["projs"]] == ["PCA-v1", "PCA-v2", "PCA-v3"]
    assert len(info["dig"]) == 67
    assert info["dev_head_t"]["trans"][2, 3] == pytest.approx(0.042)
    assert not info["proc_history"]


def test_parts_are_chained_and_hold_what_the_whole_holds(tmp_path):
    (whole,) = write_recording(tmp_path / "whole", "task_raw", spec(task=Task.AUDITORY))
    parts = write_recording(tmp_path / "parts", "task_raw", spec(task=Task.AUDITORY, parts=3))

    joined = read(parts[0])

    assert [path.name for path in parts] == ["task_raw.fif", "task_raw-1.fif", "task_raw-2.fif"]
    assert [path.name for path in joined.filenames] == [path.name for path in parts]
    assert np.array_equal(joined.get_data(), read(whole).get_data())


def test_maxfiltered_data_carry_their_processing_history(tmp_path):
    (path,) = write_recording(tmp_path, "rest_raw_tsss", spec(is_maxfiltered=True))

    raw = read(path)

    (record,) = raw.info["proc_history"]
    assert record["max_info"]["sss_info"]["in_order"] == 8
    assert record["max_info"]["max_st"]["subspcorr"] == pytest.approx(0.98)
    assert raw.orig_format == "single"


def test_an_empty_room_has_no_head(tmp_path):
    room = write_recording(tmp_path, "emptyroom_raw", spec(task=Task.EMPTY_ROOM, subject="emptyroom"))
    rest = write_recording(tmp_path, "rest_raw", spec())

    empty, full = read(room[0]), read(rest[0])

    assert empty.info["dig"] is None
    assert empty.get_data("mag").std() < 0.5 * full.get_data("mag").std()
    assert 1e-14 < empty.get_data("mag").std() < 5e-13


def test_tones_are_marked_on_the_trigger_channel(tmp_path):
    (path,) = write_recording(tmp_path, "aud_raw", spec(task=Task.AUDITORY, duration_s=4.0))

    events = mne.find_events(read(path), "STI101", initial_event=True, verbose="error")

    assert events[:, 2].tolist() == [1, 2, 1, 2]
    assert np.diff(events[:, 0]).tolist() == [250, 250, 250]


def test_the_same_recording_has_the_same_bytes_and_another_seed_has_others(tmp_path):
    first, again, other = (
        write_recording(tmp_path / name, "rest_raw", spec(seed=seed))[0].read_bytes()
        for name, seed in (("a", 1), ("b", 1), ("c", 2))
    )

    assert first == again
    assert first != other


def test_brainvision_is_read_with_its_markers(tmp_path):
    paths = write_brainvision(tmp_path, "sub-021_oddball", EegSpec("sub-021", NINE, duration_s=3))

    raw = mne.io.read_raw_brainvision(paths[0], preload=True, verbose="error")

    assert [path.suffix for path in paths] == [".vhdr", ".vmrk", ".eeg"]
    assert (len(raw.ch_names), raw.info["sfreq"], raw.n_times) == (32, 500.0, 1500)
    assert [a["description"] for a in raw.annotations] == ["Stimulus/S  2", "Stimulus/S  1"]
    assert raw.info["meas_date"] == NINE
    assert 5e-6 < raw.get_data().std() < 5e-5


def test_edf_holds_the_same_signals_as_brainvision(tmp_path):
    eeg = EegSpec("sub-021", NINE, duration_s=2)
    edf = mne.io.read_raw_edf(write_edf(tmp_path / "a.edf", eeg), preload=True, verbose="error")
    vhdr = write_brainvision(tmp_path, "a", eeg)[0]

    brainvision = mne.io.read_raw_brainvision(vhdr, preload=True, verbose="error")

    assert (edf.info["sfreq"], edf.info["meas_date"]) == (500.0, NINE)
    assert edf.get_data() == pytest.approx(brainvision.get_data(), abs=1e-9)
