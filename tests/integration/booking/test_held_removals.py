"""What was held: an administrator sees it, decides, and the mirror stays decided until Calpendo changes its mind."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from django.db import OperationalError, connection, transaction
from tests.integration.booking.mirrored import add_account, add_project, rights, sweep

from fornix.access.actors import OPERATOR, Actor
from fornix.access.memberships import grant
from fornix.booking.holds import HoldChanged, NoSuchHold, approve, held_count, oldest_held_at, reject
from fornix.booking.holds import held as all_held
from fornix.booking.lease import require_no_sweep, take_lease
from fornix.booking.refusals import SweepRunning
from fornix.errors import NotAllowed
from fornix.models import BookingPerson, BookingProject, BookingRole, Event, Membership, Project, SweepOutcome
from fornix.models.booking import Hold
from fornix.models.memberships import Role

PROJECT, PERSON = "Calpendo.Project", "Calpendo.CalpendoUser"
PROJECT_ID = "300004157000412"
NOBODY_LEFT = {"users": [], "owner": "9064", "principalInvestigator": None}
SARAH = {"sarah.white@example.ac.test": "member"}


def edit(calpendo, kind: str, row: str, **fields) -> None:
    calpendo.site.edit({"op": "set", "type": kind, "id": row, "fields": fields})


@pytest.fixture
def known(calpendo, db):
    """Data of one project, and an account for one of its users."""
    sweep(calpendo)
    add_project(PROJECT_ID, calpendo.site.clock)
    add_account("sarah", "sarah.white@example.ac.test", calpendo.site.clock)
    return calpendo


@pytest.fixture
def held(known):
    """A project whose people all left at once in Calpendo; one of them has an account here, and may still."""
    edit(known, PROJECT, PROJECT_ID, **NOBODY_LEFT)
    sweep(known)
    return known


@pytest.fixture
def joining(known):
    """A project which sarah joins, while so many others do that nobody believes it."""
    edit(known, PROJECT, PROJECT_ID, users=["9104"])
    sweep(known)
    approve_all(known)
    many = [each.external_id for each in BookingPerson.objects.filter(is_active=True)[:300]]
    edit(known, PROJECT, PROJECT_ID, users=["9104", "9085", *many])
    sweep(known)
    return known


def approve_all(calpendo):
    return approve(OPERATOR, ["all"], at=calpendo.site.clock)


def reject_all(calpendo):
    return reject(OPERATOR, ["all"], at=calpendo.site.clock)


def test_what_is_held_is_listed_with_whom_it_concerns(held):
    (hold,) = all_held(OPERATOR)

    assert (hold.kind, hold.project, hold.reason) == ("removal", "2023_112", "no longer listed in Calpendo")
    assert hold.booked_title.startswith("2023_112 Hearing in noise")
    assert "Sarah White" in hold.people
    assert hold.since < held.site.clock
    assert oldest_held_at() == hold.since


def test_what_is_held_is_counted_and_for_administrators_only(held, django_assert_num_queries):
    with django_assert_num_queries(3):
        assert held_count(OPERATOR) == 1
    assert held_count(Actor(account=Membership.objects.get().account)) == 0


def test_an_approved_removal_happens_at_once_and_stays(held):
    (hold,) = all_held(OPERATOR)

    decided = approve(OPERATOR, [hold.id], at=held.site.clock)

    (revoked,) = decided.revoked
    assert (revoked.username, revoked.project, revoked.role) == ("sarah", "2023_112", "member")
    assert (decided.ids, rights(), all_held(OPERATOR)) == ((hold.id,), {PROJECT_ID: {}}, ())
    assert sweep(held).outcome is SweepOutcome.COMPLETE
    assert rights() == {PROJECT_ID: {}}


def test_a_rejected_removal_stays_rejected_and_listed(held):
    (hold,) = all_held(OPERATOR)

    decided = reject(OPERATOR, [hold.id], at=held.site.clock)

    assert (decided.ids, decided.revoked, held_count(OPERATOR), oldest_held_at()) == ((hold.id,), (), 0, None)
    assert sweep(held).outcome is SweepOutcome.COMPLETE
    assert rights() == {PROJECT_ID: SARAH}
    (kept,) = all_held(OPERATOR)
    assert (kept.id, kept.is_decided, kept.reason) == (
        hold.id,
        True,
        "no longer listed in Calpendo; they stay by decision",
    )


def test_a_rejected_removal_can_be_approved_later(held):
    reject_all(held)
    (kept,) = all_held(OPERATOR)

    approve(OPERATOR, [kept.id], at=held.site.clock)

    assert (rights(), all_held(OPERATOR)) == ({PROJECT_ID: {}}, ())


def test_what_was_rejected_ends_normally_once_calpendo_has_listed_it_again(held):
    reject_all(held)
    edit(held, PROJECT, PROJECT_ID, users=["9085", "9104", "9127"])
    sweep(held)
    listed_again = BookingRole.objects.get(
        person__external_id="9085", booking_project__external_id=PROJECT_ID
    ).hold
    edit(held, PROJECT, PROJECT_ID, users=["9104", "9127"])
    sweep(held)

    assert listed_again == Hold.NONE
    assert rights() == {PROJECT_ID: {}}


def test_all_is_what_waits_and_leaves_what_was_decided(held):
    reject_all(held)

    assert approve_all(held).ids == ()
    assert rights() == {PROJECT_ID: SARAH}


def test_to_reject_again_is_no_second_event(held):
    reject_all(held)
    (kept,) = all_held(OPERATOR)

    assert reject(OPERATOR, [kept.id], at=held.site.clock).ids == ()
    assert Event.objects.filter(verb="hold.rejected").count() == 1


def test_a_decision_tells_who_decided(held):
    last = Event.objects.latest("pk").pk

    approve_all(held)

    events = Event.objects.filter(pk__gt=last).order_by("pk")
    assert [(each.verb, each.source) for each in events] == [
        ("hold.approved", "command"),
        ("membership.revoked", "command"),
    ]
    assert events[0].details["calpendo_id"] == PROJECT_ID
    assert "9085" in events[0].details["calpendo_ids"]


def test_an_approval_never_touches_what_was_given_by_hand(held):
    sarah = Membership.objects.get().account
    grant(OPERATOR, Project.objects.get(), sarah, Role.COLLABORATOR, at=held.site.clock)

    approve_all(held)

    assert Membership.objects.get().source == "manual"


def test_what_calpendo_takes_back_is_held_no_more(held):
    edit(held, PROJECT, PROJECT_ID, users=["9085"])

    sweep(held)
    approve_all(held)

    assert rights() == {PROJECT_ID: SARAH}


def test_additions_that_are_too_many_give_nothing_until_approved(joining):
    before = rights()
    (hold,) = all_held(OPERATOR)

    decided = approve(OPERATOR, [hold.id], at=joining.site.clock)

    assert (before, hold.kind, hold.project) == ({PROJECT_ID: {}}, "addition", "2023_112")
    assert "Sarah White" in hold.people
    assert [(each.username, each.role) for each in decided.granted] == [("sarah", "member")]
    assert sweep(joining).outcome is SweepOutcome.COMPLETE
    assert rights() == {PROJECT_ID: SARAH}


def test_rejected_additions_give_nothing_until_they_are_listed_anew(joining):
    reject_all(joining)
    outcome = sweep(joining).outcome
    refused = rights()
    edit(joining, PROJECT, PROJECT_ID, users=["9104"])
    sweep(joining)
    edit(joining, PROJECT, PROJECT_ID, users=["9104", "9085"])
    sweep(joining)

    assert (outcome, refused) == (SweepOutcome.COMPLETE, {PROJECT_ID: {}})
    assert rights() == {PROJECT_ID: SARAH}


@pytest.fixture
def expired(mirrored):
    """Dozens of people who expired on one day, and one of them who has rights."""
    active = BookingPerson.objects.filter(is_active=True).exclude(external_id="9001").order_by("pk")
    ids = list(active.values_list("external_id", flat=True)[:39])
    for person_id in ids:
        edit(mirrored, PERSON, person_id, status="Expired")
    sweep(mirrored)
    gone = BookingPerson.objects.filter(account__memberships__isnull=False, hold=Hold.WAITING).first()
    return mirrored, gone


def test_people_expired_at_once_can_be_let_go_one_by_one(expired):
    calpendo, gone = expired

    decided = approve(OPERATOR, [f"person-{gone.pk}"], at=calpendo.site.clock)

    assert {each.username for each in decided.revoked} == {gone.account.username}
    assert not Membership.objects.filter(account=gone.account).exists()
    assert len(all_held(OPERATOR)) == 38
    assert sweep(calpendo).outcome is SweepOutcome.HELD
    assert not Membership.objects.filter(account=gone.account).exists()


def test_people_whose_expiry_is_rejected_keep_all_until_they_return(expired):
    calpendo, gone = expired
    before = rights()

    reject_all(calpendo)
    outcome = sweep(calpendo).outcome
    kept = rights()
    edit(calpendo, PERSON, gone.external_id, status="Normal")
    sweep(calpendo)
    gone.refresh_from_db()

    assert (outcome, kept) == (SweepOutcome.COMPLETE, before)
    assert (gone.is_active, gone.hold) == (True, Hold.NONE)


@pytest.fixture
def requested(known):
    """A project that is only asked for in Calpendo, after it was approved."""
    edit(known, PROJECT, PROJECT_ID, status="Requested")
    sweep(known)
    return known


def test_a_project_that_is_only_asked_for_can_be_emptied_and_comes_back_by_itself(requested):
    (hold,) = all_held(OPERATOR)

    approve(OPERATOR, [hold.id], at=requested.site.clock)

    assert (hold.kind, "Sarah White" in hold.people) == ("status", True)
    assert hold.reason == "it is Requested in Calpendo, and goes on as Approved here"
    assert (rights(), sweep(requested).outcome) == ({PROJECT_ID: {}}, SweepOutcome.COMPLETE)
    edit(requested, PROJECT, PROJECT_ID, status="Approved")
    sweep(requested)
    assert rights() == {PROJECT_ID: SARAH}


def test_a_rejected_status_is_kept_while_calpendo_means_the_same(requested):
    reject_all(requested)
    edit(requested, PROJECT, PROJECT_ID, status="Draft")

    assert sweep(requested).outcome is SweepOutcome.COMPLETE

    booked = BookingProject.objects.get(external_id=PROJECT_ID)
    assert (booked.status, booked.held_status, booked.hold) == ("Approved", "Draft", Hold.KEPT)
    assert rights() == {PROJECT_ID: SARAH}


@pytest.mark.parametrize("unknown", ["removal-0", "person-7x", "nonsense", ""])
def test_an_unknown_hold_is_refused_and_nothing_is_done(held, unknown):
    (hold,) = all_held(OPERATOR)

    with pytest.raises(NoSuchHold, match=f"Nothing {unknown} is held"):
        approve(OPERATOR, [hold.id, unknown], at=held.site.clock)

    assert all_held(OPERATOR) == (hold,)


@pytest.mark.parametrize("decide", [approve, reject])
def test_what_changed_since_it_was_seen_is_not_decided(joining, decide):
    (seen,) = all_held(OPERATOR)
    BookingRole.objects.filter(hold=Hold.PENDING).last().delete()
    before = all_held(OPERATOR)

    with pytest.raises(HoldChanged, match="this has changed since you looked; look again"):
        decide(OPERATOR, [f"{seen.id}@{seen.digest}"], at=joining.site.clock)

    assert (all_held(OPERATOR), before[0].id) == (before, seen.id)
    assert not Event.objects.filter(verb__startswith="hold.", details__kind="addition").exists()


def test_what_is_as_it_was_seen_is_decided(held):
    (seen,) = all_held(OPERATOR)
    sweep(held)

    decided = approve(OPERATOR, [f"{seen.id}@{seen.digest}"], at=held.site.clock)

    assert (decided.ids, rights()) == ((seen.id,), {PROJECT_ID: {}})


def test_one_that_changed_stops_the_others_too(expired):
    calpendo, gone = expired
    ids = [f"{hold.id}@{hold.digest}" for hold in all_held(OPERATOR)]
    edit(calpendo, PERSON, gone.external_id, status="Blocked")
    sweep(calpendo)

    with pytest.raises(HoldChanged, match=f"person-{gone.pk}"):
        approve(OPERATOR, ids, at=calpendo.site.clock)

    assert len(all_held(OPERATOR)) == 39


def test_all_that_waits_has_no_digest(held):
    with pytest.raises(NoSuchHold, match="has no digest"):
        approve(OPERATOR, ["all@0123456789abcdef"], at=held.site.clock)


@pytest.mark.parametrize("decide", [approve, reject])
def test_nobody_decides_beside_a_running_sweep(held, decide):
    take_lease(held.site.clock)

    with pytest.raises(SweepRunning, match="Decide again when it has ended"):
        decide(OPERATOR, ["all"], at=held.site.clock)


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


@pytest.mark.parametrize("decide", [approve, reject])
def test_only_administrators_decide(held, decide):
    sarah = Actor(account=Membership.objects.get().account)

    with pytest.raises(NotAllowed):
        decide(sarah, ["all"], at=held.site.clock)
