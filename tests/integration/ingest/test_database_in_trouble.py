"""A database that is locked, or gone in the middle: nothing is acknowledged, nothing is lost, and all goes on after."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections
from django.utils import timezone
from tests.factories import make_project
from tests.integration.ingest.archive import elements
from tests.integration.ingest.sending import become_quiet, file_now, said, send

from fornix.ingest.due import file_due
from fornix.ingest.leftovers import tidy_after_the_dead
from fornix.ingest.network import Intake
from fornix.ingest.recording import NotRecorded, RecordUnknown
from fornix.models import Arrival, Blob, File, ImagingSession, Upload

pytestmark = pytest.mark.django_db(transaction=True)

CODE = "STUDY_A"


@pytest.fixture
def intake(archive):
    return Intake(archive.store)


@pytest.fixture
def locked():
    """Another program is in the middle of a long change; whoever waits gives up soon."""
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite has one writer for all tables")
    connection.ensure_connection()
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 50")
    other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield other
    other.close()
    connection.close()


def lose_connection_at(part: str):
    """The server ends the connection while a statement that begins so is under way."""

    def wrapper(execute, sql, parameters, many, context):
        if sql.strip().startswith(part):
            other = connections["default"].copy()
            with other.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(%s)", [connection.connection.info.backend_pid])
            other.close()
        return execute(sql, parameters, many, context)

    return connection.execute_wrapper(wrapper)


def test_while_the_database_is_locked_nothing_is_acknowledged(archive, intake, locked):
    with pytest.raises(NotRecorded):
        send(intake, SOPInstanceUID="1.2.7.1")
    locked.execute("ROLLBACK")

    send(intake, SOPInstanceUID="1.2.7.1")

    assert (File.objects.count(), len(archive.hashes())) == (1, 1)


def test_a_lock_between_bytes_and_row_leaves_no_bytes(archive, intake, locked):
    locked.execute("ROLLBACK")
    send(intake)

    def locking():
        yield elements()
        locked.execute("BEGIN IMMEDIATE")

    with pytest.raises(NotRecorded):
        intake.take(said("1.2.7.5"), locking())

    assert (File.objects.count(), len(archive.hashes())) == (1, 1)


@pytest.mark.postgresql
def test_a_database_that_goes_away_leaves_bytes_that_the_end_of_the_upload_removes(archive, intake):
    send(intake)
    with lose_connection_at("INSERT INTO fornix_file"), pytest.raises(RecordUnknown):
        send(intake, SOPInstanceUID="1.2.7.5")
    before = len(archive.hashes())

    send(intake, SOPInstanceUID="1.2.7.5")
    intake.close()
    make_project("nothing else")
    file_now(archive)
    tidy_after_the_dead(archive.store)

    assert (before, File.objects.count(), Blob.objects.count(), len(archive.hashes())) == (2, 2, 2, 2)


@pytest.mark.postgresql
@pytest.mark.parametrize("part", ['INSERT INTO "fornix_imagingsession"', "UPDATE fornix_file"])
def test_a_filing_whose_database_went_away_is_finished_when_it_is_back(archive, intake, part):
    make_project(CODE)
    send(intake, StudyDescription=CODE)
    become_quiet()
    with lose_connection_at(part):
        assert file_due(archive.store, archive.rules) == []
    assert Arrival.objects.get().attempts == 0
    Arrival.objects.update(lease_until=timezone.now())  # its rest is over

    (filed,) = file_now(archive)

    assert (filed.files, ImagingSession.objects.get().file_count, Arrival.objects.count()) == (1, 1, 0)


def test_many_associations_at_once_lose_and_double_nothing(archive, intake):
    def send_all(number: int) -> None:
        for image in range(6):
            send(intake, SOPInstanceUID=f"1.2.7.{number // 2}.{image}", StudyInstanceUID=f"1.2.{image % 2}")
        connection.close()

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(send_all, range(8)))  # each image twice

    assert File.objects.count() == len(archive.hashes()) == 24
    assert sorted(Arrival.objects.values_list("file_count", flat=True)) == [12, 12]
    assert Upload.objects.count() == 1
    assert archive.findings() == []
