"""Header values as lines for people, whatever a header holds."""

from __future__ import annotations

import pytest

from fornix.web.header_card import CardLine, card_lines, kind_of_scan


@pytest.mark.parametrize(
    ("key", "value", "line"),
    [
        ("te_ms", 33.0, CardLine("Echo time", "33 ms")),
        ("te_ms", [2.5, 5.0], CardLine("Echo time", "2.5, 5 ms")),
        ("head_position_mm", [-0.8, 9.4, -65.1], CardLine("Head position", "-0.8, 9.4, -65.1 mm")),
        ("bandwidth_hz_per_px", 488.281, CardLine("Bandwidth", "488.281 Hz/px")),
        ("lowpass_hz", 330.078125, CardLine("Low-pass", "330.1 Hz")),
        ("lowpass_hz", float("inf"), CardLine("Low-pass", "inf Hz")),
        ("highpass_hz", 0.03, CardLine("High-pass", "0.03 Hz")),
        ("matrix", [104, 104], CardLine("Matrix", "104 × 104")),
        ("field_strength_t", 3.0, CardLine("Field strength", "3 T")),
        ("flip_angle_deg", 66, CardLine("Flip angle", "66°")),
        ("voxel_mm", [2.0, 2.0, 2.5], CardLine("Voxel", "2 × 2 × 2.5 mm")),
        ("duration_s", 1450.2, CardLine("Duration", "24:10")),
        ("duration_s", 4000, CardLine("Duration", "1:06:40")),
        ("is_maxfiltered", True, CardLine("Is maxfiltered", "yes")),
        ("channels", {"mag": 102, "ref_meg": 3}, CardLine("Channels", "", ("102 mag", "3 reference"))),
        ("projectors", ["PCA-v1"], CardLine("Projectors", "", ("PCA-v1",))),
    ],
)
def test_a_value_is_named_and_has_its_unit(key, value, line):
    assert card_lines({key: value}) == (line,)


@pytest.mark.parametrize("nothing", [None, "", [], {}], ids=repr)
def test_what_is_not_known_is_left_out(nothing):
    assert card_lines({"coil": nothing}) == ()


def test_the_order_does_not_depend_on_how_it_was_stored():
    header = {"zeta": 1, "te_ms": 33, "alpha": 2, "tr_ms": 1500}

    names = [line.name for line in card_lines(header)]

    assert names == ["Repetition time", "Echo time", "Alpha", "Zeta"]


def test_long_lists_say_how_much_is_left_out():
    (line,) = card_lines({"parts": [f"part-{number}" for number in range(40)]})

    assert line.parts[-1] == "and 28 more"


def test_lists_of_things_with_values_are_written_out():
    (line,) = card_lines({"coils": [{"name": "a", "error_mm": 1.25}]})

    assert line.parts == ("name a, error 1.25 mm",)


@pytest.mark.parametrize(
    ("scan_type", "description", "kind"),
    [
        ("anat", "", "anat"),
        ("", "t1_mprage_sag", "anat"),
        ("", "ep2d_bold_rest", "func"),
        ("DTI", "", "dwi"),
        ("fmap", "epi_dir-AP", "fmap"),
        ("", "PhoenixZIPReport", "other"),
        ("", "", "other"),
    ],
)
def test_a_scan_gets_the_colour_of_its_kind(scan_type, description, kind):
    assert kind_of_scan(scan_type, description) == kind
