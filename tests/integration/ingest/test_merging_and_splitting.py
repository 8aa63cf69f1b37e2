"""Arrivals that become one, and one that becomes several: no byte moves, and no file is lost."""

from __future__ import annotations

import pytest
from tests import factories
from tests.integration.ingest.archive import instance, meg
from tests.integration.ingest.arrivals_made import AT, file_due, root, waiting

from fornix.errors import NotVisible, Refused
from fornix.ingest.decisions import file_to
from fornix.ingest.decisions_merge import OfSeveralPeople, merge
from fornix.ingest.decisions_split import NothingToSplit, split_by_patient
from fornix.models import Arrival, Event, File, ImagingSession, Upload

pytestmark = pytest.mark.django_db


def two_of_one_person(archive, tmp_path, **second):
    first = waiting(archive, tmp_path / "a", StudyInstanceUID="1.2.1")
    return first, waiting(archive, tmp_path / "b", **{"StudyInstanceUID": "1.2.1"} | second)


def test_arrivals_of_one_study_become_one_with_all_files(archive, tmp_path):
    first, second = two_of_one_person(archive, tmp_path)

    kept = merge(root(), [second.pk, first.pk], at=AT)

    assert kept == first.pk
    row = Arrival.objects.get()
    assert (row.file_count, row.files.count(), row.refusal) == (4, 4, first.refusal)
    assert Event.objects.get(verb="arrival.merged").details["merged"] == [second.pk]


def test_what_was_merged_is_filed_as_one_session(archive, tmp_path):
    factories.make_project("STUDY_B")
    pair = two_of_one_person(archive, tmp_path)
    actor = root()
    kept = merge(actor, [each.pk for each in pair], at=AT)
    file_to(actor, [kept], "STUDY_B", at=AT)

    filed = file_due(archive, kept)

    assert (filed.files, archive.findings()) == (4, [])


@pytest.mark.parametrize(
    ("second", "told"),
    [({"PatientID": "OTHER"}, "several people"), ({"StudyInstanceUID": "1.2.2"}, "different studies")],
    ids=["people", "studies"],
)
def test_what_may_be_of_two_is_merged_only_when_that_is_confirmed(archive, tmp_path, second, told):
    ids = [each.pk for each in two_of_one_person(archive, tmp_path, **second)]
    actor = root()

    with pytest.raises(OfSeveralPeople, match=told):
        merge(actor, ids, at=AT)
    merge(actor, ids, confirmed=True, at=AT)

    assert Arrival.objects.get().file_count == 4


def test_images_and_recordings_are_never_merged(archive, tmp_path):
    images = waiting(archive, tmp_path / "a")
    archive.take(meg(tmp_path / "meg", project=""))
    recordings = Arrival.objects.exclude(pk=images.pk).get()

    with pytest.raises(Refused, match="two sessions"):
        merge(root(), [images.pk, recordings.pk], confirmed=True, at=AT)


def test_files_beside_join_the_data_and_keep_their_names_apart(archive, tmp_path):
    data = waiting(archive, tmp_path / "a", instance(StudyDescription=None, AccessionNumber=None), b"notes 1")
    beside = waiting(archive, tmp_path / "a2", b"notes 2")
    File.objects.filter(arrival=beside).update(name=data.files.get(content_sha256="").name)

    kept = merge(root(), [beside.pk, data.pk], at=AT)

    assert kept == data.pk
    names = list(File.objects.filter(arrival=kept, content_sha256="").values_list("name", flat=True))
    assert len(set(names)) == 2


def test_two_projects_are_not_merged_into_one(archive, tmp_path):
    pair = two_of_one_person(archive, tmp_path)
    for number, each in enumerate(pair):
        Arrival.objects.filter(pk=each.pk).update(project_label=f"P{number}")

    with pytest.raises(Refused, match="different projects"):
        merge(root(), [each.pk for each in pair], confirmed=True, at=AT)


def test_merging_with_one_that_is_gone_changes_nothing(archive, tmp_path):
    first, _ = two_of_one_person(archive, tmp_path)

    with pytest.raises(Refused, match="Nothing was merged"):
        merge(root(), [first.pk, "gone"], at=AT)

    assert Arrival.objects.count() == 2


def test_a_stranger_merges_nothing(archive, tmp_path):
    pair = two_of_one_person(archive, tmp_path)

    with pytest.raises(NotVisible):
        merge(factories.actor_of(factories.make_account("bob")), [each.pk for each in pair], at=AT)


def make_mixed(archive, tmp_path, **second):
    pair = two_of_one_person(archive, tmp_path, **second)
    actor = root()
    return actor, merge(actor, [each.pk for each in pair], confirmed=True, at=AT)


def test_an_arrival_of_two_patients_becomes_one_of_each(archive, tmp_path):
    actor, mixed = make_mixed(archive, tmp_path, PatientID="OTHER")

    parts = split_by_patient(actor, mixed, archive.store, at=AT)

    assert parts[0] == mixed
    assert [Arrival.objects.get(pk=each).file_count for each in parts] == [2, 2]
    assert all(Arrival.objects.get(pk=each).refusal for each in parts)
    assert Event.objects.get(verb="arrival.split").details["into"] == [parts[1]]


def test_two_people_of_one_patient_id_are_told_apart_by_name(archive, tmp_path):
    actor, mixed = make_mixed(archive, tmp_path, PatientName="Other^One")

    parts = split_by_patient(actor, mixed, archive.store, at=AT)

    groups = set(Arrival.objects.values_list("group", flat=True))
    assert (len(parts), len(groups)) == (2, 2)
    assert not any("Other" in group for group in groups)


def test_parts_are_filed_each_as_a_session_of_its_own(archive, tmp_path):
    factories.make_project("STUDY_B")
    actor, mixed = make_mixed(archive, tmp_path, PatientID="OTHER")
    parts = split_by_patient(actor, mixed, archive.store, at=AT)
    file_to(actor, parts, "STUDY_B", at=AT)

    sessions = {file_due(archive, each).session.accession for each in parts}

    assert (len(sessions), archive.findings()) == (2, [])
    assert not Arrival.objects.exists()


def test_two_people_of_one_patient_id_are_two_sessions_where_a_person_names_both(archive, tmp_path):
    factories.make_project("STUDY_B")
    actor, mixed = make_mixed(archive, tmp_path, PatientName="Other^One")
    for part, subject in zip(
        split_by_patient(actor, mixed, archive.store, at=AT), ("one", "two"), strict=True
    ):
        file_to(actor, [part], "STUDY_B", subject=subject, at=AT)
        file_due(archive, part)

    assert set(ImagingSession.objects.values_list("subject__label", "file_count")) == {("one", 2), ("two", 2)}
    assert archive.findings() == []


def test_one_patient_is_not_split_and_nothing_is_made(archive, tmp_path):
    arrival = waiting(archive, tmp_path / "a")

    with pytest.raises(NothingToSplit):
        split_by_patient(root(), arrival.pk, archive.store, at=AT)

    assert Arrival.objects.count() == 1


def test_files_that_name_nobody_stay_with_the_larger_part(archive, tmp_path):
    nameless = instance(PatientID=None, PatientName=None, StudyDescription=None, AccessionNumber=None)
    first = waiting(archive, tmp_path / "a", StudyInstanceUID="1.2.1", count=3)
    second = waiting(archive, tmp_path / "b", StudyInstanceUID="1.2.1", PatientID="OTHER")
    third = waiting(archive, tmp_path / "c", nameless)
    actor = root()
    mixed = merge(actor, [first.pk, second.pk, third.pk], confirmed=True, at=AT)

    parts = split_by_patient(actor, mixed, archive.store, at=AT)

    assert [Arrival.objects.get(pk=each).file_count for each in parts] == [4, 2]


def test_an_upload_without_arrivals_is_left_for_tidying(archive, tmp_path):
    first, second = two_of_one_person(archive, tmp_path)

    merge(root(), [first.pk, second.pk], at=AT)

    assert Upload.objects.get(pk=second.upload_id).settled_at is None
