"""Removals that were held: an administrator sees them, decides, and the mirror stays decided."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from django.db import OperationalError, connection, transaction
from tests.integration.booking.mirrored import add_account, add_project, rights, sweep

from fornix.access.actors import OPERATOR, Actor
from fornix.access.memberships import grant
from fornix.booking.holds import NoSuchHold, approve_removals, held_count, held_removals
from fornix.booking.lease import require_no_sweep, take_lease
from fornix.booking.refusals import SweepRunning
from fornix.errors import NotAllowed
from fornix.models import BookingPerson, Event, Membership, Project, SweepOutcome
from fornix.models.memberships import Role

PROJECT, PERSON = "Calpendo.Project", "Calpendo.CalpendoUser"
PROJECT_ID = "300004157000412"
NOBODY_LEFT = {"users": [], "owner": "9064", "principalInvestigator": None}


@pytest.fixture
def held(calpendo, db):
    """A project whose people all left at once in Calpendo; one of them has an account here, and may still."""
    sweep(calpendo)
    add_project(PROJECT_ID, calpendo.site.clock)
    add_account("sarah", "sarah.white@example.ac.test", calpendo.site.clock)
    calpendo.site.edit({"op": "set", "type": PROJECT, "id": PROJECT_ID, "fields": NOBODY_LEFT})
    sweep(calpendo)
    return calpendo


def approve(calpendo, *ids: str):
    return approve_removals(OPERATOR, ids, at=calpendo.site.clock)


def test_what_is_held_is_listed_with_whom_it_concerns(held):
    (hold,) = held_removals(OPERATOR)

    assert (hold.project, hold.reason) == ("2023_112", "no longer listed in Calpendo")
    assert "Sarah White" in hold.people
    assert hold.since < held.site.clock


def test_what_is_held_is_counted_in_two_queries_and_for_administrators_only(held, django_assert_num_queries):
    with django_assert_num_queries(2):
        assert held_count(OPERATOR) == 1
    assert held_count(Actor(account=Membership.objects.get().account)) == 0


def test_an_approved_removal_happens_at_once_and_stays(held):
    (hold,) = held_removals(OPERATOR)

    (revoked,) = approve(held, hold.id)

    assert (revoked.username, revoked.project, revoked.role) == ("sarah", "2023_112", "member")
    assert rights() == {PROJECT_ID: {}}
    assert held_removals(OPERATOR) == ()
    assert sweep(held).outcome is SweepOutcome.COMPLETE
    assert rights() == {PROJECT_ID: {}}


def test_an_approval_tells_who_decided(held):
    last = Event.objects.latest("pk").pk

    approve(held, "all")

    events = Event.objects.filter(pk__gt=last).order_by("pk")
    assert [(each.verb, each.source) for each in events] == [
        ("removal.approved", "command"),
        ("membership.revoked", "command"),
    ]


def test_an_approval_never_touches_what_was_given_by_hand(held):
    sarah = Membership.objects.get().account
    grant(OPERATOR, Project.objects.get(), sarah, Role.COLLABORATOR, at=held.site.clock)

    approve(held, "all")

    assert Membership.objects.get().source == "manual"


def test_what_calpendo_takes_back_is_held_no_more(held):
    held.site.edit({"op": "set", "type": PROJECT, "id": PROJECT_ID, "fields": {"users": ["9085"]}})

    sweep(held)
    approve(held, "all")

    assert rights() == {PROJECT_ID: {"sarah.white@example.ac.test": "member"}}


def test_people_expired_at_once_can_be_let_go_one_by_one(mirrored):
    active = BookingPerson.objects.filter(is_active=True).exclude(external_id="9001").order_by("pk")
    ids = list(active.values_list("external_id", flat=True)[:39])
    expire = {"op": "set", "type": PERSON, "fields": {"status": "Expired"}}
    mirrored.site.edit([expire | {"id": person_id} for person_id in ids])
    sweep(mirrored)
    gone = BookingPerson.objects.filter(account__memberships__isnull=False, held_at__isnull=False).first()

    revoked = approve(mirrored, f"person-{gone.pk}")

    assert {each.username for each in revoked} == {gone.account.username}
    assert not Membership.objects.filter(account=gone.account).exists()
    assert len(held_removals(OPERATOR)) == 38
    assert sweep(mirrored).outcome is SweepOutcome.HELD
    assert not Membership.objects.filter(account=gone.account).exists()


def test_a_project_that_is_only_asked_for_can_be_emptied_and_comes_back_by_itself(held):
    held.site.edit({"op": "set", "type": PROJECT, "id": PROJECT_ID, "fields": {"users": ["9085"]}})
    held.site.edit({"op": "set", "type": PROJECT, "id": PROJECT_ID, "fields": {"status": "Requested"}})
    sweep(held)
    (hold,) = held_removals(OPERATOR)
    counted = held_count(OPERATOR)

    approve(held, hold.id)

    assert (counted, held_count(OPERATOR)) == (1, 0)
    assert hold.reason == "it is Requested in Calpendo"
    assert (rights(), sweep(held).outcome) == ({PROJECT_ID: {}}, SweepOutcome.COMPLETE)
    held.site.edit({"op": "set", "type": PROJECT, "id": PROJECT_ID, "fields": {"status": "Approved"}})
    sweep(held)
    assert rights() == {PROJECT_ID: {"sarah.white@example.ac.test": "member"}}


def test_an_unknown_hold_is_refused_and_nothing_is_done(held):
    (hold,) = held_removals(OPERATOR)

    with pytest.raises(NoSuchHold, match="No removal project-0 is held"):
        approve(held, hold.id, "project-0")

    assert held_removals(OPERATOR) == (hold,)


def test_nobody_decides_beside_a_running_sweep(held):
    take_lease(held.site.clock)

    with pytest.raises(SweepRunning, match="Decide again when it has ended"):
        approve(held, "all")


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_no_sweep_begins_while_a_decision_is_written(calpendo):
    def begin() -> str:
        with closing(connection), connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '100ms'")
            try:
                take_lease(calpendo.site.clock)
            except OperationalError as waited:
                return str(waited)
        return "it began"

    with ThreadPoolExecutor() as pool, transaction.atomic():
        require_no_sweep(calpendo.site.clock)
        answer = pool.submit(begin).result()

    assert "lock timeout" in answer
    assert take_lease(calpendo.site.clock).outcome == SweepOutcome.RUNNING


def test_only_administrators_decide(held):
    sarah = Actor(account=Membership.objects.get().account)

    with pytest.raises(NotAllowed):
        approve_removals(sarah, ["all"], at=held.site.clock)
