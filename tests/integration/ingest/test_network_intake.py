"""Instances of a network: kept as sent, once, in the open arrival of their group, whatever they hold."""

from __future__ import annotations

import errno
import hashlib
import os
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DataError, IntegrityError, OperationalError, connection
from django.utils import timezone
from pydicom import dcmread
from tests.integration.ingest.archive import elements, put
from tests.integration.ingest.sending import pieces, said, send

from fornix.ingest import daily
from fornix.ingest.landing import UploadEnded
from fornix.ingest.network import Intake
from fornix.ingest.recording import NotRecorded
from fornix.models import Arrival, Blob, File, Sender, Upload
from fornix.storage.store import NoRoom


@pytest.fixture
def intake(archive):
    return Intake(archive.store)


def stored(archive, file: File) -> bytes:
    with archive.store.open(file.blob.key) as stream:
        return stream.read()


def refuse(part: str, error: type[Exception]):
    """The database refuses statements that begin so."""

    def wrapper(execute, sql, parameters, many, context):
        if sql.strip().startswith(part):
            raise error("no")
        return execute(sql, parameters, many, context)

    return connection.execute_wrapper(wrapper)


def test_the_data_set_is_kept_as_sent_behind_a_file_meta(archive, intake, tmp_path):
    data_set = send(intake, SOPInstanceUID="1.2.7.99")

    file = File.objects.get()
    kept = stored(archive, file)
    read = dcmread(put(tmp_path / "a.dcm", kept))
    assert kept.endswith(data_set)
    assert (file.content_sha256, file.blob.length) == (hashlib.sha256(data_set).hexdigest(), len(kept))
    assert read.file_meta.MediaStorageSOPInstanceUID == read.SOPInstanceUID == "1.2.7.99"
    assert read.file_meta.TransferSyntaxUID == file.transfer_syntax_uid
    assert archive.findings() == []


def test_bytes_are_the_same_whoever_sends_and_whenever(archive, monkeypatch):
    kept = []
    for came_from, day in (("MRI3T at 192.0.2.7", 1), ("PACS at 192.0.2.8", 2)):
        monkeypatch.setattr(timezone, "now", lambda day=day: datetime(2026, 11, day, tzinfo=UTC))
        Intake(archive.store).take(said("1.2.7.1", came_from=came_from), pieces(elements()))
        kept.append(stored(archive, File.objects.latest("pk")))

    assert kept[0] == kept[1]


def test_file_and_folder_are_synced_before_there_is_a_row(archive, intake, monkeypatch):
    send(intake)
    steps = []

    def sync(descriptor, real=os.fsync):
        real(descriptor)
        steps.append("synced")

    def state(execute, sql, *arguments):
        steps.extend(["row"] * sql.strip().startswith("INSERT INTO fornix_file"))
        return execute(sql, *arguments)

    monkeypatch.setattr(os, "fsync", sync)
    with connection.execute_wrapper(state):
        send(intake)

    assert steps == ["synced", "synced", "row"]


def test_instances_of_one_study_and_patient_gather_in_one_arrival(intake):
    touched: set[str] = set()
    send(intake, touched=touched)
    send(intake, touched=touched)
    send(intake, PatientID="P02", touched=touched)

    counts = dict(Arrival.objects.values_list("group", "file_count"))
    assert counts == {"study:1.2.3:P01": 2, "study:1.2.3:P02": 1}
    assert touched == set(Arrival.objects.values_list("pk", flat=True))


def test_the_same_again_is_acknowledged_and_kept_once(archive, intake):
    data_set = send(intake, SOPInstanceUID="1.2.7.1")

    assert intake.take(said("1.2.7.1", came_from="PACS"), pieces(data_set)) > len(data_set)

    assert (File.objects.count(), Arrival.objects.get().file_count, len(archive.hashes())) == (1, 1, 1)
    assert archive.findings() == []


def test_one_uid_with_other_bytes_is_kept_too(archive, intake):
    send(intake, SOPInstanceUID="1.2.7.1")
    send(intake, SOPInstanceUID="1.2.7.1", SeriesDescription="other")

    assert (File.objects.count(), len(archive.hashes())) == (2, 2)


def test_a_header_behind_much_private_data_is_read_from_the_store(intake):
    data_set = elements()
    early = data_set.index(b"\x10\x00")  # group 0010
    private = (
        b"\x09\x00\x10\x00LO\x04\x00ACME" + b"\x09\x00\x01\x10OB\x00\x00" + (200_000).to_bytes(4, "little")
    )
    intake.take(said("1.2.3.9"), pieces(data_set[:early] + private + bytes(200_000) + data_set[early:]))

    assert Arrival.objects.get().group == "study:1.2.3:P01"


@pytest.mark.parametrize(
    ("data_set", "group"),
    [
        (b"", "no-study:::MRI3T_at_192.0.2.7"),
        (b"\xff" * 500, "no-study:::MRI3T_at_192.0.2.7"),
        (elements()[:90], "no-study::20240229:MRI3T_at_192.0.2.7"),
        (elements(StudyInstanceUID=None), "no-study:P01:20240229:MRI3T_at_192.0.2.7"),
        (elements(SOPClassUID="1.2.840.10008.1.3.10"), "nothing:MRI3T_at_192.0.2.7"),
    ],
    ids=["nothing", "noise", "cut off", "no study", "the index of a medium"],
)
def test_whatever_a_data_set_holds_it_is_kept(archive, intake, data_set, group):
    intake.take(said("1.2.7.5"), pieces(data_set))

    assert Arrival.objects.get().group == group
    assert archive.findings() == []


def test_an_error_of_the_network_passes_through_and_leaves_nothing(archive, intake):
    def broken():
        yield b"\x08\x00"
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        intake.take(said("1.2.7.5"), broken())

    assert (archive.hashes(), File.objects.count(), archive.findings()) == (set(), 0, [])


def test_without_room_nothing_is_acknowledged_and_later_it_is(archive, intake, monkeypatch):
    def full(_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(NoRoom):
            send(intake)
    assert (archive.hashes(), File.objects.count()) == (set(), 0)

    send(intake)

    assert File.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("error", [OperationalError, IntegrityError, DataError])
def test_what_the_database_refuses_leaves_no_bytes_and_may_come_again(archive, intake, error):
    with refuse("INSERT INTO fornix_file", error), pytest.raises(NotRecorded):
        send(intake)
    assert (archive.hashes(), File.objects.count(), Blob.objects.count()) == (set(), 0, 0)

    send(intake)

    assert File.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_database_that_refuses_the_upload_is_told_before_any_byte_is_read(archive, intake):
    with refuse('INSERT INTO "fornix_upload"', OperationalError), pytest.raises(NotRecorded):
        intake.take(said("1.2.7.5"), iter(lambda: pytest.fail("read"), None))

    assert not Upload.objects.exists()


def test_news_end_what_was_said_of_an_arrival_and_the_same_again_does_not(intake):
    send(intake, SOPInstanceUID="1.2.7.1")
    before = timezone.now() - timedelta(hours=1)
    said_before = {"refusal": "no project", "attempts": 2, "committed_at": before, "last_byte_at": before}
    Arrival.objects.update(**said_before, guesses=[{"project": "A"}])

    send(intake, SOPInstanceUID="1.2.7.1")
    again = Arrival.objects.get()
    send(intake, SOPInstanceUID="1.2.7.2")
    news = Arrival.objects.get()

    assert (again.refusal, again.attempts, again.committed_at) == ("no project", 2, before)
    assert (news.refusal, news.attempts, news.committed_at) == ("", 0, None)
    assert news.guesses == [{"project": "A"}]
    assert before < again.last_byte_at <= news.last_byte_at


@pytest.mark.parametrize("field", ["closed_at", "deleted_at"])
def test_what_comes_while_an_arrival_is_filed_or_after_it_was_deleted_begins_another(intake, field):
    send(intake)
    Arrival.objects.update(**{field: timezone.now()})

    send(intake)
    send(intake)

    assert sorted(Arrival.objects.values_list("file_count", flat=True)) == [1, 2]


def test_a_sender_that_was_removed_meanwhile_is_no_reason_to_lose_data(intake):
    sender = Sender.objects.create(name="MRI", ae_title="MRI3T", created_at=timezone.now())
    Sender.objects.all().delete()

    intake.take(said("1.2.7.5", sender=sender), pieces(elements()))

    assert Arrival.objects.get().sender is None


def test_the_arrival_tells_who_sent_it_first(intake):
    sender = Sender.objects.create(name="MRI", ae_title="MRI3T", created_at=timezone.now())

    intake.take(said("1.2.7.5", sender=sender), pieces(elements()))

    arrival = Arrival.objects.get()
    assert (arrival.sender, arrival.came_from) == (sender, "MRI3T at 192.0.2.7")


def test_the_clean_end_of_an_association_commits_what_is_still_open(intake):
    touched: set[str] = set()
    send(intake, touched=touched)
    send(intake, PatientID="P02", touched=touched)
    Arrival.objects.filter(group__endswith="P02").update(closed_at=timezone.now())

    intake.close_association(touched)

    assert Arrival.objects.get(committed_at__isnull=False).group.endswith("P01")


def test_all_of_a_day_goes_into_one_upload_which_the_next_day_seals(archive, intake, monkeypatch):
    for hour in (9, 23, 24, 30):
        at = datetime(2026, 11, 23, tzinfo=UTC) + timedelta(hours=hour)
        monkeypatch.setattr(daily.timezone, "now", lambda at=at: at)
        send(intake)

    first, second = Upload.objects.order_by("started_at")
    assert (first.acknowledges_each, first.sealed_at is None, second.sealed_at) == (True, False, None)
    assert [upload.arrivals.get().file_count for upload in (first, second)] == [2, 2]
    assert sorted(key[:10] for key in archive.hashes()) == ["2026/11/23"] * 2 + ["2026/11/24"] * 2


def test_an_upload_is_not_sealed_while_something_still_comes(intake):
    def slowly():
        yield elements()
        intake.close()
        assert Upload.objects.get().sealed_at is None

    intake.take(said("1.2.7.5"), slowly())

    assert Upload.objects.get().sealed_at is not None


def test_after_the_end_another_upload_begins(intake):
    send(intake)
    intake.close()
    send(intake)

    assert sorted(Upload.objects.values_list("sealed_at", flat=True).filter(sealed_at=None)) == [None]
    assert Upload.objects.count() == 2


def test_a_receiver_that_was_taken_for_dead_acknowledges_nothing_into_what_was_ended(archive, intake):
    send(intake)
    Upload.objects.update(sealed_at=timezone.now())

    with pytest.raises(UploadEnded):
        send(intake)
    send(intake)

    assert (File.objects.count(), Upload.objects.count()) == (2, 2)
    assert archive.findings() == []
