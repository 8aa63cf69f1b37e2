"""What happens when an importer dies, fails or meets another one: nothing lost, nothing twice, nothing left."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from django.utils import timezone
from tests.factories import make_project
from tests.integration.ingest.archive import filings, instance, meg, mri, put, put_all

from fornix.errors import Unavailable
from fornix.ingest import filing, importing, placing
from fornix.ingest.attempts import MAX_ATTEMPTS
from fornix.ingest.filing import file_arrival
from fornix.ingest.importing import file_leftovers, retry_arrival, waiting_arrivals
from fornix.ingest.owners import LEASE, this_process
from fornix.ingest.receive import Destination, Origin, open_upload, receive
from fornix.ingest.seal import seal
from fornix.ingest.sources import find_sources
from fornix.models import Arrival, Blob, File, ImagingSession, Upload

DEAD = "elsewhere:1:1"


class PowerCut(BaseException):
    """The process is gone: nothing after this line happens."""


def receive_all(archive, *paths, project="A", is_sealed=True) -> Upload:
    """An upload whose process died after it was sealed, or before."""
    destination = Destination(project, may_create_project=True)
    with open_upload(archive.store, destination, Origin("import"), at=timezone.now()) as reception:
        receive(reception, find_sources(list(paths)))
        seal(reception, "UTC")
    if not is_sealed:
        Upload.objects.update(sealed_at=None)
    return bury(reception.upload)


def bury(upload: Upload, *, ago=timedelta(days=3)) -> Upload:
    """The process of this upload is dead; on a host that is not ours only time tells."""
    died_at = timezone.now() - ago
    Upload.objects.filter(pk=upload.pk).update(owner=DEAD, started_at=upload.started_at)
    Upload.objects.filter(pk=upload.pk, sealed_at__isnull=False).update(sealed_at=died_at)
    Arrival.objects.exclude(lease_owner="").update(lease_owner=DEAD, lease_until=died_at)
    upload.refresh_from_db()
    return upload


def finish(archive, *, by_person=False):
    filed = file_leftovers(archive.store, archive.rules, by_person=by_person)
    assert archive.findings() == []
    return filed


def test_an_upload_that_ends_in_an_error_leaves_nothing(archive, tmp_path):
    def fail_at_the_end():
        yield from find_sources([mri(tmp_path)])
        raise PowerCut

    with (
        pytest.raises(PowerCut),
        open_upload(archive.store, Destination(), Origin("import"), at=timezone.now()) as reception,
    ):
        receive(reception, fail_at_the_end())

    assert (archive.hashes(), Upload.objects.count(), Blob.objects.count()) == (set(), 0, 0)


def test_what_a_dead_importer_had_sealed_is_filed(archive, tmp_path):
    receive_all(archive, mri(tmp_path))

    (filed,) = finish(archive)

    assert (filed.files, Upload.objects.count(), len(archive.sessions())) == (4, 0, 1)


def test_what_a_dead_importer_had_not_sealed_is_thrown_away(archive, tmp_path, monkeypatch):
    monkeypatch.setattr("fornix.ingest.leftovers.UNSEALED_PATIENCE", timedelta(0))
    receive_all(archive, mri(tmp_path), is_sealed=False)

    assert finish(archive) == []
    assert (archive.hashes(), Upload.objects.count(), Arrival.objects.count()) == (set(), 0, 0)


def test_what_a_living_importer_writes_is_left_alone(archive, tmp_path):
    destination = Destination("A", may_create_project=True)
    with open_upload(archive.store, destination, Origin("import"), at=timezone.now()) as reception:
        receive(reception, find_sources([mri(tmp_path)]))

        assert finish(archive) == []
        assert len(archive.hashes()) == 4


def test_an_importer_on_another_host_is_given_days_before_its_bytes_go(archive, tmp_path):
    upload = receive_all(archive, mri(tmp_path), is_sealed=False)
    Upload.objects.filter(pk=upload.pk).update(started_at=timezone.now() - timedelta(hours=20))

    finish(archive)

    assert Upload.objects.filter(pk=upload.pk).exists()


def test_temporaries_of_a_killed_importer_are_swept(archive, tmp_path, monkeypatch):
    monkeypatch.setattr("fornix.ingest.leftovers.UNSEALED_PATIENCE", timedelta(0))
    receive_all(archive, mri(tmp_path), is_sealed=False)
    (folder,) = {path.parent for path in (tmp_path / "archive" / "blobs").rglob("0")}
    put(folder / ".0123456789abcdef.part", b"half a file")

    finish(archive)

    assert list(folder.rglob("*")) == []


@pytest.fixture
def small_transactions(monkeypatch):
    monkeypatch.setattr(filing, "FILES_PER_TRANSACTION", 2)


@pytest.mark.parametrize("survived", range(5))
def test_a_power_cut_between_the_transactions_of_a_filing_changes_nothing(
    archive, tmp_path, monkeypatch, small_transactions, survived
):
    folder = mri(tmp_path / "in", numbers=(1, 2, 3))
    put(folder / "notes.txt", b"she moved")
    calls = iter(range(survived))

    def place_until_the_power_goes(*arguments, **details):
        if next(calls, None) is None:
            raise PowerCut
        return placing.place(*arguments, **details)

    monkeypatch.setattr(filing, "place", place_until_the_power_goes)
    if survived < 4:
        with pytest.raises(PowerCut):
            archive.take(folder, project="A")
    assert archive.findings() == []
    monkeypatch.setattr(filing, "place", placing.place)
    for upload in Upload.objects.all():
        bury(upload)
    archive.take(folder, project="A")

    (session,) = archive.sessions()
    assert [(scan["id"], scan["files"]) for scan in session["scans"]] == [("1", 2), ("2", 2), ("3", 2)]
    assert [(event["scans"], event["files"], event["late"]) for event in filings()] == [(3, 7, False)]
    assert list(File.objects.filter(resource__label="MISC").values_list("name", flat=True)) == ["notes.txt"]
    assert Upload.objects.count() == 0


def test_a_power_cut_before_dropped_bytes_left_the_store_leaves_none(archive, tmp_path, monkeypatch):
    folder = mri(tmp_path / "in")
    archive.take(folder, project="A")
    before = archive.hashes()

    def power_cut(*_):
        raise PowerCut

    with monkeypatch.context() as patch:
        patch.setattr(type(archive.store), "delete", power_cut)
        with pytest.raises(PowerCut):
            archive.take(folder, project="A")
    bury(Upload.objects.get())
    finish(archive)

    assert (archive.hashes(), Upload.objects.count()) == (before, 0)


def test_two_arrivals_of_one_session_filed_at_once_count_it_once(archive, tmp_path, monkeypatch):
    folder = mri(tmp_path)
    for _ in range(2):
        receive_all(archive, folder)
    first, second = Arrival.objects.order_by("id")
    real = filing._file_all

    def file_the_other_in_between(arrival, *arguments, **details):
        monkeypatch.setattr(filing, "_file_all", real)
        file_arrival(second, archive.store, archive.rules, source="import", by_person=True)
        return real(arrival, *arguments, **details)

    monkeypatch.setattr(filing, "_file_all", file_the_other_in_between)
    filed = file_arrival(first, archive.store, archive.rules, source="import", by_person=True)
    finish(archive)

    assert (filed.files, filed.already_here, len(filings())) == (0, 4, 1)
    assert ImagingSession.objects.get().file_count == 4


def lease(arrival: Arrival, owner: str, left: timedelta) -> None:
    Arrival.objects.filter(pk=arrival.pk).update(lease_owner=owner, lease_until=timezone.now() + left)


LEASES = {
    "ours": (this_process(), LEASE, False),
    "of another host": (DEAD, LEASE, False),
    "of another host, run out": (DEAD, -timedelta(seconds=1), True),
    "of a dead process here": (f"{this_process().partition(':')[0]}:999999999:1", LEASE, True),
    "of a process here with the number of a dead one": (this_process() + "9", LEASE, True),
}


@pytest.mark.parametrize(("owner", "left", "is_filed"), LEASES.values(), ids=LEASES.keys())
def test_a_lease_keeps_others_away_as_long_as_its_owner_may_live(archive, tmp_path, owner, left, is_filed):
    receive_all(archive, mri(tmp_path))
    arrival = Arrival.objects.get()
    lease(arrival, owner, left)

    filed = file_arrival(arrival, archive.store, archive.rules, source="import", by_person=True)

    assert (filed is not None) == is_filed


def test_who_lost_the_lease_changes_nothing(archive, tmp_path, monkeypatch):
    receive_all(archive, mri(tmp_path))
    arrival = Arrival.objects.get()
    real = filing._plan

    def plan_slowly(*arguments):
        lease(arrival, DEAD, LEASE)
        return real(*arguments)

    monkeypatch.setattr(filing, "_plan", plan_slowly)

    assert file_arrival(arrival, archive.store, archive.rules, source="import", by_person=True) is None
    assert (ImagingSession.objects.count(), Arrival.objects.get().lease_owner) == (0, DEAD)


@pytest.fixture
def broken_planning(monkeypatch, caplog):
    def fail(*_):
        raise ZeroDivisionError("Doe^Jane")

    monkeypatch.setattr(filing, "_plan", fail)
    caplog.set_level(logging.INFO)


def test_what_fails_three_times_without_a_person_waits_with_the_reason(archive, tmp_path, broken_planning):
    receive_all(archive, mri(tmp_path))

    for _ in range(MAX_ATTEMPTS):
        assert Arrival.objects.get().refusal == ""
        Arrival.objects.update(lease_until=None)  # its rest is over
        finish(archive)

    assert archive.waiting() == ["filing it failed: an error of Fornix itself (ZeroDivisionError)"]
    assert finish(archive) == []


def test_an_error_of_ours_is_told_and_logged_without_what_the_file_says(
    archive, tmp_path, broken_planning, caplog
):
    report = archive.take(mri(tmp_path), project="A")

    assert (report.has_failed, archive.waiting()) == (
        True,
        ["filing it failed: an error of Fornix itself (ZeroDivisionError)"],
    )
    assert "ZeroDivisionError" in caplog.text
    assert "Doe" not in caplog.text


def test_an_arrival_that_fails_keeps_no_other_out(archive, tmp_path, monkeypatch):
    folder = mri(tmp_path / "in")
    real = filing._plan

    def fail_for_mri(arrival, *arguments):
        if arrival.group.startswith("study"):
            raise ZeroDivisionError
        return real(arrival, *arguments)

    monkeypatch.setattr(filing, "_plan", fail_for_mri)
    archive.take(folder, meg(tmp_path / "meg"), project="A")
    assert [session["modality"] for session in archive.sessions()] == ["MEG"]

    monkeypatch.setattr(filing, "_plan", real)
    archive.take(folder, project="A")
    assert (len(archive.sessions()), archive.waiting()) == (2, [])


def test_waiting_data_is_tried_again_without_a_person(archive, tmp_path):
    archive.take(mri(tmp_path))
    (arrival,) = waiting_arrivals()
    retry_arrival(arrival, archive.store, archive.rules)
    assert len(archive.waiting()) == 1

    make_project("STUDY_A")
    (filed,) = retry_arrival(arrival, archive.store, archive.rules)

    assert (filed.files, archive.waiting(), Upload.objects.count()) == (4, [], 0)


def test_a_power_cut_while_waiting_data_is_filed_leaves_work_that_is_found(archive, tmp_path, monkeypatch):
    folder = meg(tmp_path / "in")
    archive.take(folder)
    make_project("STUDY_A")

    def power_cut(*_, **__):
        raise PowerCut

    with monkeypatch.context() as patch:
        patch.setattr(filing, "place", power_cut)
        with pytest.raises(PowerCut):
            archive.take(folder)
    for upload in Upload.objects.all():
        bury(upload)
    assert archive.findings() == []
    finish(archive)

    assert (len(archive.sessions()), archive.waiting(), len(filings())) == (1, [], 1)


def test_a_full_disk_ends_the_import_with_words_and_leaves_nothing(archive, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("fornix.storage.local_batch.os.write", full)
    with pytest.raises(Unavailable, match="full"):
        archive.take(mri(tmp_path), project="A")

    assert (archive.hashes(), Upload.objects.count()) == (set(), 0)


@pytest.mark.parametrize("grown", [b"", b"x" * 50], ids=["shrunk", "grown"])
def test_a_file_that_changes_while_it_is_read_is_told_and_not_kept(archive, tmp_path, monkeypatch, grown):
    changing = put(tmp_path / "in" / "a.dcm", instance())
    put_all(tmp_path / "in" / "b", [instance()])
    real = importing.find_sources

    def change_once_found(paths):
        for source in list(real(paths)):
            if source.name == str(changing):
                changing.write_bytes((changing.read_bytes() + grown) if grown else b"")
            yield source

    monkeypatch.setattr(importing, "find_sources", change_once_found)
    report = archive.take(tmp_path / "in", project="A")

    assert [item.name for item in report.unreadable] == [str(changing)]
    assert len(archive.hashes()) == 1


def test_a_file_that_is_gone_when_it_is_read_is_told(archive, tmp_path, monkeypatch):
    paths = [put(tmp_path / "in" / name, instance()) for name in ("a", "b")]
    real = importing.find_sources

    def remove_once_found(named):
        for source in list(real(named)):
            paths[0].unlink(missing_ok=True)
            yield source

    monkeypatch.setattr(importing, "find_sources", remove_once_found)
    report = archive.take(tmp_path / "in", project="A")

    assert [(item.name, item.reason) for item in report.unreadable] == [
        (str(paths[0]), "No such file or directory")
    ]
