"""Roles that a site chose and that give too much to too many at once: held for a decision, project by project."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.integration.booking.mirrored import AT_ONCE, add_account, add_project, config_of, rights, sweep

from fornix.access.actors import OPERATOR
from fornix.booking.config import USUAL_ROLES, Thresholds
from fornix.booking.holds import HoldKind, approve, held, held_count, oldest_held_at, reject
from fornix.booking.sweep import run_sweep
from fornix.models import BookingProject

PROJECT_ID, SARAH = "300004157000412", "sarah.white@example.ac.test"
RAISED = (("owner", "owner"), ("pi", "owner"), ("user", "owner"))
NOBODY_MORE = Thresholds(added_most=0)


def again(calpendo, roles=RAISED):
    config = config_of(calpendo, roles=roles, guards=NOBODY_MORE)
    result = run_sweep(config, calpendo.site.clock, patience=AT_ONCE)
    calpendo.site.advance(timedelta(hours=1))
    return result


@pytest.fixture
def raised(calpendo, db):
    """Users become owners by the site's choice, and that is held."""
    sweep(calpendo)
    add_project(PROJECT_ID, calpendo.site.clock)
    add_account("sarah", SARAH, calpendo.site.clock)
    calpendo.first = again(calpendo)
    return calpendo


def role() -> str:
    return rights()[PROJECT_ID][SARAH]


def hold_id() -> str:
    (line,) = (each for each in held(OPERATOR) if each.kind is HoldKind.ADDITION)
    return line.id


def test_a_raise_for_many_is_held_and_says_what_it_would_give(raised):
    (line,) = held(OPERATOR)

    assert (raised.first.outcome, role(), held_count(OPERATOR)) == ("held", "member", 1)
    assert (line.kind, "Sarah White" in line.people) == (HoldKind.ADDITION, True)
    assert line.reason == "calpendo.roles gives more: user becomes owner"
    assert oldest_held_at() == line.since


def test_one_approval_gives_it_and_the_next_sweep_changes_nothing(raised):
    done = approve(OPERATOR, [f"{hold_id()}@{held(OPERATOR)[0].digest}"], at=raised.site.clock)

    assert {(each.username, each.role) for each in done.granted} == {("sarah", "owner")}
    assert role() == "owner"
    assert (again(raised).has_news, held(OPERATOR)) == (False, ())


def test_what_waits_waits_on_quietly(raised):
    quiet = again(raised)

    assert (quiet.outcome, quiet.has_news, role()) == ("held", False, "member")


def test_a_rejected_raise_stays_so_and_can_be_approved_later(raised):
    reject(OPERATOR, [hold_id()], at=raised.site.clock)
    quiet = again(raised)
    (line,) = held(OPERATOR)
    refused = role()

    approve(OPERATOR, [line.id], at=raised.site.clock)

    assert (quiet.outcome, quiet.has_news, refused, line.is_decided) == ("complete", False, "member", True)
    assert "refused by decision" in line.reason
    assert role() == "owner"


def test_another_choice_of_the_site_ends_the_hold(raised):
    again(raised, USUAL_ROLES)

    assert (held(OPERATOR), role()) == ((), "member")
    assert "hold" not in BookingProject.objects.get(external_id=PROJECT_ID).part_roles


def test_people_who_join_meanwhile_are_one_hold_with_it(raised):
    edit = {"op": "add", "type": "Calpendo.Project", "id": PROJECT_ID, "field": "users", "value": "9100"}
    raised.site.edit(edit)
    again(raised)
    (line,) = held(OPERATOR)

    approve(OPERATOR, ["all"], at=raised.site.clock)

    assert line.reason == "newly listed in Calpendo; calpendo.roles gives more: user becomes owner"
    assert (held(OPERATOR), again(raised).has_news) == ((), False)
