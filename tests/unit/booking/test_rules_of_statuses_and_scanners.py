"""What statuses, resource names and codes mean."""

from __future__ import annotations

from datetime import date

import pytest

from fornix.booking.config import DEFAULT_EXCLUDED
from fornix.booking.eligibility import counts, is_excluded, modality_of
from fornix.booking.mirror import BookedResource
from fornix.booking.standing import (
    PersonStanding,
    ProjectStanding,
    person_standing,
    person_status,
    project_standing,
    project_status,
)

TODAY = date(2026, 3, 4)


@pytest.mark.parametrize(
    ("status", "standing"),
    [
        ("Approved", ProjectStanding.MIRRORED),
        ("RESTRICTED", ProjectStanding.MIRRORED),
        ("terminated", ProjectStanding.MIRRORED),
        ("Draft", ProjectStanding.KNOWN),
        ("Requested", ProjectStanding.KNOWN),
        ("Denied", ProjectStanding.FROZEN),
        ("Unbookable", ProjectStanding.FROZEN),
        ("On hold", ProjectStanding.FROZEN),
        ("", ProjectStanding.FROZEN),
    ],
)
def test_a_projects_status_decides_what_the_mirror_does(status, standing):
    assert project_standing(status) is standing


@pytest.mark.parametrize(
    ("status", "expires_on", "standing"),
    [
        ("Normal", None, PersonStanding.ACTIVE),
        ("NORMAL", TODAY, PersonStanding.ACTIVE),
        ("Normal", date(2026, 3, 3), PersonStanding.SUSPENDED),
        ("Password must be reset at next login", None, PersonStanding.ACTIVE),
        ("PASSWORD_MUST_BE_RESET", None, PersonStanding.ACTIVE),
        ("Requested", None, PersonStanding.PENDING),
        ("Blocked", None, PersonStanding.SUSPENDED),
        ("Denied", None, PersonStanding.SUSPENDED),
        ("Expired", None, PersonStanding.SUSPENDED),
        ("Expired", date(2030, 1, 1), PersonStanding.SUSPENDED),
        ("Sabbatical", None, PersonStanding.UNCHANGED),
        ("Sabbatical", date(2020, 1, 1), PersonStanding.SUSPENDED),
    ],
)
def test_a_persons_status_and_expiry_decide_whether_he_may_work(status, expires_on, standing):
    assert person_standing(status, expires_on, TODAY) is standing


def test_statuses_have_one_spelling_here():
    assert project_status("APPROVED") == "Approved"
    assert project_status("On hold") == "On hold"
    assert person_status("password must be reset at next login") == "Password must be reset"


@pytest.mark.parametrize(
    ("name", "modality"),
    [
        ("MRI 3T", "MR"),
        ("3T MRI", "MR"),
        ("mri_7t", "MR"),
        ("MEG", "MEG"),
        ("Mock MRI", ""),
        ("Mock scanner", ""),
        ("Stimulus room", ""),
        ("Omega room", ""),
        ("Operator: R. Castellanos", ""),
        ("", ""),
    ],
)
def test_scanners_are_known_by_a_word_of_their_name(name, modality):
    assert modality_of("1", name, ()) == modality


def test_configured_scanners_are_known_by_id_alone():
    assert modality_of("14", "Mock scanner", (("14", "MR"),)) == "MR"
    assert modality_of("11", "MRI 3T", (("14", "MR"),)) == ""


@pytest.mark.parametrize(
    ("code", "excluded"),
    [
        ("BLOCKER", True),
        ("blocker", True),
        ("QA_PHANTOM", True),
        ("QA phantom", True),
        ("QAPHANTOM", True),
        ("TRAINING", True),
        ("TRAINING_2024", False),
        ("2024_001", False),
        ("", False),
    ],
)
def test_pseudo_projects_are_known_by_their_whole_code(code, excluded):
    assert is_excluded(code, DEFAULT_EXCLUDED) is excluded


@pytest.mark.parametrize(
    ("booked", "expected"), [(("11",), True), (("14",), False), ((), False), (("99",), False)], ids=str
)
def test_a_project_counts_when_it_books_a_scanner(booked, expected):
    resources = {"11": BookedResource("11", "MRI 3T", "MR"), "14": BookedResource("14", "Mock scanner", "")}

    assert counts("2024_001", booked, resources, ()) is expected
