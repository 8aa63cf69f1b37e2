"""Bytes that no row named: who sent them is not known, so that they go nowhere before a person says where."""

from __future__ import annotations

import pytest
from django.utils import timezone
from tests.factories import actor_of, make_account, make_project
from tests.integration.ingest.archive import Archive
from tests.integration.ingest.arrivals_made import root, waiting

from fornix import wiring
from fornix.access.accounts import find_account
from fornix.catalog.arrivals import visible_arrivals
from fornix.ingest.arrival_guesses import visible_guesses
from fornix.ingest.decisions import file_to
from fornix.ingest.decisions_merge import merge
from fornix.ingest.due import file_due
from fornix.integrity.check import Inspection, repair
from fornix.models import Arrival, Blob, File, ImagingSession
from fornix.models.memberships import Role

REASON = "recovered: who sent it is not known. Say the project, with --project"


def lose_rows_of_arrivals() -> None:
    """As a database that was made anew, or an older one put back: the bytes are there, who sent them is forgotten."""
    blobs = list(File.objects.filter(arrival__isnull=False).values_list("blob", flat=True))
    File.objects.filter(arrival__isnull=False).delete()
    Blob.objects.filter(pk__in=blobs).delete()
    Arrival.objects.all().delete()


@pytest.fixture
def archive(db, tmp_path) -> Archive:
    """A student's upload names the project of others, and waits; then who sent it is lost, and its bytes are found."""
    archive = Archive(wiring.store())
    student = make_account("student")
    make_project("MINE", people={student: Role.MEMBER})
    make_project("THEIRS")
    waiting(archive, tmp_path / "upload", account=student, StudyDescription="THEIRS", PatientID="P01")
    lose_rows_of_arrivals()
    list(repair(Inspection(archive.store, timezone.now()), read_bytes=False))
    file_due(archive.store, archive.rules)
    return archive


def test_a_lost_senders_upload_is_not_filed_into_the_project_that_it_names(archive):
    arrival = Arrival.objects.get()

    assert (arrival.refusal, arrival.file_count) == (REASON, 2)
    assert not ImagingSession.objects.exists()
    assert archive.findings() == []


def test_administrators_alone_see_it_with_where_it_may_belong(archive):
    arrival, admin = Arrival.objects.get(), root()
    member = make_account("member")

    (guess,) = visible_guesses(admin, [arrival])[arrival.pk]

    assert (guess.target, guess.why) == ("THEIRS", '"THEIRS" is THEIRS')
    assert not visible_arrivals(actor_of(member)).exists()


def test_what_a_person_says_files_it(archive):
    file_to(root(), [Arrival.objects.get().pk], "MINE", at=timezone.now())
    file_due(archive.store, archive.rules)

    assert ImagingSession.objects.get().project.label == "MINE"
    assert not Arrival.objects.exists()
    assert archive.findings() == []


def test_the_study_sent_again_is_filed_and_ends_the_wait(archive, tmp_path):
    report = archive.take(tmp_path / "upload")

    assert [item.session.project.label for item in report.filed if item.session] == ["THEIRS"]
    assert not Arrival.objects.exists()
    assert archive.findings() == []


def test_a_study_that_is_filed_draws_the_rest_of_it_nowhere(archive, tmp_path):
    mine = waiting(archive, tmp_path / "late", PatientID="P01", count=1)
    file_to(root(), [mine.pk], "MINE", at=timezone.now())
    file_due(archive.store, archive.rules)

    assert ImagingSession.objects.get().file_count == 1
    assert Arrival.objects.get().refusal == REASON


def test_what_its_sender_sends_again_is_not_taken_for_it(archive, tmp_path):
    sent = [path.read_bytes() for path in sorted((tmp_path / "upload").iterdir())]

    again = waiting(archive, tmp_path / "again", *sent, account=find_account("student"))

    assert again.refusal == 'no known project is called "THEIRS". Say the project, with --project'
    assert sorted(Arrival.objects.values_list("upload__source", flat=True)) == ["browser", "recovered"]


def test_merged_with_what_a_scanner_sent_it_still_waits_for_a_person(archive, tmp_path):
    scanned = waiting(archive, tmp_path / "late", PatientID="P01", count=1)

    kept = merge(root(), [scanned.pk, Arrival.objects.exclude(pk=scanned.pk).get().pk], at=timezone.now())

    assert Arrival.objects.get(pk=kept).upload.source == "recovered"
