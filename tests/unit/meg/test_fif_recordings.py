"""What a FIF recording is: kind, subject, project, card, companions, and how damage is told."""

from __future__ import annotations

import struct

import pytest

from fornix.meg.fif_tags import MAX_TAGS
from fornix.meg.recordings import Candidate, find_recordings


@pytest.mark.parametrize(
    ("path", "his_id", "subject", "projects"),
    [
        ("rest_raw.fif", "P07", "P07", ()),
        ("memory/sub_12/150420/rest_raw.fif", "P07", "sub_12", ("memory",)),
        ("sub_12/150420/rest_raw.fif", "P07", "sub_12", ()),
        ("memory/sub_12/159920/rest_raw.fif", "P07", "P07", ()),
        ("rest_raw.fif", "", None, ()),
    ],
    ids=["header id", "MEGIN folders", "no project folder", "no day", "nothing says it"],
)
def test_subject_and_project_come_from_folders_then_from_the_header(
    find, make_fif, path, his_id, subject, projects
):
    (recording,) = find({path: make_fif(his_id=his_id)}).recordings

    assert (recording.subject, recording.project_candidates) == (subject, projects)


def test_names_of_persons_are_nowhere_in_a_recording(find, make_fif):
    found = find({"rest_raw.fif": make_fif(name_of_person="Lovelace")})

    assert "Lovelace" not in repr(found)
    assert found.recordings[0].subject is None


@pytest.mark.parametrize(
    ("path", "his_id", "kind"),
    [
        ("emptyroom_raw.fif", "P07", "empty_room"),
        ("p/P07/150420/Empty_Room-raw.fif", "P07", "empty_room"),
        ("empty-room.fif", "", "empty_room"),
        ("noise_raw.fif", "", "empty_room"),
        ("p/emptyroom/150420/rest_raw.fif", "", "empty_room"),
        ("rest_raw.fif", "emptyroom", "empty_room"),
        ("p/P07/150420/speech_in_noise_raw.fif", "", "raw"),
        ("p/P07/150420/noisevocoded_raw.fif", "", "raw"),
    ],
)
def test_empty_room_recordings_belong_to_the_subject_emptyroom(find, make_fif, path, his_id, kind):
    (recording,) = find({path: make_fif(his_id=his_id)}).recordings

    assert recording.kind == kind
    assert (recording.subject == "emptyroom") == (kind == "empty_room")


def test_maxfiltered_and_raw_are_two_recordings(find, make_fif, fif_block):
    history = fif_block(900, fif_block(901, fif_block(502)))
    files = {"rest_raw.fif": make_fif(), "rest_raw-1.fif": make_fif(first=200, history=history)}
    files["rest_raw_tsss.fif"] = make_fif()

    recordings = find(files).recordings

    assert {found.name: found.kind for found in recordings} == {
        "rest_raw": "raw",
        "rest_raw-1": "maxfiltered",
        "rest_raw_tsss": "maxfiltered",
    }


def test_the_card_has_channels_rate_duration_and_date(find, make_fif):
    (recording,) = find({"rest_raw.fif": make_fif(seconds=1_700_000_000)}).recordings

    assert recording.card["channels"] == {"mag": 2}
    assert recording.card["sampling_rate_hz"] == 100.0
    assert recording.card["duration_s"] == 2.0
    assert recording.acquired.on.isoformat() == "2023-11-14"
    assert (recording.acquired.time, recording.acquired.utc_offset) == ("22:13:20", "+00:00")
    assert "projectors" not in recording.card


def test_derived_files_accompany_the_recording_they_are_named_after(find, make_fif, fif_tag, fif_block):
    other = fif_tag(100, 31, bytes(20)) + fif_block(355)
    files = {
        "rest_raw.fif": make_fif(),
        "rest-cov.fif": other,
        "rest2_raw.fif": make_fif(),
        "ave/x-ave.fif": other,
    }

    found = find(files)

    assert {item.name: (item.kind, item.companions) for item in found.recordings} == {
        "rest_raw": ("raw", ("rest-cov.fif",)),
        "rest2_raw": ("raw", ()),
        "x-ave": ("derived", ()),
    }
    assert found.unrecognised == {}


def test_a_file_that_measures_nothing_goes_with_the_nearest_name_of_its_folder(find, make_fif, fif_tag):
    files = {"P07_rest_raw.fif": make_fif(), "P08_rest_raw.fif": make_fif()}

    found = find({**files, "P08-trans.fif": fif_tag(100, 31, bytes(20))})

    assert [item.companions for item in found.recordings] == [(), ("P08-trans.fif",)]


def test_position_files_accompany_the_recording_they_are_named_after(find, make_fif):
    files = {"a_raw.fif": make_fif(), "b_raw.fif": make_fif(), "b_raw.pos": b"", "c/d.pos": b""}

    found = find(files)

    assert {item.name: item.companions for item in found.recordings} == {"a_raw": (), "b_raw": ("b_raw.pos",)}
    assert list(found.unrecognised) == ["c/d.pos"]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("x_raw_tsss_mc.fif", "maxfiltered"),
        ("x_proc-sss_meg.fif", "maxfiltered"),
        ("sub-mc_task-rest_meg.fif", "raw"),
    ],
)
def test_names_tell_maxfiltered_files_that_carry_no_history(find, make_fif, name, kind):
    assert find({name: make_fif()}).recordings[0].kind == kind


def test_shielded_data_are_marked(find, make_fif):
    whole = make_fif()
    shielded = whole.replace(struct.pack(">5i", 104, 3, 4, 0, 102), struct.pack(">5i", 104, 3, 4, 0, 119))

    (recording,) = find({"x_raw.fif": shielded}).recordings

    assert (recording.card["maxshield"], recording.card["duration_s"]) == (True, 2.0)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0, "1970-01-01"), (-(2**31), "None"), (1_429_540_200, "2015-04-20"), (-86_400, "1969-12-31")],
    ids=["epoch", "none", "usual", "shifted by anonymisation"],
)
def test_dates_are_given_as_written(find, make_fif, seconds, expected):
    (recording,) = find({"x_raw.fif": make_fif(seconds=seconds)}).recordings

    assert str(recording.acquired.on) == expected


def test_a_recording_without_samples_is_filed_with_a_problem(find, make_fif):
    (recording,) = find({"x_raw.fif": make_fif(samples=0)}).recordings

    assert recording.problems == ("it holds no samples",)
    assert "duration_s" not in recording.card


def test_gaps_count_but_a_skip_before_the_first_buffer_does_not(find, make_fif, fif_tag):
    skip = fif_tag(301, 3, struct.pack(">i", 2))
    gap = skip + fif_tag(300, 4, bytes(800))

    (recording,) = find({"rest_raw.fif": make_fif(before=skip, after=gap)}).recordings

    assert recording.card["duration_s"] == 5.0


@pytest.mark.parametrize("keep", range(0, 2000, 61))
def test_a_file_cut_anywhere_is_filed_with_a_problem_or_refused_with_a_reason(find, make_fif, keep):
    whole = make_fif()

    found = find({"rest_raw.fif": whole[:keep]})

    assert keep < len(whole)
    assert [item for item in found.recordings if item.problems] or found.unrecognised


@pytest.mark.parametrize(
    ("size", "next_", "words"),
    [
        (-1, 0, "negative length"),
        (4, 36, "circle"),
        (4, -7, "points to"),
        (2**31 - 1, 0, "truncated"),
        (4, 10**9, "behind"),
    ],
)
def test_a_hostile_tag_ends_the_walk_with_a_problem(find, make_fif, size, next_, words):
    whole = make_fif()
    hostile = struct.pack(">4i", 300, 3, size, next_) + bytes(4)

    (recording,) = find({"rest_raw.fif": whole + hostile}).recordings

    assert any(words in problem for problem in recording.problems)
    assert recording.card["duration_s"] == 2.0


def test_a_file_of_nothing_but_empty_tags_is_given_up(find, fif_tag):
    data = fif_tag(100, 31, bytes(20)) + fif_tag(108, 0, b"") * (MAX_TAGS + 5)

    (recording,) = find({"nop.fif": data}).recordings

    assert recording.problems == (f"damaged: more than {MAX_TAGS:,} tags",)


def with_directory(whole: bytes, *, shift: int = 0) -> bytes:
    """The file with a directory of its tags at its end; `shift`: it lies about where they are."""
    entries, at = [], 0
    while at < len(whole):
        kind, type_, size, _ = struct.unpack_from(">4i", whole, at)
        entries.append(struct.pack(">4i", kind, type_, size, at + shift))
        at += 16 + size
    directory = struct.pack(">4i", 102, 32, 16 * len(entries), -1) + b"".join(entries)
    return whole[:52] + struct.pack(">i", len(whole)) + whole[56:] + directory


@pytest.mark.parametrize("shift", [0, 1], ids=["sound", "lying"])
def test_the_directory_is_used_only_when_it_is_sound(find, make_fif, shift):
    data = with_directory(make_fif(), shift=shift)

    (recording,) = find({"rest_raw.fif": data}).recordings

    assert recording.card["duration_s"] == 2.0
    assert recording.problems == ()


@pytest.mark.parametrize(
    "end",
    [lambda whole: whole + struct.pack(">4i", 108, 0, 0, -1), with_directory],
    ids=["a last tag", "a directory"],
)
def test_bytes_behind_the_last_tag_are_told(find, make_fif, end):
    whole = end(make_fif())

    (recording,) = find({"rest_raw.fif": whole + b"stranger" * 100}).recordings

    assert recording.problems == (f"800 bytes lie behind the last tag, which ends at byte {len(whole):,}",)
    assert recording.card["duration_s"] == 2.0


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("x.fif", b"no FIF at all", "no FIF file"),
        ("x.fif", b"", "no FIF file"),
        ("x.fif.gz", b"\x1f\x8b", "unpack it"),
    ],
)
def test_what_is_no_fif_file_is_refused_with_a_reason(find, name, data, words):
    found = find({name: data})

    assert found.recordings == ()
    assert words in found.unrecognised[name]


def test_a_file_that_cannot_be_opened_is_refused_with_a_reason():
    def gone(path):
        raise FileNotFoundError(path)

    found = find_recordings([Candidate("rest_raw.fif", 100)], gone)

    assert found.unrecognised == {"rest_raw.fif": "no FIF file: the file cannot be read (FileNotFoundError)"}
