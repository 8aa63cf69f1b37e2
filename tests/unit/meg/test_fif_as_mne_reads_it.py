"""Our header cards against MNE-Python, an independent reader, on its own files and on scanners' files."""

from __future__ import annotations

from collections import Counter

import pytest

mne = pytest.importorskip("mne")
np = pytest.importorskip("numpy")

CHANNEL_TYPES = [
    *("mag", "grad", "ref_meg", "eeg", "seeg", "ecog", "dbs", "eog", "ecg", "emg"),
    *("bio", "resp", "stim", "misc", "chpi", "exci", "ias", "syst", "temperature", "gsr"),
]


def assert_card_is_as_mne_says(recording, raw):
    card = recording.card
    assert card["channels"] == Counter(raw.get_channel_types())
    assert card["sampling_rate_hz"] == pytest.approx(raw.info["sfreq"], abs=1e-6)
    assert card["duration_s"] == round(raw.n_times / raw.info["sfreq"], 3)
    assert card.get("projectors", []) == [projector["desc"] for projector in raw.info["projs"]]
    assert card["lowpass_hz"] == pytest.approx(raw.info["lowpass"], abs=1e-6)
    assert recording.acquired.on == (raw.info["meas_date"] and raw.info["meas_date"].date())
    assert recording.acquired.time == ((raw.info["meas_date"] and f"{raw.info['meas_date']:%H:%M:%S}") or "")


@pytest.fixture
def raw():
    """A minute of 20 channels of every type that we count, with a date, a subject and a projector."""
    info = mne.create_info([f"C{number}" for number in range(20)], 1000.0, CHANNEL_TYPES, verbose="error")
    raw = mne.io.RawArray(np.zeros((20, 60_000)), info, verbose="error")
    raw.set_meas_date(1_700_000_000)
    raw.info["subject_info"] = {"his_id": "P07", "first_name": "Ada", "last_name": "Lovelace"}
    data = {"row_names": None, "col_names": ["C0"], "nrow": 1, "ncol": 1, "data": np.ones((1, 1))}
    raw.add_proj(mne.Projection(data=data, desc="PCA-v1", kind=1, active=False))
    return raw


@pytest.mark.parametrize("naming", ["neuromag", "bids"])
def test_split_files_of_mne_are_one_recording(raw, tmp_path, find_in, naming):
    path = tmp_path / ("rest_raw.fif" if naming == "neuromag" else "sub-01_task-rest_meg.fif")
    raw.save(path, split_size="2MB", split_naming=naming, verbose="error")

    (recording,) = find_in(tmp_path).recordings

    assert len(recording.files) == recording.card["parts"] == len(list(tmp_path.iterdir())) > 2
    assert recording.name == ("rest_raw" if naming == "neuromag" else "sub-01_task-rest_meg")
    assert recording.subject == "P07"
    assert_card_is_as_mne_says(recording, mne.io.read_raw(tmp_path / recording.files[0], verbose="error"))


@pytest.mark.parametrize("fmt", ["short", "int", "single", "double"])
def test_sample_formats_are_counted_as_mne_counts_them(raw, tmp_path, find_in, fmt):
    raw.save(tmp_path / "rest_raw.fif", fmt=fmt, verbose="error")

    (recording,) = find_in(tmp_path).recordings

    assert recording.card["duration_s"] == 60.0


def test_epochs_and_averages_accompany_their_recording(raw, tmp_path, find_in):
    raw.save(tmp_path / "rest_raw.fif", verbose="error")
    events = np.array([[1000, 0, 1], [3000, 0, 1]])
    epochs = mne.Epochs(
        raw, events, tmin=0, tmax=0.5, baseline=None, preload=True, proj=False, verbose="error"
    )
    epochs.save(tmp_path / "rest-epo.fif", verbose="error")
    epochs.average().save(tmp_path / "rest-ave.fif", verbose="error")
    mne.write_events(tmp_path / "rest-eve.fif", events, verbose="error")

    found = find_in(tmp_path)

    assert [(item.files, item.companions) for item in found.recordings] == [
        (("rest_raw.fif",), ("rest-ave.fif", "rest-epo.fif", "rest-eve.fif"))
    ]


@pytest.mark.parametrize(
    "path",
    [
        "meg/neuromag-vectorview-synthetic/MEGDEMO01_rest_raw.fif",
        "meg/neuromag-split/MEGDEMO01_task_raw.fif",
        "meg/ctf-as-fif/test_ctf_comp_raw.fif",
        "meg/bti-4d-magnes/exported4D_linux_raw.fif",
    ],
)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_scanner_files_are_read_as_mne_reads_them(shared_data, find_in, path):
    file = shared_data / path
    recordings = find_in(file.parent).recordings

    (recording,) = [found for found in recordings if found.files[0] == file.name]

    assert_card_is_as_mne_says(recording, mne.io.read_raw(file, verbose="error"))
    assert recording.problems == ()


def test_a_truncated_scanner_file_is_filed_with_its_problem(shared_data, find_in):
    (recording,) = find_in(shared_data / "meg/neuromag-broken").recordings

    assert recording.subject == "MEGDEMO01"
    assert recording.problems == ("truncated: 19,993 bytes of the tag at byte 41,347 are missing",)
