"""KIT recordings with their marker and head-shape files."""

from __future__ import annotations

import struct
from collections import Counter

import pytest

CHANNELS = [2] * 5 + [0x101, 0x102, 1, -1, -1, -2, -3, -4, 0]


def kit(*, version=(2, 4), content=1, samples=3000, created=1_300_000_000, count=None, system_id=34) -> bytes:
    """A Meg160 file: directory of 32 entries, system block, channels of 20 bytes, acquisition block."""
    system = struct.pack("<3i", *version, system_id) + bytes(256)
    system += (
        struct.pack("<i", len(CHANNELS) if count is None else count)
        + bytes(256)
        + struct.pack("<2i", created, 0)
    )
    channels = b"".join(struct.pack("<i", type_).ljust(20, b"\0") for type_ in CHANNELS)
    acquisition = struct.pack("<id", content, 1000.0) + struct.pack("<4i", 500, samples, 1, 4)
    at = 512
    entries = {0: (0, 16, 32)}
    for index, block, size in [
        (1, system, len(system)),
        (4, channels, 20),
        (8, acquisition, len(acquisition)),
    ]:
        entries[index] = (at, size, 1)
        at += len(block)
    directory = b"".join(
        struct.pack(
            "<4i", entries.get(i, (0, 0, 0))[0], entries.get(i, (0, 0, 0))[1], 1, entries.get(i, (0, 0, 0))[2]
        )
        for i in range(32)
    )
    return directory + system + channels + acquisition


def test_the_header_tells_channels_rate_duration_and_date(find):
    (recording,) = find({"rest.con": kit()}).recordings

    assert recording.card["channels"] == {"mag": 6, "ref_meg": 2, "eeg": 1, "ecg": 1, "misc": 4}
    assert (recording.card["sampling_rate_hz"], recording.card["duration_s"]) == (1000.0, 3.0)
    assert (recording.acquired.on.isoformat(), recording.acquired.time) == ("2011-03-13", "07:06:40")
    assert (recording.system, recording.kind, recording.subject) == ("KIT", "raw", None)


def test_markers_and_head_shapes_accompany_the_recording_whose_name_is_nearest(find):
    files = {name: kit() for name in ("p01_rest.con", "p01_task.con")}
    files |= {
        "p01_task_mrk.sqd": kit(content=3),
        "p01_rest.mrk": b"",
        "p01_rest.elp": b"",
        "p01_task.hsp": b"",
    }

    found = find(files)

    assert {item.name: item.companions for item in found.recordings} == {
        "p01_rest": ("p01_rest.elp", "p01_rest.mrk"),
        "p01_task": ("p01_task.hsp", "p01_task_mrk.sqd"),
    }
    assert found.unrecognised == {}


def test_the_only_continuous_file_of_a_folder_is_a_recording_whatever_its_name(find):
    (recording,) = find({"marker.con": kit()}).recordings

    assert recording.files == ("marker.con",)


def test_markers_of_another_folder_are_left_alone(find):
    found = find({"p01/rest.con": kit(), "p02/rest.elp": b""})

    assert found.recordings[0].companions == ()
    assert list(found.unrecognised) == ["p02/rest.elp"]


def test_epochs_are_a_derived_recording_with_their_whole_duration(find):
    (recording,) = find({"rest.con": kit(content=3)}).recordings

    assert (recording.kind, recording.card["duration_s"]) == ("derived", 2.0)


def test_an_old_version_is_filed_with_a_problem(find):
    (recording,) = find({"rest.con": kit(version=(1, 2))}).recordings

    assert recording.problems == ("KIT format V1R002: older than V2R003, not fully known",)


def test_an_empty_room_recording_is_known_by_its_name(find):
    (recording,) = find({"p/s/140317/noise.con": kit()}).recordings

    assert (recording.kind, recording.subject, recording.project_candidates) == (
        "empty_room",
        "emptyroom",
        ("p",),
    )


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"text, not data",
        kit()[:700],
        kit(count=2**31 - 1),
        kit(count=-1),
        kit(content=9),
        kit(version=(0, 0)),
    ],
    ids=["empty", "text", "cut", "huge count", "negative count", "unknown acquisition", "no version"],
)
def test_what_is_no_kit_file_is_refused_with_a_reason(find, data):
    found = find({"rest.con": data})

    assert found.recordings == ()
    assert found.unrecognised["rest.con"].startswith("no KIT file: ")


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_real_recording_is_read_as_mne_reads_it(shared_data, find_in):
    mne = pytest.importorskip("mne")
    folder = shared_data / "meg/kit-nyu"

    (recording,) = find_in(folder).recordings

    raw = mne.io.read_raw_kit(folder / "test.sqd", stim=None, verbose="error")
    assert recording.companions == ("test.elp", "test.hsp", "test_mrk.sqd")
    assert recording.card["channels"] == Counter(raw.get_channel_types())
    assert recording.card["sampling_rate_hz"] == raw.info["sfreq"]
    assert recording.card["duration_s"] == round(raw.n_times / raw.info["sfreq"], 3)
    assert (
        f"{recording.acquired.on} {recording.acquired.time}" == f"{raw.info['meas_date']:%Y-%m-%d %H:%M:%S}"
    )
