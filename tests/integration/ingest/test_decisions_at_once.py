"""Two people who decide about one arrival at the same moment change it once each, one after the other."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from tests import factories
from tests.integration.ingest.archive import Archive
from tests.integration.ingest.arrivals_made import AT, root, waiting

from fornix import wiring
from fornix.errors import ArchiveError
from fornix.ingest.decisions import delete, file_to
from fornix.ingest.decisions_merge import merge
from fornix.ingest.decisions_split import split_by_patient
from fornix.models import Arrival, Event, File

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def archive():
    return Archive(wiring.store())


def together(*deeds: Callable[[], object]) -> list[object]:
    """What each returns or refuses, all begun at once in threads of their own."""
    line = Barrier(len(deeds))

    def do(deed: Callable[[], object]) -> object:
        line.wait(30)
        try:
            return deed()
        except ArchiveError as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as threads:
        return list(threads.map(do, deeds))


def test_two_clicks_on_different_projects_leave_one_of_them(archive, tmp_path):
    actor = root()
    for code in ("ONE", "TWO"):
        factories.make_project(code)
    arrival = waiting(archive, tmp_path / "a")

    together(*(lambda code=code: file_to(actor, [arrival.pk], code, at=AT) for code in ("ONE", "TWO")))

    assert Arrival.objects.get().project_label in ("ONE", "TWO")
    assert Event.objects.filter(verb="arrival.decided").count() == 2


def test_splitting_twice_at_once_splits_once(archive, tmp_path):
    actor = root()
    pair = [waiting(archive, tmp_path / person, PatientID=person).pk for person in "AB"]
    mixed = merge(actor, pair, confirmed=True, at=AT)

    outcomes = together(*[lambda: split_by_patient(actor, mixed, archive.store, at=AT)] * 2)

    assert sum(isinstance(each, ArchiveError) for each in outcomes) == 1
    assert sorted(Arrival.objects.values_list("file_count", flat=True)) == [2, 2]


def test_merging_and_deleting_at_once_loses_no_file(archive, tmp_path):
    actor = root()
    ids = [waiting(archive, tmp_path / name, StudyInstanceUID="1.2.7").pk for name in "ab"]

    together(lambda: merge(actor, ids, at=AT), lambda: delete(actor, ids[1:], at=AT))

    assert File.objects.filter(arrival__isnull=False).count() == 4
    assert sum(Arrival.objects.values_list("file_count", flat=True)) == 4
