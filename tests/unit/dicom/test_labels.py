"""Labels by XNAT's rules (contracts/xnat-rest.md section 4) and codes by ours (contracts/calpendo.md 4.7)."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.dicom import builder as b

from fornix.dicom import tags
from fornix.dicom.labels import (
    assigned_projects,
    clean_label,
    fold_code,
    project_candidates,
    session_label,
    subject_label,
)

CLEANED = {
    "letters, digits, dot, dash": ("sub-01.A_b", "sub-01.A_b"),
    "name": ("Doe^Jane", "Doe_Jane"),
    "umlaut": ("Müller", "M_ller"),
    "path": ("../../etc", ".._.._etc"),
    "this folder": (".", "_"),
    "parent folder": ("..", "__"),
    "blank ends": ("  A 1 ", "A_1"),
    "markup": ("<b>x", "_b_x"),
    "digits of another script": ("٣", "_"),
    "line breaks": ("a\r\nb", "a__b"),
    "empty": ("", ""),
}


@pytest.mark.parametrize(("text", "label"), CLEANED.values(), ids=CLEANED.keys())
def test_labels_keep_only_what_is_safe(text, label):
    assert clean_label(text) == label


@given(st.text(max_size=300), st.integers(16, 180))
def test_a_label_is_always_safe_and_short(text, limit):
    label = clean_label(text, limit)

    assert set(label) <= set(string.ascii_letters + string.digits + "_-.")
    assert label not in (".", "..")
    assert len(label) <= limit


def test_two_long_texts_never_become_one_label():
    assert clean_label("x" * 100 + "1") != clean_label("x" * 100 + "2")


def comments(text):
    return {tags.PatientComments: ("LT", text)}


SUBJECTS = {
    "comment": (comments("Project: P1; Subject: S1; Session: E1"), "S1"),
    "comment without blanks": (comments("Project:P1 Subject:S1 Session:E1"), "S1"),
    "comment with commas, any case": (comments("note,SUBJECT:s1,x"), "s1"),
    "comment with words around": (comments("right handed Subject: S-2 tired"), "S-2"),
    "comment with the word inside another": (comments("MySubject:S1"), "P01"),
    "comment without a value": (comments("Subject: Session:E1"), "P01"),
    "comment given twice: the last": (comments("Subject:S1\nSubject:S2"), "S2"),
    "comment that needs cleaning": (comments("Subject:Jane/1"), "Jane_1"),
    "study comments": ({tags.StudyComments: ("LT", "Subject:S3")}, "S3"),
    "additional history": ({tags.AdditionalPatientHistory: ("LT", "Subject:S4")}, "S4"),
    "patient comments before study comments": (
        {tags.StudyComments: ("LT", "Subject:S3"), **comments("Subject:S1")},
        "S1",
    ),
    "a name that is a code": ({tags.PatientName: ("PN", "sub-01")}, "sub-01"),
    "a code with empty name components": ({tags.PatientName: ("PN", "sub-01^^^^")}, "sub-01"),
    "a person's name": ({tags.PatientName: ("PN", "Doe^Jane")}, "P01"),
    "a name in another script": ({tags.PatientName: ("PN", "Jérôme".encode("latin-1"))}, "P01"),
    "a name of dots": ({tags.PatientName: ("PN", "..")}, "P01"),
    "an id that needs cleaning": ({tags.PatientID: ("LO", "A/1")}, "A_1"),
    "an id of filling": ({tags.PatientID: ("LO", "^^^")}, None),
    "no id": ({tags.PatientID: ("LO", "")}, None),
}


@pytest.mark.parametrize(("changes", "label"), SUBJECTS.values(), ids=SUBJECTS.keys())
def test_the_subject_is_found_in_xnats_order(changes, label):
    assert subject_label(b.header_with(changes)) == label


def test_a_site_can_do_without_names():
    header = b.header_with({tags.PatientName: ("PN", "sub-01")})

    assert subject_label(header, name_allowed=False) == "P01"


SESSIONS = {
    "comment": (comments("Session:E1"), "E1"),
    "id": ({}, "P01"),
    "neither": ({tags.PatientID: ("LO", " ")}, None),
}


@pytest.mark.parametrize(("changes", "label"), SESSIONS.values(), ids=SESSIONS.keys())
def test_the_session_is_named_by_comment_or_patient_id(changes, label):
    assert session_label(b.header_with(changes)) == label


def test_project_candidates_come_in_xnats_order():
    header = b.header_with(
        {
            tags.AccessionNumber: ("SH", "A7 "),
            tags.StudyDescription: ("LO", "MRC Pain Study"),
            tags.AdditionalPatientHistory: ("LT", "project: P3"),
            tags.StudyComments: ("LT", "Project : P2"),
            **comments("Project:P1"),
        }
    )

    assert project_candidates(header) == ("P1", "P2", "P3", "MRC Pain Study", "A7")
    assert assigned_projects(header) == ("P1", "P2", "P3")


def test_nothing_said_gives_no_project():
    assert project_candidates(b.header_with()) == ()


SAME_CODES = {
    "case": ("ABC12", "abc12"),
    "space and underscore": ("MRC Pain", "MRC_Pain"),
    "runs": ("MRC -- Pain", "mrc_pain"),
    "blank ends": (" ABC ", "ABC"),
    "composed and decomposed": ("Caf\u00e9", "Cafe\u0301"),
    "sharp s": ("Straße", "STRASSE"),
}


@pytest.mark.parametrize(("one", "other"), SAME_CODES.values(), ids=SAME_CODES.keys())
def test_codes_that_consoles_mangle_compare_equal(one, other):
    assert fold_code(one) == fold_code(other)


def test_different_codes_stay_different():
    assert fold_code("ABC1") != fold_code("ABC-1")
