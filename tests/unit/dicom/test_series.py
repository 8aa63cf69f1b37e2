"""Scan ids within a session, and the session's modality."""

import pytest

from fornix.dicom.series import SeriesFacts, number_series, session_modality, smallest_number


def facts(uid, number, acquired="", modality="MR"):
    return SeriesFacts(uid, number, acquired, modality)


def test_the_id_is_the_series_number():
    assert number_series([facts("1.1", 3), facts("1.2", 4)], {}) == {"1.1": "3", "1.2": "4"}


def test_series_that_share_a_number_are_ordered_by_time_then_uid():
    series = [
        facts("1.9", 19001, "2024-01-01 10:00:00"),
        facts("1.2", 19001, "2024-01-01 10:05:00"),
        facts("1.1", 19001, "2024-01-01 10:05:00"),
    ]

    assert number_series(series, {}) == {"1.9": "19001", "1.1": "19001-MR2", "1.2": "19001-MR3"}


def test_an_id_once_given_never_changes():
    taken = {"1.5": "3", "1.6": "3-MR2"}

    ids = number_series([facts("1.1", 3, "2000-01-01"), facts("1.5", 3, "2024-01-01")], taken)

    assert ids == {"1.5": "3", "1.1": "3-MR3"}


def test_a_known_series_keeps_its_id_when_a_smaller_number_arrives_late():
    assert number_series([facts("1.5", 1)], {"1.5": "3"}) == {"1.5": "3"}


def test_series_without_number_are_counted_by_modality():
    series = [facts("1.3", None, "b"), facts("1.2", None, "a"), facts("1.1", None, "", "SR"), facts("1.4", 1)]

    assert number_series(series, {}) == {"1.4": "1", "1.1": "SR1", "1.2": "MR1", "1.3": "MR2"}


def test_a_strange_modality_stays_out_of_ids():
    assert number_series([facts("1.1", None, "", "../x")], {}) == {"1.1": "OT1"}


def test_the_order_of_arrival_does_not_matter():
    series = [facts(f"1.{n}", n % 3 if n % 4 else None, str(n % 2)) for n in range(20)]

    assert number_series(series, {}) == number_series(reversed(series), {})


def test_the_smallest_number_of_a_series_counts():
    assert smallest_number([9, None, 3, 4]) == 3
    assert smallest_number([None]) is None


MODALITIES = {
    "MR with a report": (["SR", "MR"], "MR"),
    "PET-MR": (["MR", "PT"], "PT"),
    "PET-CT": (["CT", "PT"], "PT"),
    "MR with structures": (["RTSTRUCT", "SEG", "MR", "OT"], "MR"),
    "reports alone": (["SR"], "SR"),
    "x-ray with presentation": (["PR", "CR"], "CR"),
    "nothing": (["", ""], "OT"),
}


@pytest.mark.parametrize(("modalities", "modality"), MODALITIES.values(), ids=MODALITIES.keys())
def test_images_name_the_session(modalities, modality):
    assert session_modality(modalities) == modality
