"""CTF `.ds` folders, generated here and read alike by MNE-Python and by us."""

from __future__ import annotations

import json
import struct
from collections import Counter

import pytest

RATE, SAMPLES = 600.0, 1200
REF_MAG, REF_GRAD, MEG, EEG, STIM, ADC = 0, 1, 5, 9, 11, 18
SENSORS = [REF_MAG] * 3 + [REF_GRAD] * 2 + [MEG] * 7 + [EEG] * 4 + [STIM, ADC, ADC]


def text(value: str, size: int) -> bytes:
    return value.encode().ljust(size, b"\0")


def channel(type_: int, *, placed: bool = True) -> bytes:
    """A channel of 1328 bytes: gains, then eight coils in dewar and eight in head coordinates."""
    coil = struct.pack(
        ">8dhih d".replace(" ", ""),
        *((1.0, 2.0, 9.0, 0.0, 0.0, 0.6, 0.8, 0.0) if placed else [0.0] * 8),
        1,
        0,
        0,
        1.0,
    )
    return struct.pack(">hhi4dhhi", type_, 0, 0, 1.0, 1.0, 1.0, 0.0, 2, 0, 0) + coil * 16


# One coefficient of first-order compensation (G1BR): MNE-Python wants at least one, we do not look at it.
COMPENSATION = (
    struct.pack(">h", 1)
    + text("CH005-2908", 32)
    + struct.pack(">iih", 0x47314252, 0, 1)
    + text("CH000-2908", 31 * 50)
    + struct.pack(">50d", 0.1, *[0.0] * 49)
)


def res4(
    *,
    sensors=SENSORS,
    samples=SAMPLES,
    trials=1,
    on="17-Mar-2014",
    at="13:45:12",
    subject_id="",
    count=None,
    placed=True,
) -> bytes:
    head = b"".join(
        [
            text("MEG41RS", 8) + bytes(768) + struct.pack(">h", 0) + text(at, 255) + text(on, 255),
            struct.pack(">ih", samples, len(sensors) if count is None else count) + bytes(2),
            struct.pack(">ddh", RATE, samples * trials / RATE, trials),
        ]
    )
    run = text("run", 32) + text("title", 256) + bytes(64) + text(subject_id, 32)
    head = head.ljust(1360, b"\0") + run
    filters = (
        struct.pack(">h", 2) + struct.pack(">diih", 150.0, 1, 1, 0) + struct.pack(">diihd", 0.5, 1, 2, 1, 4.0)
    )
    names = b"".join(text(f"CH{number:03}-2908", 32) for number in range(len(sensors)))
    channels = b"".join(channel(type_, placed=placed) for type_ in sensors)
    return head.ljust(1844, b"\0") + filters + names + channels + COMPENSATION


HEAD_COILS = "".join(
    f"{kind} {coil} coil position relative to {frame} (cm):\n\tx = {x}\n\ty = {y}\n\tz = {z}\n"
    for kind, frame, points in [
        ("standard", "dewar", [(5.6, 5.6, -27.0), (-5.6, 5.6, -27.0), (5.6, -5.6, -27.0)]),
        ("measured", "dewar", [(0.1, 10.2, -26.2), (-6.9, 0.2, -26.2), (7.1, 0.2, -26.2)]),
        ("measured", "head", [(10.0, 0.0, 0.0), (0.0, 7.0, 0.0), (0.0, -7.0, 0.0)]),
    ]
    for coil, (x, y, z) in zip(["nasion", "left ear", "right ear"], points, strict=True)
)


def data_set(name="P07_rest_20140317_01", **header) -> dict[str, bytes]:
    """Files of a `.ds` folder by path."""
    samples = header.get("samples", SAMPLES) * header.get("trials", 1)
    return {
        f"{name}.ds/{name}.res4": res4(**header),
        f"{name}.ds/{name}.meg4": text("MEG41CP", 8) + bytes(4 * len(SENSORS) * samples),
        f"{name}.ds/{name}.hc": HEAD_COILS.encode(),
        f"{name}.ds/hz.ds/hz.res4": b"calibration",
        f"{name}.ds/ClassFile.cls": b"classes",
    }


@pytest.mark.parametrize(
    "header",
    [
        {},
        {"trials": 3},
        {"on": "03/11/2019", "at": "09:05"},
        {"on": "09:05:07", "at": "2019/11/03"},
        {"subject_id": "S99"},
    ],
    ids=["one trial", "three trials", "slashes", "swapped", "subject id"],
)
def test_a_ds_folder_is_read_as_mne_reads_it(find_in, tmp_path, header):
    mne = pytest.importorskip("mne")
    for path, data in data_set(**header).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)

    (recording,) = find_in(tmp_path).recordings

    raw = mne.io.read_raw_ctf(next(tmp_path.glob("*.ds")), verbose="error")
    assert recording.card["channels"] == Counter(raw.get_channel_types())
    assert recording.card["sampling_rate_hz"] == raw.info["sfreq"]
    assert recording.card["duration_s"] == round(raw.n_times / raw.info["sfreq"], 3)
    assert (recording.card["highpass_hz"], recording.card["lowpass_hz"]) == (
        raw.info["highpass"],
        raw.info["lowpass"],
    )
    assert (
        f"{recording.acquired.on} {recording.acquired.time}" == f"{raw.info['meas_date']:%Y-%m-%d %H:%M:%S}"
    )
    assert recording.subject == (raw.info["subject_info"]["his_id"] or "P07")


def test_every_file_of_the_folder_belongs_to_the_recording(find):
    files = {**data_set(), "notes/readme.fif": b""}

    found = find(files)

    assert set(found.recordings[0].files) == set(data_set())
    assert [path.rpartition(".")[2] for path in found.recordings[0].files[:2]] == ["res4", "meg4"]
    assert list(found.unrecognised) == ["notes/readme.fif"]


def test_data_in_several_files_are_parts_of_one_recording(find):
    files = data_set()
    files["P07_rest_20140317_01.ds/P07_rest_20140317_01.1_meg4"] = files[
        "P07_rest_20140317_01.ds/P07_rest_20140317_01.meg4"
    ]

    (recording,) = find(files).recordings

    assert (recording.card["parts"], recording.card["duration_s"]) == (2, 4.0)


@pytest.mark.parametrize(
    ("name", "header", "subject", "kind"),
    [
        ("P07_rest_20140317_01", {}, "P07", "raw"),
        ("P07_rest_20140317_01", {"subject_id": "S99"}, "S99", "raw"),
        ("Noise_20140317_01", {}, "emptyroom", "empty_room"),
        ("emptyroom_20140317", {"subject_id": "S99"}, "emptyroom", "empty_room"),
        ("plain", {}, "plain", "raw"),
    ],
)
def test_subject_is_the_headers_id_then_the_name_up_to_the_first_underscore(
    find, name, header, subject, kind
):
    (recording,) = find(data_set(name, **header)).recordings

    assert (recording.subject, recording.kind, recording.name) == (subject, kind, name)


def test_the_head_position_is_the_middle_between_the_ears(find):
    (recording,) = find(data_set()).recordings

    assert recording.card["head_position_mm"] == [1.0, 2.0, -262.0]


@pytest.mark.parametrize("value", ["nan", "1e999", "left"])
def test_a_head_position_that_is_no_number_is_left_out(find, value):
    files = {name: data.replace(b"-6.9", value.encode()) for name, data in data_set().items()}

    (recording,) = find(files).recordings

    assert "head_position_mm" not in recording.card


def test_a_folder_imported_from_inside_is_one_recording_too(find):
    inside = {path.partition("/")[2]: data for path, data in data_set().items() if "hz.ds" not in path}

    (recording,) = find({**inside, "other.fif": b""}).recordings

    assert set(recording.files) == set(inside)
    assert recording.subject == "P07"


def test_a_sensor_without_a_place_measures_nothing(find):
    (recording,) = find(data_set(placed=False)).recordings

    assert recording.card["channels"] == {"eeg": 4, "stim": 1, "misc": 14}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda name, data: None if name.endswith(".meg4") else data, "the .meg4 data file is missing"),
        (
            lambda name, data: data[:-400] if name.endswith(".meg4") else data,
            "truncated: 1,194 of 1,200 samples",
        ),
        (
            lambda name, data: data[:3000] if name.endswith("01.res4") else data,
            "the file ends within its header",
        ),
        (lambda name, data: b"RUBBISH" if name.endswith("01.res4") else data, "does not begin with MEG4"),
        (
            lambda name, data: res4(count=32767) if name.endswith("01.res4") else data,
            "the file ends within its header",
        ),
    ],
    ids=["no data", "data cut", "header cut", "no header", "huge count"],
)
def test_damage_is_told_and_the_recording_is_filed(find, change, words):
    files = {name: change(name, data) for name, data in data_set().items()}

    (recording,) = find({name: data for name, data in files.items() if data is not None}).recordings

    assert any(words in problem for problem in recording.problems)
    assert recording.subject == "P07"


@pytest.mark.parametrize("filler", [0x7F, 0xFF, 0x80])
@pytest.mark.parametrize("at", range(700, 12_000, 397))
def test_absurd_numbers_in_the_header_do_no_harm(find, at, filler):
    files = data_set()
    name = next(name for name in files if name.endswith("01.res4"))
    files[name] = files[name][:at] + bytes([filler]) * 9 + files[name][at + 9 :]

    (recording,) = find(files).recordings

    assert set(recording.files) == set(files)
    json.dumps(recording.card, allow_nan=False)


def test_head_points_beside_the_folder_accompany_it(find):
    (recording,) = find({**data_set(), "P07.pos": b"", "P07.elp": b""}).recordings

    assert recording.companions == ("P07.elp", "P07.pos")


def test_a_missing_part_is_said_aloud(find):
    files = data_set()
    files["P07_rest_20140317_01.ds/P07_rest_20140317_01.2_meg4"] = b"MEG41CP\0"

    (recording,) = find(files).recordings

    assert recording.problems == ("part 2 is missing",)


def test_a_ds_folder_without_header_is_refused_with_a_reason(find):
    found = find({"x.ds/x.meg4": b"MEG41CP\0"})

    assert found.recordings == ()
    assert found.unrecognised == {"x.ds/x.meg4": "a CTF .ds folder without its .res4 header"}
