"""The first sweep of an archive only plans, until somebody confirms that this is the right Calpendo (contract 4.9)."""

from __future__ import annotations

import json

import pytest
from tests.integration.booking.mirrored import (
    add_accounts,
    add_projects,
    everything_but_sweeps,
    rights,
    sweep,
    true_rights,
)
from tests.integration.booking.site_settings import configured_for
from tests.integration.commands.command_line import fornix

from fornix.access.actors import OPERATOR
from fornix.booking.requests import ask_for_sweep, open_request
from fornix.catalog.projects import create_project
from fornix.models import BookingPerson, Membership, Sweep, SweepOutcome

pytestmark = pytest.mark.django_db


@pytest.fixture
def configured(calpendo, monkeypatch):
    configured_for(calpendo, monkeypatch)
    return calpendo


def test_an_unconfirmed_first_sweep_records_its_plan_and_changes_nothing(calpendo):
    result = sweep(calpendo, is_confirmed=False)

    row = Sweep.objects.get()
    assert result.outcome is SweepOutcome.PLANNED
    assert not any(
        everything_but_sweeps()[name] for name in ("BookingProject", "BookingPerson", "Scanner", "Event")
    )
    assert (row.outcome, row.counts["projects"]) == ("planned", 46)
    assert {"person.new", "project.new"} <= {line["kind"] for line in row.changes}


def test_it_only_plans_again_and_again_and_keeps_the_newest_plan_alone(calpendo):
    sweep(calpendo, is_confirmed=False)
    second = sweep(calpendo, is_confirmed=False)

    assert second.outcome is SweepOutcome.PLANNED
    assert [bool(row.changes) for row in Sweep.objects.order_by("pk")] == [False, True]


def test_a_confirmed_first_sweep_applies_what_was_planned(calpendo):
    create_project("2023-112", at=calpendo.site.clock, source="command")
    add_accounts(calpendo)
    planned = sweep(calpendo, is_confirmed=False)

    done = sweep(calpendo, accept_first=True)

    assert done.outcome is SweepOutcome.COMPLETE
    assert {line.kind for line in done.lines} == {line.kind for line in planned.lines}
    assert rights() == true_rights(calpendo)


def test_after_a_confirmed_one_sweeps_apply_by_themselves(calpendo):
    sweep(calpendo, accept_first=True)

    assert sweep(calpendo, is_confirmed=False).outcome is SweepOutcome.COMPLETE


def test_a_fault_never_counts_as_the_first_sweep(calpendo):
    calpendo.site.set_faults([{"effect": "empty", "type": "Calpendo.Project"}])
    sweep(calpendo, accept_first=True)
    calpendo.site.set_faults([])

    assert sweep(calpendo, is_confirmed=False).outcome is SweepOutcome.PLANNED
    assert not BookingPerson.objects.exists()


def test_additions_of_a_confirmed_first_sweep_are_never_held(calpendo):
    sweep(calpendo)
    add_accounts(calpendo)
    add_projects(calpendo)
    expected = rights()
    Membership.objects.all().delete()
    BookingPerson.objects.update(account=None)
    Sweep.objects.all().delete()

    result = sweep(calpendo, accept_first=True)

    assert result.outcome is SweepOutcome.COMPLETE
    assert (rights(), sum(map(len, expected.values())) > 80) == (expected, True)


def test_the_command_plans_with_exit_code_3_and_says_how_to_confirm(configured, capsys):
    code, out, _ = fornix(capsys, "mirror")
    told = json.loads(fornix(capsys, "mirror", "--json")[1])
    confirmed, done, _ = fornix(capsys, "mirror", "--accept-first")

    assert (code, told["outcome"], confirmed) == (3, "planned", 0)
    assert "things would change" in out
    assert "`fornix mirror --accept-first`" in out
    assert "things changed" in done
    assert fornix(capsys, "mirror")[0] == 0


def test_a_dry_run_tells_the_same_plan_and_that_nothing_is_confirmed(configured, capsys):
    code, out, _ = fornix(capsys, "mirror", "--dry-run")

    assert code == 0
    assert "things would change" in out
    assert "`fornix mirror --accept-first`" in out
    assert not Sweep.objects.exists()


def test_the_status_says_that_it_waits(configured, capsys):
    before = fornix(capsys, "mirror", "status")
    fornix(capsys, "mirror")
    code, out, _ = fornix(capsys, "mirror", "status")
    fornix(capsys, "mirror", "--accept-first")
    after = fornix(capsys, "mirror", "status")

    assert (before[0], "Calpendo was never read" in before[1]) == (3, True)
    assert (code, "The first sweep waits to be confirmed" in out) == (3, True)
    assert (after[0], "all is well" in after[1]) == (0, True)


def test_a_request_that_accepts_is_answered_by_a_sweep_that_accepts_alone(calpendo):
    ask_for_sweep(OPERATOR, at=calpendo.site.clock, accepts=True)

    sweep(calpendo, is_confirmed=False)
    waits = open_request()
    sweep(calpendo, accept_first=True)

    assert (waits.accepts, waits.sweep) == (True, None)
    assert open_request() is None
