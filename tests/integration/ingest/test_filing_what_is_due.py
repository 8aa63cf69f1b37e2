"""From instances of a network to sessions: when, how often, and what becomes of what does not go well."""

from __future__ import annotations

import os
import socket
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from tests.factories import make_project
from tests.integration.ingest.archive import filings, instance, put_all
from tests.integration.ingest.sending import become_quiet, file_now, send

from fornix.errors import Unavailable
from fornix.ingest import filing
from fornix.ingest.attempts import CUT_OFF, MAX_ATTEMPTS
from fornix.ingest.due import file_due
from fornix.ingest.leftovers import tidy_after_the_dead
from fornix.ingest.network import Intake
from fornix.ingest.owners import LEASE, this_process
from fornix.models import Arrival, File, ImagingSession, Upload
from fornix.storage.store import BytesMissing

HERE = socket.gethostname()
DEAD = f"{HERE}:{2**22 + 1}:1"  # beyond the largest process number
CODE = "STUDY_A"


def process(pid: int) -> str:
    """As `this_process` tells of another one."""
    start = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    return f"{HERE}:{pid}:{start}"


@pytest.fixture
def intake(archive):
    return Intake(archive.store)


@pytest.fixture
def project(archive):
    return make_project(CODE)


def send_study(intake, number="1.2.3", *, images=2, **values) -> None:
    for _ in range(images):
        send(intake, **{"StudyInstanceUID": number, "StudyDescription": CODE} | values)


def work(archive):
    """One pass of the worker, at once."""
    return file_due(archive.store, archive.rules)


def test_a_study_is_filed_once_it_is_quiet(archive, intake, project):
    send_study(intake)

    early = work(archive)
    (filed,) = file_now(archive)

    assert (early, filed.files, filed.session.project) == ([], 2, project)
    assert not Arrival.objects.exists()


def test_a_console_that_said_it_was_all_need_not_wait(archive, intake, project):
    touched: set[str] = set()
    send(intake, StudyDescription=CODE, touched=touched)
    intake.close_association(touched)

    assert len(work(archive)) == 1


def test_what_comes_while_a_study_is_filed_joins_its_session(archive, intake, project, monkeypatch):
    send_study(intake)

    def plan_late(*args, real=filing.plan_dicom):
        send_study(intake, images=1)
        return real(*args)

    become_quiet()
    with monkeypatch.context() as patch:
        patch.setattr(filing, "plan_dicom", plan_late)
        work(archive)
    file_now(archive)

    assert (ImagingSession.objects.get().file_count, Arrival.objects.count()) == (3, 0)
    assert [event["late"] for event in filings()] == [False, True]


def test_a_resend_of_the_next_day_is_already_here_and_the_rest_of_the_study_is_late(archive, intake, project):
    send_study(intake, SOPInstanceUID="1.2.7.1", images=1)
    file_now(archive)
    intake.close()

    next_day = Intake(archive.store)
    send_study(next_day, SOPInstanceUID="1.2.7.1", images=1)
    send_study(next_day, SOPInstanceUID="1.2.7.2", images=1)
    (filed,) = file_now(archive)

    assert (filed.files, filed.already_here, filed.is_new) == (1, 1, False)
    assert ImagingSession.objects.get().file_count == 2


def test_an_import_of_what_came_over_the_network_is_already_here(archive, intake, project, tmp_path):
    values = {"SOPInstanceUID": "1.2.7.1", "StudyDescription": CODE}
    send(intake, **values)
    file_now(archive)

    report = archive.take(put_all(tmp_path / "again", [instance(**values)]))

    assert [(item.files, item.already_here) for item in report.filed] == [(0, 1)]
    assert File.objects.count() == 1


def test_what_waits_is_open_for_what_comes_and_is_then_tried_again(archive, intake):
    send_study(intake)
    (waits,) = file_now(archive)
    send_study(intake)

    made = make_project(CODE)
    (filed,) = file_now(archive)

    assert (waits.session, filed.files, filed.session.project) == (None, 4, made)


def test_what_waits_tells_what_its_headers_say_without_the_name(archive, intake):
    send_study(intake, PatientName="Doe^Jane")
    file_now(archive)

    arrival = Arrival.objects.get()
    facts = arrival.facts
    assert (facts["modality"], facts["description"], facts["acquired_on"]) == ("MR", CODE, "2024-02-29")
    assert (facts["patient_id"], facts["series"]) == ("P01", 1)
    assert "Doe" not in str(facts)
    assert CODE in arrival.refusal


def test_one_that_waits_stays_closed_when_another_of_its_group_is_open(archive, intake, monkeypatch):
    send_study(intake)

    def plan_late(*args, real=filing.plan_dicom):
        send_study(intake)
        return real(*args)

    become_quiet()
    with monkeypatch.context() as patch:
        patch.setattr(filing, "plan_dicom", plan_late)
        work(archive)
    send_study(intake, images=1)

    assert {row.file_count: row.closed_at is None for row in Arrival.objects.all()} == {2: False, 3: True}
    assert archive.findings() == []


def test_what_waits_of_a_study_follows_once_something_of_it_is_filed(archive, intake, project):
    send_study(intake, StudyDescription="nothing known", PatientID="")
    (waits,) = file_now(archive)
    send_study(intake)

    filed = file_now(archive)

    assert waits.session is None
    assert {item.session.project for item in filed} == {project}
    assert not Arrival.objects.exists()


def test_the_same_does_not_wait_twice(archive, intake):
    for _ in range(2):
        send_study(intake, SOPInstanceUID="1.2.7.1", images=1)
        file_now(archive)
        intake.close()

    assert Arrival.objects.get().file_count == 1
    tidy_after_the_dead(archive.store)
    assert len(archive.hashes()) == 1
    assert archive.findings() == []


def test_in_an_outage_an_arrival_rests_and_no_attempt_is_counted(archive, intake, project, monkeypatch):
    send_study(intake)

    def away(*_):
        raise Unavailable("The disk of the store refused.")

    become_quiet()
    with monkeypatch.context() as patch:
        patch.setattr(filing, "plan_dicom", away)
        for _ in range(MAX_ATTEMPTS + 1):
            assert work(archive) == []
            arrival = Arrival.objects.get()
            assert (arrival.attempts, arrival.refusal, arrival.lease_owner) == (0, "", "")
            Arrival.objects.update(lease_until=timezone.now())

    assert len(file_now(archive)) == 1


def test_bytes_that_are_gone_are_no_outage(archive, intake, project):
    send_study(intake)
    archive.store.delete(next(iter(archive.hashes())))
    become_quiet()

    (waits,) = work(archive)

    assert (waits.is_failure, waits.waits_because) == (True, str(BytesMissing()))


def test_an_error_of_ours_is_tried_three_times_with_a_rest_between(archive, intake, project, monkeypatch):
    send_study(intake)
    monkeypatch.setattr(filing, "plan_dicom", lambda *_: 1 / 0)
    become_quiet()

    for attempt in range(1, MAX_ATTEMPTS):
        assert work(archive) == []
        assert work(archive) == []  # it rests
        assert Arrival.objects.get().attempts == attempt
        Arrival.objects.update(lease_until=timezone.now())

    assert "ZeroDivisionError" in work(archive)[0].waits_because
    assert (Arrival.objects.get().attempts, work(archive)) == (0, [])


def died_while_filing(*, attempts: int, owner: str) -> None:
    until = timezone.now() + LEASE
    fields = {"lease_owner": owner, "lease_until": until, "attempts": attempts, "closed_at": timezone.now()}
    Arrival.objects.update(**fields)


def test_what_a_dead_worker_was_at_is_taken_over_at_once(archive, intake, project):
    send_study(intake)
    died_while_filing(attempts=1, owner=DEAD)

    assert len(file_now(archive)) == 1


def test_what_was_cut_off_three_times_waits_with_the_reason(archive, intake, project):
    send_study(intake)
    died_while_filing(attempts=MAX_ATTEMPTS, owner=DEAD)

    assert file_now(archive) == []

    arrival = Arrival.objects.get()
    assert (arrival.refusal, arrival.closed_at, arrival.lease_owner) == (CUT_OFF, None, "")
    send_study(intake)
    assert file_now(archive)[0].files == 4


def test_what_this_process_left_unfinished_is_tried_again_and_not_counted(archive, intake, project):
    """The database went away in the middle of a filing: nothing could be written of its end."""
    send_study(intake)
    died_while_filing(attempts=MAX_ATTEMPTS, owner=this_process())

    assert len(file_now(archive)) == 1


@pytest.mark.parametrize("owner", [process(os.getppid()), "elsewhere:1:1"], ids=["here", "elsewhere"])
def test_two_workers_never_file_one_arrival(archive, intake, project, owner):
    send_study(intake)
    died_while_filing(attempts=1, owner=owner)

    assert file_now(archive) == []
    assert Arrival.objects.get().lease_owner == owner


def test_uploads_of_the_living_are_left_alone(archive, intake):
    send_study(intake)
    send_study(intake, images=1)
    archive.store.put(unnamed := next(iter(archive.hashes())).rpartition("/")[0] + "/999", [b"on its way"])

    tidy_after_the_dead(archive.store)
    work(archive)

    assert Upload.objects.get().sealed_at is None
    assert archive.store.stat(unnamed) is not None
    assert File.objects.count() == 3


def test_what_a_dead_receiver_took_is_filed_and_its_unnamed_bytes_go(archive, intake, project):
    send_study(intake)
    archive.store.put(unnamed := next(iter(archive.hashes())).rpartition("/")[0] + "/999", [b"on its way"])
    Upload.objects.update(owner=DEAD)

    tidy_after_the_dead(archive.store)
    sealed = Upload.objects.get().sealed_at
    (filed,) = file_now(archive)

    assert (filed.files, sealed is None) == (2, False)
    assert archive.store.stat(unnamed) is None
    assert not Upload.objects.exists()


def test_an_upload_of_a_former_day_ends_when_all_of_it_is_filed(archive, intake, project):
    send_study(intake)
    intake.close()
    file_now(archive)

    tidy_after_the_dead(archive.store)

    assert not Upload.objects.exists()


def test_what_a_living_importer_is_about_to_file_is_left_to_it(archive, tmp_path, intake, project):
    send_study(intake)
    become_quiet()
    Upload.objects.update(
        acknowledges_each=False,
        sealed_at=timezone.now(),
        owner=process(os.getppid()),
    )
    assert work(archive) == []

    Upload.objects.update(owner=DEAD)

    assert len(work(archive)) == 1


def test_one_that_failed_comes_after_the_others(archive, intake, project, monkeypatch):
    send_study(intake, "1.2.3")
    Arrival.objects.update(attempts=1)
    send_study(intake, "1.2.4")

    filed = file_now(archive)

    assert [item.session.study_uid for item in filed] == ["1.2.4", "1.2.3"]


def test_a_long_row_of_what_is_due_is_filed_some_at_a_time(archive, intake, project, monkeypatch):
    monkeypatch.setattr("fornix.ingest.due.AT_ONCE", 2)
    for number in range(3):
        send_study(intake, f"1.2.{number}", images=1)
    become_quiet()

    assert [len(work(archive)), len(work(archive)), len(work(archive))] == [2, 1, 0]


def test_quiet_is_counted_from_the_last_byte(archive, intake, project):
    send_study(intake)
    Arrival.objects.update(last_byte_at=timezone.now() - archive.rules.quiet_time - timedelta(seconds=1))
    send_study(intake, images=1)

    assert work(archive) == []
