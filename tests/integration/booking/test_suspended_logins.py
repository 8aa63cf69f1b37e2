"""Log-ins of people who may not work in Calpendo, where a site lets Calpendo decide on them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from tests import factories
from tests.integration.booking.mirrored import AT_ONCE, add_account, add_project, config_of, sweep

from fornix.access.accounts import create_token, find_token, set_active
from fornix.access.actors import OPERATOR
from fornix.booking.config import Thresholds
from fornix.booking.people import link_by_hand, unlink_account
from fornix.booking.sweep import run_sweep
from fornix.booking.undo import undo_sweep
from fornix.models import Account, BookingPerson, Event, Sweep

PERSON, PROJECT_ID = "Calpendo.CalpendoUser", "300004157000412"
SARAH, EMAIL = "9085", "sarah.white@example.ac.test"


@pytest.fixture
def known(calpendo, db):
    sweep(calpendo)
    add_project(PROJECT_ID, calpendo.site.clock)
    add_account("sarah", EMAIL, calpendo.site.clock)
    return calpendo


def edit(calpendo, row: str = SARAH, **fields) -> None:
    calpendo.site.edit({"op": "set", "type": PERSON, "id": row, "fields": fields})


def again(calpendo, *, suspend_logins: bool = True, dry_run: bool = False, **changes):
    config = config_of(calpendo, suspend_logins=suspend_logins, **changes)
    result = run_sweep(config, calpendo.site.clock, patience=AT_ONCE, dry_run=dry_run)
    calpendo.site.advance(timedelta(hours=1))
    return result


def sarah() -> tuple[bool, bool]:
    """Whether she may log in, and whether the mirror has a say in it."""
    account = Account.objects.get(username="sarah")
    return account.is_active, account.suspended_at is not None


ON, OFF, GIVEN_BACK, BY_HAND = (True, False), (False, True), (True, True), (False, False)


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "Expired"},
        {"status": "Blocked"},
        {"status": "Denied"},
        {"expiryDate": "2026-01-31"},
    ],
    ids=repr,
)
def test_who_may_not_work_there_may_not_log_in_here_and_back(known, fields):
    edit(known, **fields)
    suspending = again(known)
    off = sarah()
    edit(known, status="Normal", expiryDate=None)
    again(known)

    (line,) = (line for line in suspending.lines if line.kind == "login.suspended")
    events = Event.objects.filter(
        account__username="sarah", verb__in=("account.deactivated", "account.activated")
    )
    assert (off, sarah()) == (OFF, ON)
    assert (line.about, line.person_id) == ("sarah", SARAH)
    assert [(each.verb, each.source, "sweep" in each.details) for each in events.order_by("pk")] == [
        ("account.deactivated", "mirror", True),
        ("account.activated", "mirror", True),
    ]


@pytest.mark.parametrize("status", ["Requested", "Never seen"])
def test_who_only_waits_there_may_log_in(known, status):
    edit(known, status=status)
    again(known)

    assert sarah() == ON


def test_a_site_that_did_not_choose_it_switches_off_nobody(known):
    edit(known, status="Expired")
    again(known, suspend_logins=False)

    assert sarah() == ON


def test_a_quiet_sweep_writes_nothing_more(known):
    edit(known, status="Expired")
    again(known)

    assert not again(known).lines


def test_switching_the_choice_off_gives_log_ins_back(known):
    edit(known, status="Expired")
    again(known)
    again(known, suspend_logins=False)

    assert sarah() == ON


def test_a_dry_run_tells_it_and_does_nothing(known):
    edit(known, status="Expired")
    told = again(known, dry_run=True)

    assert ("login.suspended", sarah()) == (next(x.kind for x in told.lines if "login" in x.kind), ON)


def test_sessions_and_tokens_end_with_it(known):
    account = Account.objects.get(username="sarah")
    client, token = Client(), create_token(factories.actor_of(account), name="x", at=known.site.clock)
    client.force_login(account)
    before = client.get(reverse("account")).status_code
    edit(known, status="Expired")
    again(known)

    after = client.get(reverse("account"))
    assert (before, after.status_code) == (200, 401)
    assert find_token(token.token.alias, token.secret, at=known.site.clock) is None


def test_administrators_keep_theirs(known):
    Account.objects.filter(username="sarah").update(is_administrator=True)
    edit(known, status="Expired")
    again(known)

    assert sarah() == ON


def test_what_a_person_switched_off_stays_off(known):
    account = Account.objects.get(username="sarah")
    set_active(OPERATOR, account, is_active=False, at=known.site.clock)
    edit(known, status="Expired")
    again(known)
    edit(known, status="Normal")
    again(known)

    assert sarah() == BY_HAND


def test_what_a_person_switches_off_after_the_mirror_did_stays_off(known):
    edit(known, status="Expired")
    again(known)
    changed = set_active(
        OPERATOR, Account.objects.get(username="sarah"), is_active=False, at=known.site.clock
    )
    edit(known, status="Normal")
    again(known)

    assert (changed, sarah()) == (True, BY_HAND)


def test_what_a_person_gives_back_stays_until_calpendo_changes_its_mind(known):
    edit(known, status="Expired")
    again(known)
    set_active(OPERATOR, Account.objects.get(username="sarah"), is_active=True, at=known.site.clock)
    again(known)
    kept = sarah()
    edit(known, status="Normal")
    again(known)
    agreed = sarah()
    edit(known, status="Expired")
    again(known)

    assert (kept, agreed, sarah()) == (GIVEN_BACK, ON, OFF)


def test_a_second_row_that_may_work_keeps_the_log_in(known):
    account = Account.objects.get(username="sarah")
    link_by_hand(OPERATOR, account, BookingPerson.objects.get(external_id="9127"), at=known.site.clock)
    edit(known, status="Expired")
    again(known)

    assert sarah() == ON


def test_a_new_row_of_the_person_gives_the_log_in_back(known):
    edit(known, status="Expired")
    again(known)
    edit(known, "9127", email=EMAIL)
    again(known)

    assert (sarah(), BookingPerson.objects.get(external_id="9127").account.username) == (ON, "sarah")


def test_whose_leaving_is_held_keeps_the_log_in(known):
    edit(known, status="Expired")
    held = again(known, guards=Thresholds(inactive_most=0))

    assert (held.outcome, sarah()) == ("held", ON)


@pytest.mark.parametrize("had_left", [False, True], ids=["with the leaving", "alone"])
def test_undoing_the_sweep_gives_the_log_in_back_for_good(known, had_left):
    edit(known, status="Expired")
    if had_left:
        again(known, suspend_logins=False)
    again(known)
    undone = undo_sweep(OPERATOR, Sweep.objects.latest("pk").pk, at=known.site.clock)
    then = sarah()[0]
    again(known)

    assert (undone.logins_on, then, sarah()[0]) == (1, True, True)


def test_undoing_a_return_switches_the_log_in_off(known):
    edit(known, status="Expired")
    again(known)
    edit(known, status="Normal")
    again(known)
    undone = undo_sweep(OPERATOR, Sweep.objects.latest("pk").pk, at=known.site.clock)
    again(known)

    assert (undone.suspended, undone.logins_off, sarah()) == (1, 1, OFF)


def test_without_a_link_nobody_in_calpendo_decides(known):
    edit(known, status="Expired")
    again(known)
    unlink_account(OPERATOR, Account.objects.get(username="sarah"), at=known.site.clock)
    again(known)

    assert sarah() == ON
