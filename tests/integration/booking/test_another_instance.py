"""A second Calpendo under another name: it is confirmed, and compared, as if it were the first one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.integration.booking.mirrored import AT_ONCE, add_account, add_project, config_of, rights, sweep

from fornix.access.actors import OPERATOR
from fornix.booking.status import mirror_status
from fornix.booking.sweep import SweepResult, find_last_good_sweep, run_sweep
from fornix.catalog.mirror import mirror_state
from fornix.models import BookingPerson, Sweep, SweepOutcome

pytestmark = pytest.mark.django_db
PROJECT_ID, SARAH = "300004157000412", "sarah.white@example.ac.test"


def sweep_other(calpendo, **options) -> SweepResult:
    return run_sweep(config_of(calpendo, instance="other"), calpendo.site.clock, patience=AT_ONCE, **options)


def test_its_first_sweep_only_plans_and_waits_to_be_confirmed(calpendo):
    sweep(calpendo)

    planned = sweep_other(calpendo)
    status = mirror_status(OPERATOR, interval=timedelta(hours=1), at=calpendo.site.clock)

    assert planned.outcome is SweepOutcome.PLANNED
    assert not BookingPerson.objects.filter(instance="other").exists()
    assert (mirror_state().planned, status.waits_for_first) == (planned.sweep_id, True)


def test_once_confirmed_it_applies_by_itself(calpendo):
    sweep(calpendo)

    first, second = sweep_other(calpendo, accept_first=True), sweep_other(calpendo)

    assert {first.outcome, second.outcome} == {SweepOutcome.COMPLETE}
    assert (find_last_good_sweep("other").pk, mirror_state().planned) == (second.sweep_id, None)


def test_it_is_not_compared_with_what_the_first_one_told(calpendo):
    sweep(calpendo)
    calpendo.site.set_faults([{"effect": "hide", "type": "Calpendo.Project", "fields": ["name"]}])

    assert sweep_other(calpendo).outcome is SweepOutcome.PLANNED
    assert sweep(calpendo).outcome is SweepOutcome.INCOMPLETE


def test_a_sweep_that_did_not_note_its_calpendo_is_of_the_usual_one(calpendo):
    number = sweep(calpendo).sweep_id
    Sweep.objects.update(details={})

    assert find_last_good_sweep("main").pk == number
    assert find_last_good_sweep("other") is None
    assert sweep(calpendo).outcome is SweepOutcome.COMPLETE


def test_rights_of_a_calpendo_that_is_mirrored_no_more_are_told_of(calpendo):
    sweep(calpendo)
    add_project(PROJECT_ID, calpendo.site.clock)
    add_account("sarah", SARAH, calpendo.site.clock)
    before = rights()

    told = sweep_other(calpendo, accept_first=True).concerns

    assert told[0].startswith("1 rights come from the Calpendo main, which is not the one that is mirrored")
    assert "calpendo.instance" in told[0]
    assert rights() == before
    assert not any("rights come from" in each for each in sweep(calpendo).concerns)
