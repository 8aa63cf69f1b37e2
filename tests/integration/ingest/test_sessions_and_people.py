"""Which session a study becomes, how it is called, and that two people are never merged."""

from __future__ import annotations

import pytest
from tests.integration.ingest.archive import Archive, instance, mri, put, put_all

from fornix.catalog.site_rules import SiteRules
from fornix.models import Flag, ImagingSession, Subject


def places(archive) -> list[tuple[str, str]]:
    return [(session["subject"], session["label"]) for session in archive.sessions()]


def flags() -> list[str]:
    return sorted(Flag.objects.values_list("kind", flat=True))


def test_studies_patients_and_days_in_one_folder_become_sessions(archive, tmp_path):
    for number, (patient, day) in enumerate([("P01", 1), ("P02", 1), ("P01", 2)]):
        mri(tmp_path / "in" / str(number % 2), patient, day=day, numbers=(number + 1,))

    report = archive.take(tmp_path / "in", project="A")

    told = sorted((session["subject"], session["date"]) for session in archive.sessions())
    assert told == [("P01", "2024-03-01"), ("P01", "2024-03-02"), ("P02", "2024-03-01")]
    assert len(report.filed) == 3


def test_a_session_label_that_another_study_holds_gets_a_number_and_is_told(archive, tmp_path):
    archive.take(mri(tmp_path / "1", day=1), project="A", session="visit")

    reports = [
        archive.take(mri(tmp_path / str(day), day=day), project="A", session="visit") for day in (2, 3)
    ]

    assert [label for _, label in places(archive)] == ["visit", "visit_2", "visit_3"]
    assert "visit is taken" in reports[0].filed[0].notes[0]


def test_two_names_under_one_patient_id_are_flagged_and_never_merged(archive, tmp_path):
    archive.take(mri(tmp_path / "1", name="Doe^John", day=1), project="A")

    report = archive.take(mri(tmp_path / "2", name="Roe^Richard", day=2), project="A")

    assert (len(places(archive)), flags()) == (2, ["two_people"])
    (note,) = [note for note in report.filed[0].notes if "two patient" in note]
    assert "Doe" not in note
    assert "Roe" not in note


def test_two_birth_dates_under_one_patient_id_are_flagged(archive, tmp_path):
    for number, day in enumerate(("19800101", "19900101")):
        content = instance(StudyInstanceUID=f"1.2.{number}", PatientBirthDate=day)
        archive.take(put(tmp_path / f"{number}.dcm", content), project="A")

    assert flags() == ["two_people"]


def test_one_name_in_two_spellings_is_one_person(archive, tmp_path):
    for number, name in enumerate(("Doe^Jane", "DOE^JANE^^", "Doe Jane")):
        content = instance(StudyInstanceUID=f"1.2.{number}", PatientName=name)
        archive.take(put(tmp_path / f"{number}.dcm", content), project="A")

    assert flags() == []


def test_two_names_within_one_study_are_flagged_once(archive, tmp_path):
    files = [instance(PatientName=name) for name in ("Doe^Jane", "Roe^Rita")]
    archive.take(put_all(tmp_path / "in", files), project="A")

    archive.take(tmp_path / "in", project="A")

    assert (len(places(archive)), flags()) == (1, ["two_people"])


def test_two_patients_under_one_study_uid_are_two_sessions_and_flagged(archive, tmp_path):
    files = [instance(PatientID=patient, PatientName=patient) for patient in ("P01", "P02", "P01")]

    archive.take(put_all(tmp_path / "in", files), project="A")

    assert [subject for subject, _ in places(archive)] == ["P01", "P02"]
    assert flags() == ["shared_study"]


def test_two_patients_of_one_study_stay_two_when_the_operator_names_one_subject(archive, tmp_path):
    files = [instance(PatientID=patient) for patient in ("P01", "P02")]

    archive.take(put_all(tmp_path / "in", files), project="A", subject="S1")

    assert [subject for subject, _ in places(archive)] == ["S1", "S1"]
    assert "shared_study" in flags()


def test_patient_ids_that_only_clean_alike_are_two_sessions(archive, tmp_path):
    files = [instance(PatientID=patient) for patient in ("A B", "A_B")]
    archive.take(put_all(tmp_path / "in", files), project="A")

    again = archive.take(tmp_path / "in", project="A")

    assert [subject for subject, _ in places(archive)] == ["A_B", "A_B"]
    assert sum(item.files for item in again.filed) == 0


def test_reports_without_patient_join_the_one_session_of_their_study(archive, tmp_path):
    report = instance(PatientID=None, PatientName=None, SeriesInstanceUID="1.2.5", Modality="SR")

    archive.take(put_all(tmp_path / "in", [instance(), report]), project="A")

    assert [len(session["scans"]) for session in archive.sessions()] == [2]


def test_a_report_without_patient_waits_when_its_study_has_two_people(archive, tmp_path):
    files = [instance(PatientID=patient) for patient in ("P01", "P02")]
    archive.take(put_all(tmp_path / "1", files), project="A")

    report = archive.take(put(tmp_path / "2", instance(PatientID=None, PatientName=None)), project="A")

    assert "names the subject" in report.filed[0].waits_because


LABELS = {
    "a code as name": ({"PatientName": "SUB-01", "PatientID": "X9"}, ("SUB-01", "X9")),
    "a person's name": ({"PatientName": "Doe^Jane", "PatientID": "X9"}, ("X9", "X9")),
    "a name of one word": ({"PatientName": "Müller".encode(), "PatientID": "X9"}, ("X9", "X9")),
    "an id with odd characters": ({"PatientID": "X/9 \xe4".encode("latin-1")}, ("X_9__", "X_9__")),
    "comments": ({"PatientComments": "Subject: S7; Session: V1"}, ("S7", "V1")),
    "no name": ({"PatientName": None}, ("P01", "P01")),
}


@pytest.mark.parametrize(("values", "expected"), LABELS.values(), ids=LABELS.keys())
def test_labels_come_from_the_headers_and_never_from_a_name(archive, tmp_path, values, expected):
    archive.take(put(tmp_path / "a.dcm", instance(**values)), project="A")

    assert places(archive) == [expected]


def test_labels_that_the_operator_gives_outrank_the_headers(archive, tmp_path):
    archive.take(mri(tmp_path), project="A", subject="sub 01", session="ses/01")

    assert places(archive) == [("sub_01", "ses_01")]


def test_a_site_may_forbid_the_name_as_label(db, tmp_path):
    from fornix import wiring

    archive = Archive(wiring.store(), SiteRules(patient_name_as_subject=False))
    archive.take(put(tmp_path / "a.dcm", instance(PatientName="SUB-01", PatientID="X9")), project="A")

    assert places(archive) == [("X9", "X9")]


def test_data_that_names_nobody_waits_until_the_operator_does(archive, tmp_path):
    path = put(tmp_path / "a.dcm", instance(PatientName="Doe^Jane", PatientID=None))

    report = archive.take(path, project="A")
    assert report.waits
    assert "Doe" not in report.filed[0].waits_because
    archive.take(path, project="A", subject="S1")

    assert [subject for subject, _ in places(archive)] == ["S1"]
    assert archive.waiting() == []


def test_data_without_study_waits_and_is_kept(archive, tmp_path):
    path = put(tmp_path / "a.dcm", instance(StudyInstanceUID=None))

    archive.take(path, project="A")
    archive.take(path, project="A")

    assert [reason[:36] for reason in archive.waiting()] == ["the files have no StudyInstanceUID, s"[:36]]
    assert len(archive.hashes()) == 1


DATES = {
    "year 0": ("00000101", None),
    "zeros": ("00000000", None),
    "day 32": ("20240132", None),
    "1900": ("19000101", "1900-01-01"),
    "future": ("29991231", "2999-12-31"),
    "ACR-NEMA": ("2024.03.01", "2024-03-01"),
    "text": ("yesterday", None),
}


@pytest.mark.parametrize(("written", "day"), DATES.values(), ids=DATES.keys())
def test_odd_dates_are_read_as_far_as_they_are_dates(archive, tmp_path, written, day):
    content = instance(StudyDate=written, StudyTime="246099", PatientBirthDate=written)

    archive.take(put(tmp_path / "a.dcm", content), project="A")

    assert archive.sessions()[0]["date"] == day


HOSTILE = [
    "<script>",
    "=cmd|' /C calc'!A1",
    "'; DROP TABLE x",
    "%s%n",
    "a\r\nb",
    "\x1b[2J",
    "a\0b",
    "\t",
    "x" * 60_000,
]
TEXTS = ["PatientName", "PatientID", "StudyDescription", "SeriesDescription", "ProtocolName", "StationName"]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:12]))
def test_hostile_text_is_kept_as_text_and_labels_stay_labels(archive, tmp_path, text):
    path = put(tmp_path / "a.dcm", instance(**dict.fromkeys(TEXTS, text)))

    archive.take(path, project="A", subject="S1")
    archive.take(path, project="A", subject="S1")
    archive.take(path)

    (session,) = ImagingSession.objects.all()
    assert session.label.isascii()
    assert len(session.label) <= 80
    assert Subject.objects.get().label == "S1"


def test_a_hostile_uid_names_no_file_and_no_folder(archive, tmp_path):
    uids = ["../../../../root/.ssh/authorized_keys", "1.2/3", "1" * 200, "1.2\0.3", "", "0.01.2"]
    files = [instance(SOPInstanceUID=uid, InstanceNumber=str(n)) for n, uid in enumerate(uids)]

    archive.take(put_all(tmp_path, files), project="A")

    (scan,) = archive.sessions()[0]["scans"]
    assert scan["files"] == len(uids)


def test_who_is_named_first_has_the_session_that_began_without_a_name(archive, tmp_path):
    archive.take(put(tmp_path / "0", instance(PatientID=None)), project="A", subject="S1")
    archive.take(put(tmp_path / "1", instance(PatientID="P1", PatientName="Doe^Jane")), project="A")

    archive.take(put(tmp_path / "2", instance(PatientID="P2", PatientName="Roe^Rick")), project="A")

    assert [session["subject"] for session in archive.sessions()] == ["S1", "P2"]
    assert list(ImagingSession.objects.order_by("id").values_list("patient_id", flat=True)) == ["P1", "P2"]


def test_a_study_with_and_without_names_is_the_same_when_imported_again(archive, tmp_path):
    files = [instance(PatientID=None), instance(PatientID="P1"), instance(PatientID="P2")]
    for number, content in enumerate(files):
        archive.take(put(tmp_path / str(number) / "a.dcm", content), project="A", subject="S1")
    before = archive.show()

    for number in range(len(files)):
        archive.take(tmp_path / str(number), project="A", subject="S1")

    assert archive.show() == before
