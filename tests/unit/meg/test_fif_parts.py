"""Split FIF recordings stay together, whatever happened to their names."""

from __future__ import annotations

import pytest

PREVIOUS, NEXT = 1, 2


@pytest.fixture
def three_parts(make_fif, fif_link):
    """The parts of one recording as a Neuromag system writes them, by their original names."""
    names = ["rest_raw.fif", "rest_raw-1.fif", "rest_raw-2.fif"]
    parts = {}
    for number, name in enumerate(names):
        before = fif_link(PREVIOUS, number - 1, f"/data/../etc/{names[number - 1]}") if number else b""
        after = fif_link(NEXT, number + 1, names[number + 1]) if number < 2 else b""
        parts[name] = make_fif(seconds=1_700_000_000 + number, first=200 * number, before=before, after=after)
    return parts


def test_parts_are_one_recording_in_chain_order(find, three_parts):
    (recording,) = find(three_parts).recordings

    assert recording.files == ("rest_raw.fif", "rest_raw-1.fif", "rest_raw-2.fif")
    assert recording.card["parts"] == 3
    assert recording.card["duration_s"] == 6.0
    assert recording.problems == ()


def test_renamed_parts_are_still_chained_by_their_pointers(find, three_parts):
    renamed = dict(zip(["z.fif", "a.fif", "m.fif"], three_parts.values(), strict=True))

    (recording,) = find(renamed).recordings

    assert recording.files == ("z.fif", "a.fif", "m.fif")


def test_equal_part_names_in_two_folders_are_two_recordings(find, three_parts):
    files = {f"{folder}/{name}": data for folder in ("p01", "p02") for name, data in three_parts.items()}

    recordings = find(files).recordings

    assert [found.files[0] for found in recordings] == ["p01/rest_raw.fif", "p02/rest_raw.fif"]
    assert all(len({path[:3] for path in found.files}) == 1 and len(found.files) == 3 for found in recordings)


def test_a_copy_of_a_split_recording_under_other_names_is_a_recording_of_its_own(find, three_parts):
    copy = {name.replace("rest", "copy"): data for name, data in three_parts.items()}

    recordings = find({**three_parts, **copy}).recordings

    assert [found.files for found in recordings] == [tuple(copy), tuple(three_parts)]


def test_a_missing_part_in_the_middle_is_said_aloud_and_nothing_is_lost(find, three_parts):
    del three_parts["rest_raw-1.fif"]

    first, last = find(three_parts).recordings[::-1]

    assert (first.files, first.problems) == (("rest_raw.fif",), ("part 2 is missing",))
    assert (last.files, last.problems) == (("rest_raw-2.fif",), ("parts 1 to 2 are missing",))


def test_a_missing_last_part_is_said_aloud(find, three_parts):
    del three_parts["rest_raw-2.fif"]

    (recording,) = find(three_parts).recordings

    assert recording.problems == ("part 3 is missing",)


def test_a_truncated_first_part_keeps_its_successors(find, three_parts):
    three_parts["rest_raw.fif"] = three_parts["rest_raw.fif"][:-300]

    (recording,) = find(three_parts).recordings

    assert len(recording.files) == 3
    assert recording.problems[0].startswith("part 1: truncated")


def test_pointers_that_run_in_a_circle_end(find, make_fif, fif_link):
    files = {
        "a.fif": make_fif(before=fif_link(PREVIOUS, 0, "b.fif"), after=fif_link(NEXT, 2, "b.fif")),
        "b.fif": make_fif(before=fif_link(PREVIOUS, 1, "a.fif"), after=fif_link(NEXT, 1, "a.fif")),
        "self.fif": make_fif(after=fif_link(NEXT, 1, "self.fif")),
    }

    recordings = find(files).recordings

    assert sorted(path for found in recordings for path in found.files) == sorted(files)


def test_pointers_do_not_lead_out_of_the_folder(find, make_fif, fif_link):
    files = {
        "p01/rest_raw.fif": make_fif(after=fif_link(NEXT, 1, "../p02/rest_raw-1.fif")),
        "p02/rest_raw-1.fif": make_fif(first=200, before=fif_link(PREVIOUS, 0, "../p01/rest_raw.fif")),
    }

    recordings = find(files).recordings

    assert [found.problems for found in recordings] == [("part 2 is missing",), ("part 1 is missing",)]


@pytest.mark.parametrize(
    ("names", "first_of_second", "count"),
    [
        (("rest_raw.fif", "rest_raw-1.fif"), 200, 1),
        (("x_split-01_meg.fif", "x_split-02_meg.fif"), 200, 1),
        (("rest_raw.fif", "task_raw.fif"), 200, 2),
    ],
    ids=["neuromag names", "BIDS names", "other names"],
)
def test_without_pointers_names_join_parts_of_one_measurement(find, make_fif, names, first_of_second, count):
    files = {names[0]: make_fif(), names[1]: make_fif(first=first_of_second)}

    assert len(find(files).recordings) == count


def test_ids_chain_parts_whose_names_are_not_in_the_pointers(find, make_fif, fif_link):
    id_of_second = make_fif(seconds=1_700_000_001)[16:36]
    files = {
        "b.fif": make_fif(seconds=1_700_000_000, after=fif_link(NEXT, 1, id_=id_of_second)),
        "a.fif": make_fif(seconds=1_700_000_001),
    }

    (recording,) = find(files).recordings

    assert recording.files == ("b.fif", "a.fif")
