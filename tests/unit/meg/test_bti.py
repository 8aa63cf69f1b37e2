"""BTi/4D runs: data, config and head-shape files of one folder."""

from __future__ import annotations

import struct
from collections import Counter

import pytest

NAMES = ["A1", "A2", "A148", "MxA", "GxxA", "EEG1", "E12", "X1", "TRIGGER", "RESPONSE", "VEOG", "UACurrent"]
CONFIG = struct.pack(">h32s", 1, b"Site")
SHAPE = struct.pack(">4i", 1, 0, 0, 0)


def pdf(
    *,
    epochs=(500, 500),
    stamp=1_300_000_000,
    count=None,
    data_format=1,
    position=None,
    rubbish=0,
    period=0.002,
) -> bytes:
    """Samples, then the header that the last 8 bytes point to."""
    data = bytes(2 * len(NAMES) * sum(epochs))
    data += bytes(-len(data) % 8)
    header = struct.pack(">h5sxhh4if16sihxxiihhi20x4x", 1, b"BTI", data_format, 0, len(epochs), 0, 0, 0, period, b"", 1,
                         len(NAMES) if count is None else count, 0, 0, 0, 0, 0)  # fmt: skip
    blocks = b"".join(struct.pack(">i52x", points) for points in epochs)
    channels = b"".join(name.encode().ljust(104, b"\0") for name in NAMES)
    process = struct.pack(">i20si32si", 360, b"BTi_defaults", 0, b"", stamp).ljust(360, b"\0")
    at = len(data) if position is None else position
    return data + header + blocks + channels + process + struct.pack(">q", at | rubbish << 32)


@pytest.mark.parametrize("rubbish", [0, 0x1234], ids=["clean", "upper half unset"])
def test_the_header_tells_channels_rate_duration_and_date(find, rubbish):
    (recording,) = find({"run/c,rfDC": pdf(rubbish=rubbish), "run/config": CONFIG}).recordings

    assert recording.card["channels"] == {"mag": 3, "ref_meg": 2, "eeg": 2, "eog": 1, "stim": 2, "misc": 2}
    assert (recording.card["sampling_rate_hz"], recording.card["duration_s"]) == (
        pytest.approx(500, abs=0.001),
        2.0,
    )
    assert (recording.acquired.on.isoformat(), recording.acquired.time) == ("2011-03-13", "07:06:40")
    assert (recording.system, recording.name) == ("BTI", "run/c,rfDC")


def test_config_and_head_shape_belong_to_the_run(find):
    files = {
        "1/c,rfDC": pdf(),
        "1/config": CONFIG,
        "1/hs_file": SHAPE,
        "1/e,rfhp1.0Hz,COH": pdf(),
        "2/config": CONFIG,
    }

    found = find(files)

    assert [(item.files, item.companions) for item in found.recordings] == [
        (("1/c,rfDC", "1/config"), ("1/hs_file", "1/e,rfhp1.0Hz,COH"))
    ]
    assert found.unrecognised == {"2/config": "a BTi config file without a readable data file beside it"}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"short",
        pdf()[:-20],
        pdf(position=10**12),
        pdf(position=8),
        pdf(count=-5),
        pdf(count=30_000),
        pdf(data_format=77),
        pdf(period=0.0),
        pdf(period=1e-39),
        pdf(period=float("nan")),
    ],
)
def test_a_damaged_data_file_is_refused_with_a_reason(find, data):
    found = find({"run/c,rfDC": data, "run/config": CONFIG})

    assert found.recordings == ()
    assert found.unrecognised["run/c,rfDC"].startswith("no BTi data file: ")


def test_an_empty_room_run_is_known_by_its_folder(find):
    (recording,) = find({"emptyroom/c,rfDC": pdf(), "emptyroom/config": CONFIG}).recordings

    assert (recording.kind, recording.subject) == ("empty_room", "emptyroom")


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_real_recording_is_read_as_mne_reads_it(shared_data, find_in):
    mne = pytest.importorskip("mne")
    names = [str(shared_data / f"meg/bti-4d-magnes/test_{part}_linux") for part in ("pdf", "config", "hs")]

    recording = next(
        item for item in find_in(shared_data / "meg/bti-4d-magnes").recordings if item.system == "BTI"
    )

    raw = mne.io.read_raw_bti(*names, verbose="error")
    assert (recording.files, recording.companions) == (
        ("test_pdf_linux", "test_config_linux"),
        ("test_hs_linux",),
    )
    assert recording.card["channels"] == Counter(raw.get_channel_types())
    assert recording.card["sampling_rate_hz"] == pytest.approx(raw.info["sfreq"], abs=1e-6)
    assert recording.card["duration_s"] == round(raw.n_times / raw.info["sfreq"], 3)
    assert (
        f"{recording.acquired.on} {recording.acquired.time}" == f"{raw.info['meas_date']:%Y-%m-%d %H:%M:%S}"
    )
