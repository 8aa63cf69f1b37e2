"""What a sweep leaves behind: its row, its Events, and nothing where nothing changed; and that it runs alone."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import threading
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.integration.booking.mirrored import (
    SOURCE,
    add_account,
    add_accounts,
    add_project,
    everything_but_sweeps,
    rights,
    sweep,
    verbs,
)

from fornix.booking.lease import STALE_AFTER, end_sweep, kept_alive, take_lease
from fornix.booking.refusals import SweepRunning
from fornix.models import Account, BookingPerson, Event, Membership, Project, Sweep, SweepOutcome

PROJECT, PROJECT_ID = "Calpendo.Project", "300004157000412"
PEOPLE = 'FROM "fornix_bookingperson"'


def users_of(server, project_id: str) -> list[str]:
    return [
        person
        for person, told in server.site.truth()["projects"][project_id]["people"].items()
        if "users" in told["as"]
    ]


def test_a_dry_run_tells_all_and_writes_nothing(calpendo, db):
    result = sweep(calpendo, dry_run=True)

    assert {"person.new", "project.new"} <= {line.kind for line in result.lines}
    assert not any(everything_but_sweeps()[name] for name in ("BookingProject", "BookingPerson", "Event"))
    assert not Sweep.objects.exists()


def test_who_lost_a_right_is_told_with_the_project_in_calpendo_and_the_answer(mirrored):
    mirrored.site.edit({"op": "remove", "type": PROJECT, "id": PROJECT_ID, "field": "users", "value": "9085"})
    last = Event.objects.latest("pk").pk

    result = sweep(mirrored)

    event = Event.objects.get(pk__gt=last, verb="membership.revoked")
    assert event.details["calpendo_id"] == PROJECT_ID
    assert re.fullmatch("[0-9a-f]{16}", Sweep.objects.get(pk=event.details["sweep"]).details["answer"])
    assert event.details["sweep"] == result.sweep_id


def test_of_one_person_who_changed_one_row_is_locked(mirrored):
    mirrored.site.edit(
        {"op": "set", "type": "Calpendo.CalpendoUser", "id": "9085", "fields": {"givenName": "Sara"}}
    )
    mirrored.site.edit({"op": "add", "type": PROJECT, "id": PROJECT_ID, "field": "users", "value": "9001"})

    with CaptureQueriesContext(connection) as queries:
        sweep(mirrored)

    read = [each["sql"] for each in queries if each["sql"].startswith("SELECT") and PEOPLE in each["sql"]]
    assert sum('"external_id" IN (' in sql for sql in read) == 2
    assert sum("WHERE" in sql and "\"instance\" = 'main'" in sql and " IN (" not in sql for sql in read) == 1


def test_a_second_sweep_writes_nothing_but_its_own_row(mirrored):
    sweep(mirrored)
    before = everything_but_sweeps()

    result = sweep(mirrored)

    assert (result.outcome, result.lines) == (SweepOutcome.COMPLETE, ())
    assert everything_but_sweeps() == before
    assert Sweep.objects.count() == 3


def test_the_number_of_requests_does_not_depend_on_the_number_of_projects(calpendo, db):
    few = sweep(calpendo, dry_run=True).requests
    calpendo.site.edit(
        [
            {"op": "create", "type": PROJECT, "id": f"77{n}", "fields": {"projectCode": f"NEW{n}"}}
            for n in range(200)
        ]
    )

    assert sweep(calpendo, dry_run=True).requests == few


def test_the_row_of_a_sweep_tells_what_it_read_and_did(mirrored):
    mirrored.site.edit({"op": "case", "case": 18})

    result = sweep(mirrored)

    row = Sweep.objects.get(pk=result.sweep_id)
    assert row.outcome == "complete"
    assert {"projects": 46, "people": 460, "resources": 6}.items() <= row.counts.items()
    assert row.requests == result.requests > 2
    assert row.finished_at >= row.started_at
    assert "membership.revoked" in {change["kind"] for change in row.changes}


def test_each_right_that_changes_has_an_event_with_the_sweep(mirrored):
    last = Event.objects.latest("pk").pk
    mirrored.site.edit({"op": "case", "case": 18})

    result = sweep(mirrored)

    events = Event.objects.filter(pk__gt=last)
    assert [(event.verb, event.details["sweep"]) for event in events] == [
        ("membership.revoked", result.sweep_id)
    ]


def test_a_title_that_changes_has_an_event(mirrored):
    mirrored.site.edit({"op": "case", "case": 6})

    sweep(mirrored)

    event = Event.objects.filter(verb="project.mirrored").latest("pk")
    assert set(event.details["changed"]) == {"code", "name"}


def test_a_sweep_that_runs_keeps_others_out(calpendo, db):
    take_lease(calpendo.site.clock)

    with pytest.raises(SweepRunning, match="Another sweep is running"):
        sweep(calpendo)

    assert calpendo.site.log() == []


def test_a_sweep_that_fell_silent_is_replaced_after_a_while(calpendo, db):
    dead = take_lease(calpendo.site.clock - STALE_AFTER)

    result = sweep(calpendo)

    assert result.outcome is SweepOutcome.COMPLETE
    dead.refresh_from_db()
    assert (dead.outcome, dead.reason) == ("incomplete", "it was cut off before its end")


def test_a_sweep_whose_process_is_gone_is_replaced_at_once(calpendo, db):
    gone = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True
    )
    dead = take_lease(calpendo.site.clock)
    Sweep.objects.filter(pk=dead.pk).update(holder=f"{socket.gethostname()} {int(gone.stdout)}")

    assert sweep(calpendo).outcome is SweepOutcome.COMPLETE


def test_a_sweep_that_renews_its_lease_is_never_too_old(calpendo, db):
    slow = take_lease(calpendo.site.clock - timedelta(hours=1))
    Sweep.objects.filter(pk=slow.pk).update(renewed_at=calpendo.site.clock)

    with pytest.raises(SweepRunning):
        sweep(calpendo)


@pytest.mark.django_db(transaction=True)
def test_a_running_sweep_renews_its_lease(calpendo, monkeypatch):
    monkeypatch.setattr("fornix.booking.lease.RENEW_EVERY_S", 0.01)
    running = take_lease(calpendo.site.clock)

    with kept_alive(running, calpendo.site.clock):
        for _ in range(1000):
            running.refresh_from_db()
            if running.renewed_at > calpendo.site.clock:
                break
            time.sleep(0.01)

    assert running.renewed_at > calpendo.site.clock


def test_a_sweep_that_lost_its_lease_cannot_end_in_glory(calpendo, db):
    slow = take_lease(calpendo.site.clock)
    take_lease(calpendo.site.clock + STALE_AFTER)

    assert not end_sweep(slow, SweepOutcome.COMPLETE, "", calpendo.site.clock)


@pytest.mark.django_db(transaction=True)
def test_of_two_sweeps_that_start_together_one_runs(calpendo):
    together, outcomes = threading.Barrier(2), []

    def start() -> None:
        together.wait()
        try:
            take_lease(calpendo.site.clock)
            outcomes.append("runs")
        except SweepRunning:
            outcomes.append("waits")
        finally:
            connection.close()

    threads = [threading.Thread(target=start) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["runs", "waits"]


def test_most_people_of_a_project_gone_at_once_wait_for_a_person(mirrored):
    project_id = next(each for each, people in rights().items() if len(people) >= 6)
    before = rights()[project_id]
    keep = users_of(mirrored, project_id)[0]
    mirrored.site.edit({"op": "set", "type": PROJECT, "id": project_id, "fields": {"users": [keep]}})

    first, second = sweep(mirrored), sweep(mirrored)

    assert (first.outcome, second.outcome) == (SweepOutcome.HELD, SweepOutcome.HELD)
    assert "would be removed" in first.holds[0]
    assert rights()[project_id] == before


def test_what_is_added_is_not_held_with_what_is_removed(mirrored):
    project_id = next(each for each, people in rights().items() if len(people) >= 6)
    before = rights()[project_id]
    joining = BookingPerson.objects.exclude(roles__booking_project__external_id=project_id).filter(
        is_active=True, account__isnull=False
    )[0]
    fields = {"users": [joining.external_id]}
    mirrored.site.edit({"op": "set", "type": PROJECT, "id": project_id, "fields": fields})

    sweep(mirrored)

    assert rights()[project_id] == before | {joining.account.email: "member"}


def test_many_people_expired_at_once_wait_for_a_person(mirrored):
    before = rights()
    ids = list(BookingPerson.objects.filter(is_active=True).values_list("external_id", flat=True)[:40])
    mirrored.site.edit(
        [
            {"op": "set", "type": "Calpendo.CalpendoUser", "id": person_id, "fields": {"status": "Expired"}}
            for person_id in ids
            if person_id != "9001"
        ]
    )

    result = sweep(mirrored)

    assert result.outcome is SweepOutcome.HELD
    assert "became inactive in Calpendo" in result.reason
    assert rights() == before


def test_a_project_asked_for_anew_keeps_its_people_until_approved(mirrored):
    project_id = next(each for each in rights() if each.endswith("412"))
    before = rights()[project_id]
    mirrored.site.edit({"op": "set", "type": PROJECT, "id": project_id, "fields": {"status": "Requested"}})

    result = sweep(mirrored)

    assert result.outcome is SweepOutcome.HELD
    assert rights()[project_id] == before


@pytest.mark.parametrize("status", ["Denied", "Unbookable", "Something new"])
def test_a_project_that_is_frozen_changes_nobodys_rights(mirrored, status):
    project_id = next(each for each in rights() if each.endswith("440"))
    before = rights()[project_id]
    mirrored.site.edit({"op": "case", "case": 18})
    mirrored.site.edit({"op": "set", "type": PROJECT, "id": project_id, "fields": {"status": status}})

    assert sweep(mirrored).outcome is SweepOutcome.COMPLETE

    assert rights()[project_id] == before


def test_rights_that_a_cut_off_sweep_left_behind_are_put_right_by_the_next(mirrored):
    true = rights()
    lost = Membership.objects.filter(source=SOURCE)[0]
    outsider = Account.objects.exclude(memberships__project=lost.project)[0]
    Membership.objects.create(
        account=outsider, project=lost.project, role="member", source=SOURCE, granted_at=lost.granted_at
    )
    lost.delete()

    result = sweep(mirrored)

    assert sorted(line.kind for line in result.lines) == ["membership.granted", "membership.revoked"]
    assert rights() == true


def test_administrators_are_never_linked_by_themselves(calpendo, db):
    add_account("root", "s.obriain@example.ac.test", calpendo.site.clock, is_administrator=True)

    result = sweep(calpendo)

    assert Account.objects.get().booking_people.count() == 0
    assert any("root is an administrator" in concern for concern in result.concerns)


def test_an_email_that_two_people_share_links_nobody(calpendo, db):
    sweep(calpendo)

    account = add_account("lab", "auditory.lab@example.ac.test", calpendo.site.clock)

    assert account.booking_people.count() == 0


def test_an_email_that_two_accounts_share_links_nobody(calpendo, db):
    add_account("zoe1", "zoe.angstrom@example.ac.test", calpendo.site.clock)
    add_account("zoe2", "ZOE.Angstrom@example.ac.test", calpendo.site.clock)

    sweep(calpendo)

    assert not BookingPerson.objects.filter(account__isnull=False).exists()


def test_linking_a_new_account_is_an_event_and_grants_at_once(calpendo, db):
    sweep(calpendo)
    project = add_project("300004157000412", calpendo.site.clock)

    account = add_account("sarah", " Sarah.White@Example.AC.test ", calpendo.site.clock)

    assert verbs()[-3:] == ["account.created", "account.linked", "membership.granted"]
    assert Membership.objects.get(account=account).project == project


def test_the_mirror_answers_the_same_whoever_came_first(calpendo, db):
    sweep(calpendo)
    add_accounts(calpendo)
    early = {row.account.email for row in BookingPerson.objects.filter(account__isnull=False)}
    BookingPerson.objects.update(account=None)

    sweep(calpendo)

    assert {row.account.email for row in BookingPerson.objects.filter(account__isnull=False)} == early
    assert not Project.objects.exists()


def test_who_gave_no_name_has_the_one_that_calpendo_knows(calpendo, db):
    sweep(calpendo)

    unnamed = add_account("frieda", "frieda.brandt@example.ac.test", calpendo.site.clock)
    named = add_account("minh", "minh.dang@example.ac.test", calpendo.site.clock, name="Minh")

    names = [Account.objects.get(pk=account.pk).name for account in (unnamed, named)]
    assert names == ["Frieda Brandt", "Minh"]
