"""Subjects, sessions and scans: labels that are free, accessions that are never given twice, text that fits."""

from __future__ import annotations

import pytest
from django.db import transaction
from tests.factories import AT, PREFIX, make_project, make_scan, make_session, make_subject

from fornix.catalog.accessions import next_accession
from fornix.catalog.hierarchy import (
    ScanFacts,
    SessionFacts,
    create_scan,
    create_session,
    free_session_label,
    get_or_create_subject,
    next_scan_number,
)
from fornix.models import ImagingSession, Scan

pytestmark = pytest.mark.django_db


def test_accessions_count_on_and_are_never_given_twice():
    subjects = [make_subject(make_project(code)) for code in ("A", "B")]
    make_session(subjects[0])
    ImagingSession.objects.all().delete()

    assert [subject.accession for subject in subjects] == ["FORNIX_S00001", "FORNIX_S00002"]
    assert make_session(subjects[1]).accession == "FORNIX_E00002"


def test_an_accession_of_a_failed_change_is_given_to_the_next():
    with transaction.atomic():
        next_accession("E", PREFIX)
        transaction.set_rollback(True)

    assert next_accession("E", PREFIX) == "FORNIX_E00001"


def test_a_subject_of_one_label_is_one_subject_of_its_project():
    projects = [make_project(code) for code in ("A", "B")]
    subjects = [
        get_or_create_subject(project, "S1", prefix=PREFIX, at=AT) for project in (*projects, projects[0])
    ]

    assert subjects[0] == subjects[2] != subjects[1]


def test_a_session_label_is_free_when_nobody_in_the_project_holds_it():
    subject = make_subject(make_project("A"))
    for label in ("visit", "visit_2", "visit_10", "visitor"):
        make_session(subject, label)

    assert free_session_label(subject.project, "visit") == "visit_3"
    assert free_session_label(make_project("B"), "visit") == "visit"


def test_text_longer_than_its_column_is_cut():
    long = "x" * 5000
    facts = SessionFacts(
        modality=long, scanner=long, patient_name=long, patient_id=long, patient_birth_date=long
    )
    session = create_session(make_subject(make_project()), "visit", facts, prefix=PREFIX, at=AT)

    scan = create_scan(session, ScanFacts("1", 1, "1.2.3", long, long, long))

    assert {len(session.patient_name), len(session.patient_id)} == {400, 200}
    assert (len(scan.description), len(scan.type), len(scan.modality)) == (1000, 100, 16)


def test_the_next_scan_number_follows_the_highest():
    session = make_session(make_subject(make_project()))
    assert next_scan_number(session) == 1
    make_scan(session, number=7)

    assert next_scan_number(session) == 8
    assert Scan.objects.get().scan_id == "1"
