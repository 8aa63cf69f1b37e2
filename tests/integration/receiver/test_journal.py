"""The rows of associations: dead receivers' are ended, a database that is gone loses none."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone
from tests.integration.receiver.conftest import wait_until

from fornix.ingest.owners import this_process
from fornix.models import Association
from fornix.models.senders import AssociationOutcome
from fornix.receiver import journal as module
from fornix.receiver.journal import Journal, end_lost_rows


def open_row(owner, **details):
    now = timezone.now() - timedelta(hours=1)
    details = {"address": "192.0.2.7", "started_at": now, "renewed_at": now, "images": 3} | details
    return Association.objects.create(owner=owner, **details)


@pytest.mark.django_db
def test_what_a_dead_receiver_left_open_is_lost():
    dead = open_row(this_process() + "1")
    alive = open_row(this_process())
    ended = open_row(this_process() + "1", outcome=AssociationOutcome.RELEASED)

    end_lost_rows()

    for row in (dead, alive, ended):
        row.refresh_from_db()
    assert (dead.outcome, dead.ended_at, dead.images) == (AssociationOutcome.LOST, dead.renewed_at, 3)
    assert "safe" in dead.reason
    assert (alive.outcome, ended.outcome) == (AssociationOutcome.OPEN, AssociationOutcome.RELEASED)


def test_rows_that_could_not_be_written_are_written_later(transactional_db, monkeypatch):
    monkeypatch.setattr(module, "WRITE_S", 0.01)
    failures = iter([True, True])
    write = Journal._write

    def failing(self, *, renews):
        if next(failures, False):
            raise OperationalError("locked")
        write(self, renews=renews)

    monkeypatch.setattr(Journal, "_write", failing)
    journal = Journal()
    journal.start()
    entry = journal.open("MR1", "FORNIX", "192.0.2.7", None)
    entry.images = 5
    journal.close(entry, AssociationOutcome.RELEASED)
    journal.refused("MR2", "FORNIX", "192.0.2.8", "x" * 1000)

    wait_until(lambda: Association.objects.count() == 2, "both rows")
    journal.stop(10)

    assert Association.objects.get(calling_ae_title="MR1").images == 5
    assert len(Association.objects.get(calling_ae_title="MR2").reason) == 300


def test_what_is_told_last_is_written_before_the_end(transactional_db):
    journal = Journal()
    journal.start()
    for number in range(50):
        journal.close(journal.open(f"MR{number}", "FORNIX", "192.0.2.7", None), AssociationOutcome.RELEASED)

    journal.stop(10)

    assert Association.objects.filter(outcome=AssociationOutcome.RELEASED).count() == 50
