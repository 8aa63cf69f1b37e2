"""BrainVision, EDF and BDF recordings."""

from __future__ import annotations

from collections import Counter

import pytest

LABELS = ["EEG Fp1", "EEG Fp2", "EOG left", "ECG II"]


def edf(
    *,
    labels=LABELS,
    records=10,
    present=None,
    patient="P07 M 02-MAY-1951 Lovelace",
    reserved="EDF+C",
    is_bdf=False,
) -> bytes:
    """One-second records of 100 samples per channel."""
    count = len(labels)
    fields = [(b"\xffBIOSEMI" if is_bdf else b"0       "), patient, "Startdate X", "17.03.14", "13.45.12"]
    sizes = [8, 80, 80, 8, 8, 8, 44, 8, 8, 4]
    fields += [str(256 * (count + 1)), reserved, str(records), "1", str(count)]
    fixed = b"".join(
        (f if isinstance(f, bytes) else f.encode()).ljust(n) for f, n in zip(fields, sizes, strict=True)
    )
    columns = [
        (16, None),
        (80, ""),
        (8, "uV"),
        (8, "-100"),
        (8, "100"),
        (8, "-2048"),
        (8, "2047"),
        (80, ""),
        (8, "100"),
        (32, ""),
    ]
    channels = "".join(
        (value if value is not None else label).ljust(size) for size, value in columns for label in labels
    )
    samples = bytes((3 if is_bdf else 2) * 100 * count * (records if present is None else present))
    return fixed + channels.encode() + samples


VHDR = """Brain Vision Data Exchange Header File Version 1.0
[Common Infos]
Codepage=UTF-8
DataFile={data}
MarkerFile={markers}
DataFormat=BINARY
NumberOfChannels=4
SamplingInterval=2000
[Binary Infos]
BinaryFormat=INT_16
[Channel Infos]
Ch1=Fp1,,0.5,µV
Ch2=VEOG,,0.5,µV
Ch3=ECG,,0.5,
Ch4=GSR,,0.5,µS
"""
VMRK = b"""Brain Vision Data Exchange Marker File, Version 1.0
[Marker Infos]
Mk1=New Segment,,1,1,0,20140317134512000000
"""


def brainvision(stem="rest", data="$b.eeg", markers="$b.vmrk") -> dict[str, bytes]:
    header = VHDR.format(data=data, markers=markers).encode()
    return {f"{stem}.vhdr": header, f"{stem}.eeg": bytes(8 * 1000), f"{stem}.vmrk": VMRK}


@pytest.mark.parametrize(("is_bdf", "system"), [(False, "EDF"), (True, "BDF")])
def test_edf_and_bdf_headers_tell_channels_rate_duration_and_date(find, is_bdf, system):
    (recording,) = find({"rest": edf(is_bdf=is_bdf)}).recordings

    assert (recording.system, recording.modality, recording.problems) == (system, "EEG", ())
    assert recording.card["channels"] == {"eeg": 2, "eog": 1, "ecg": 1}
    assert (recording.card["sampling_rate_hz"], recording.card["duration_s"]) == (100.0, 10.0)
    assert (recording.acquired.on.isoformat(), recording.acquired.time) == ("2014-03-17", "13:45:12")


@pytest.mark.parametrize(
    ("patient", "reserved", "subject"),
    [
        ("P07 M 02-MAY-1951 Lovelace", "EDF+C", "P07"),
        ("X X X X", "EDF+C", None),
        ("Ada Lovelace", "EDF+C", None),
        ("Ada M 02-MAY-1951 Lovelace", "", None),
    ],
    ids=["EDF+ code", "EDF+ unknown", "no EDF+ syntax", "plain EDF"],
)
def test_only_the_code_of_edf_plus_is_a_subject_never_a_name(find, patient, reserved, subject):
    found = find({"rest.edf": edf(patient=patient, reserved=reserved)})

    assert found.recordings[0].subject == subject
    assert "Lovelace" not in repr(found)


def test_annotation_channels_are_not_counted(find):
    (recording,) = find({"rest.edf": edf(labels=["Cz", "Status", "EDF Annotations"])}).recordings

    assert recording.card["channels"] == {"eeg": 1, "stim": 1}


@pytest.mark.parametrize(
    ("records", "present", "problem", "duration"),
    [(10, 4, "truncated: 4 of 10 records are there", 4.0), (-1, 7, "not closed", None)],
    ids=["cut", "not closed"],
)
def test_a_cut_edf_file_is_filed_with_its_problem(find, records, present, problem, duration):
    (recording,) = find({"rest.edf": edf(records=records, present=present)}).recordings

    assert problem in recording.problems[0]
    assert recording.card["duration_s"] == (duration or 7.0)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        edf()[:300],
        b"0       ".ljust(256),
        edf().replace(b"4   ", b"9999"),
        edf().replace(b"100     ", b"1e9     "),
    ],
    ids=["empty", "cut", "blank", "huge count", "no number"],
)
def test_what_is_no_edf_file_is_refused_with_a_reason(find, data):
    found = find({"rest.edf": data})

    assert found.recordings == ()
    assert found.unrecognised["rest.edf"].startswith("no EDF or BDF file: ")


def test_a_brainvision_triplet_is_one_recording(find):
    found = find(brainvision())

    (recording,) = found.recordings
    assert recording.files == ("rest.vhdr", "rest.eeg", "rest.vmrk")
    assert recording.card["channels"] == {"eeg": 1, "eog": 1, "ecg": 1, "misc": 1}
    assert (recording.card["sampling_rate_hz"], recording.card["duration_s"]) == (500.0, 2.0)
    assert (recording.acquired.on.isoformat(), recording.acquired.time) == ("2014-03-17", "13:45:12")


def test_a_renamed_triplet_is_found_by_its_stem(find):
    (recording,) = find(brainvision(data="old.eeg", markers="old.vmrk")).recordings

    assert recording.files == ("rest.vhdr", "rest.eeg", "rest.vmrk")


def test_the_names_in_the_header_come_first_and_never_lead_out_of_the_folder(find):
    files = {
        f"p01/{name}": data for name, data in brainvision(data="../p02/rest.eeg", markers="b.vmrk").items()
    }
    files |= {"p01/b.vmrk": VMRK, "p02/rest.eeg": b"", "p01/rest.vmrk": VMRK}

    found = find(files)

    assert found.recordings[0].files == ("p01/rest.vhdr", "p01/rest.eeg", "p01/b.vmrk")
    assert sorted(found.unrecognised) == ["p01/rest.vmrk", "p02/rest.eeg"]


def test_missing_data_and_markers_are_said_aloud(find):
    (recording,) = find({"rest.vhdr": brainvision()["rest.vhdr"]}).recordings

    assert recording.problems == ("the data file is missing", "the marker file is missing")


def test_a_header_of_another_kind_is_refused_with_a_reason(find):
    found = find({"rest.vhdr": b"[Common Infos]\nDataFile=x"})

    assert found.unrecognised == {"rest.vhdr": "no BrainVision header: its first line is another"}


@pytest.mark.parametrize(
    ("path", "reader", "options"),
    [
        ("brainvision/test.vhdr", "read_raw_brainvision", {}),
        ("edf/test_edf_stim_channel.edf", "read_raw_edf", {"infer_types": True}),
        ("bdf/test.bdf", "read_raw_bdf", {}),
    ],
)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_real_recordings_are_read_as_mne_reads_them(shared_data, find_in, path, reader, options):
    mne = pytest.importorskip("mne")
    file = shared_data / "eeg" / path

    (recording,) = find_in(file.parent).recordings

    raw = getattr(mne.io, reader)(file, verbose="error", **options)
    assert recording.card["channels"] == Counter(raw.get_channel_types())
    assert recording.card["sampling_rate_hz"] == raw.info["sfreq"]
    assert recording.card["duration_s"] == round(raw.n_times / raw.info["sfreq"], 3)
    assert (
        f"{recording.acquired.on} {recording.acquired.time}" == f"{raw.info['meas_date']:%Y-%m-%d %H:%M:%S}"
    )
