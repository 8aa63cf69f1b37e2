"""Every fault of the simulator: no right is removed, no project is re-routed, and the operator reads a clear reason."""

from __future__ import annotations

import pytest
from tests.integration.booking.mirrored import (
    AT_ONCE,
    HASTY,
    add_account,
    add_accounts,
    config_of,
    everything_but_sweeps,
    rights,
    sweep,
    true_rights,
)

from fornix.booking.sweep import run_sweep
from fornix.catalog.projects import create_project
from fornix.models import AccessionCounter, Project, Sweep, SweepOutcome
from fornix.simulator.calpendo.faults.table import EFFECTS

PROJECTS, PEOPLE = {"type": "Calpendo.Project"}, {"type": "Calpendo.CalpendoUser"}

# Faults after which nothing may change, with words that the reason must hold.
REFUSED = [
    pytest.param({"effect": "401"}, "user name or the password", id="wrong password"),
    pytest.param({"effect": "401", "after": 1}, "user name or the password", id="password changed in the middle"),
    pytest.param({"effect": "403", **PEOPLE}, "may not read Calpendo.CalpendoUser", id="users forbidden"),
    pytest.param({"effect": "500"}, "fault of its own", id="500"),
    pytest.param({"effect": "502", **PROJECTS}, "fault of its own", id="502"),
    pytest.param({"effect": "503", "retry_after": 0}, "fault of its own", id="503"),
    pytest.param({"effect": "html-200"}, "log-in", id="log-in page"),
    pytest.param({"effect": "html-200", "labelled": "application/json"}, "log-in", id="log-in page called JSON"),
    pytest.param({"effect": "redirect-login"}, "another address", id="sent elsewhere"),
    *(
        pytest.param({"effect": "no-key", "body": body, **PROJECTS}, "", id=f"body {body or 'empty'}")
        for body in ("{}", '{"error":"x"}', "[]", "null", "")
    ),
    pytest.param({"effect": "empty", **PROJECTS}, "list of projects is empty", id="no projects"),
    pytest.param({"effect": "empty", **PEOPLE}, "list of users is empty", id="no people"),
    pytest.param({"effect": "empty", "type": "Calpendo.Resource"}, "list of resources is empty", id="no resources"),
    pytest.param({"effect": "shrink", "percent": 30, **PROJECTS}, "missing", id="30 % of projects gone"),
    pytest.param({"effect": "shrink", "percent": 30, **PEOPLE}, "missing", id="30 % of people gone"),
    pytest.param({"effect": "hide", "fields": ["users", "owner"]}, "no project has any user", id="members hidden"),
    pytest.param({"effect": "hide", "fields": ["principalInvestigator"]}, "hidden", id="PIs hidden"),
    pytest.param({"effect": "hide", "fields": ["email"]}, "hidden", id="e-mails hidden"),
    pytest.param({"effect": "lose-members"}, "no project has any user", id="members lost"),
    pytest.param({"effect": "truncate", "at": 300}, "breaks off", id="cut off"),
    pytest.param({"effect": "truncate", "at": 300, "length": "full"}, "middle", id="cut, rest never comes"),
    pytest.param({"effect": "truncate", "at": 300, "length": "missing"}, "breaks off", id="cut, no length"),
    pytest.param(
        {"effect": "truncate", "at": 900, "length": "missing", "where": "between-items"},
        "breaks off",
        id="cut between items",
    ),
    pytest.param(
        {"effect": "truncate", "at": 900, "length": "missing", "where": "repairable"}, "", id="cut, mended"
    ),
    pytest.param({"effect": "reset"}, "", id="connection reset"),
    pytest.param({"effect": "reset", "at": 500}, "middle", id="reset in the middle"),
    pytest.param({"effect": "duplicate", "what": "id"}, "listed twice", id="an id twice"),
    pytest.param({"effect": "wrong-site"}, "", id="another Calpendo"),
    pytest.param({"effect": "schema", "what": "status"}, "never seen before", id="unknown statuses"),
]  # fmt: skip


@pytest.mark.parametrize(("fault", "words"), REFUSED)
def test_a_fault_changes_nothing_and_says_why(mirrored, fault, words):
    before = everything_but_sweeps()
    mirrored.site.set_faults([fault])

    result = sweep(mirrored)

    assert result.outcome is SweepOutcome.INCOMPLETE
    assert words in result.reason
    assert len(result.reason) > 20
    assert "archive:archive" not in result.reason
    assert everything_but_sweeps() == before
    assert Sweep.objects.latest("pk").reason == result.reason


def test_a_doubted_answer_names_the_way_out_only_where_there_is_one(mirrored):
    mirrored.site.set_faults([{"effect": "hide", "fields": ["email"]}])
    different = sweep(mirrored).reason
    mirrored.site.set_faults([{"effect": "empty", **PROJECTS}])
    unsound = sweep(mirrored).reason

    assert "If the change is real: `fornix mirror --accept-first`" in different
    assert "what the service account may read" in unsound
    assert "accept-first" not in unsound
    assert "?." not in different + unsound


# Against what was known before these differ, and the first sweep knows nothing: a person looks at its plan instead.
KNOWN_BY_COMPARISON = {
    "30 % of projects gone",
    "30 % of people gone",
    "PIs hidden",
    "e-mails hidden",
    "another Calpendo",
    "unknown statuses",
}
UNSOUND = [each for each in REFUSED if each.id not in KNOWN_BY_COMPARISON]


@pytest.fixture
def lived_in(calpendo, db):
    """An archive with accounts, and with data of a project that has the code of one in Calpendo. Never swept."""
    for login in ("zangstrom", "swhite"):
        add_account(login, f"{login}@example.ac.test", calpendo.site.clock)
    create_project("2023_112", at=calpendo.site.clock, source="command")
    AccessionCounter.objects.create(kind="M")  # the row that sweeps lock
    return calpendo


@pytest.mark.parametrize(("fault", "words"), UNSOUND)
def test_a_fault_in_the_first_sweep_leaves_an_empty_mirror(lived_in, fault, words):
    before = everything_but_sweeps()
    lived_in.site.set_faults([fault])

    result = sweep(lived_in, accept_first=True)

    assert result.outcome is SweepOutcome.INCOMPLETE
    assert words in result.reason
    assert len(result.reason) > 20
    assert everything_but_sweeps() == before


@pytest.mark.parametrize(
    "fault",
    [pytest.param(*each.values[:1], id=each.id) for each in REFUSED if each.id in KNOWN_BY_COMPARISON],
)
def test_what_only_a_comparison_tells_is_planned_at_first_and_changes_nothing(lived_in, fault):
    before = everything_but_sweeps()
    lived_in.site.set_faults([fault])

    result = sweep(lived_in, is_confirmed=False)

    assert result.outcome in (SweepOutcome.PLANNED, SweepOutcome.INCOMPLETE)
    assert result.reason
    assert everything_but_sweeps() == before


SLOW = [
    pytest.param({"effect": "slow-first-byte", "seconds": 5}, id="slow to begin"),
    pytest.param({"effect": "slow-body", "bytes": 10, "every_s": 0.1}, id="a trickle"),
    pytest.param({"effect": "stall", "at": 200}, id="stalls"),
]


@pytest.mark.parametrize("stage", ["lived_in", "mirrored"])
@pytest.mark.parametrize("fault", SLOW)
def test_patience_with_a_slow_calpendo_ends_and_changes_nothing(request, stage, fault):
    server = request.getfixturevalue(stage)
    before = everything_but_sweeps()
    server.site.set_faults([fault])

    result = sweep(server, patience=HASTY)

    assert result.outcome is SweepOutcome.INCOMPLETE
    assert "silent for too long" in result.reason or "needs more than" in result.reason
    assert everything_but_sweeps() == before


# Faults that look like a true answer: what they leave out is kept.
SURVIVED = [
    pytest.param({"effect": "shrink", "percent": 100, "status": "Terminated"}, id="two terminated gone"),
    pytest.param({"effect": "clock-skew"}, id="clock off"),
    pytest.param({"effect": "schema", "what": "new-field"}, id="a new field"),
    pytest.param({"effect": "schema", "what": "id-type"}, id="ids of another type"),
    pytest.param({"effect": "schema", "what": "text-reference"}, id="texts where references are expected"),
    pytest.param({"effect": "stale", "hours": 1}, id="an old answer that says the same"),
    pytest.param({"effect": "shrink", "percent": 4, **PROJECTS}, id="a project or two gone"),
    pytest.param(
        {"effect": "hide", "fields": ["users"], "ids": ["300004157000412"]}, id="one member list hidden"
    ),
    pytest.param({"effect": "duplicate", "what": "code"}, id="a code twice"),
    pytest.param({"effect": "duplicate", "what": "email"}, id="an e-mail twice"),
    pytest.param({"effect": "mixed"}, id="lists and details of two moments"),
]


def test_every_effect_of_the_simulator_is_in_these_tables():
    tables = {each.values[0]["effect"] for each in (*REFUSED, *SLOW, *SURVIVED)}

    assert tables | {"bad-tls"} == set(EFFECTS)  # certificates have tests of their own, over TLS


@pytest.mark.parametrize("fault", SURVIVED)
def test_what_is_left_out_is_kept(mirrored, fault):
    before = rights()
    mirrored.site.set_faults([fault])

    sweep(mirrored)

    assert rights() == before


def test_an_answer_from_before_the_last_change_is_recognised(mirrored):
    project_id = next(each for each in rights() if each.endswith("412"))
    mirrored.site.edit(
        {"op": "set", "type": "Calpendo.Project", "id": project_id, "fields": {"name": "Another title"}}
    )
    sweep(mirrored)
    mirrored.site.set_faults([{"effect": "stale", "hours": 3}])

    result = sweep(mirrored)

    assert result.outcome is SweepOutcome.INCOMPLETE
    assert "older" in result.reason


@pytest.mark.parametrize("fault", SURVIVED)
def test_a_first_sweep_grants_nobody_more_than_calpendo_says_whatever_is_left_out(lived_in, fault):
    lived_in.site.set_faults([fault])

    sweep(lived_in, accept_first=True)

    for booked_id, people in true_rights(lived_in).items():
        assert rights()[booked_id].items() <= people.items()
    assert Project.objects.get().label == "2023_112"


@pytest.mark.parametrize(("effect", "tries"), [("503", 3), ("401", 1), ("403", 1)])
def test_only_what_may_pass_is_tried_again(calpendo, db, effect, tries):
    calpendo.site.set_faults([{"effect": effect, "type": "Calpendo.Resource"}])

    assert sweep(calpendo).requests == tries
    assert len(calpendo.site.log()) == tries


def test_a_fault_that_passes_is_outwaited(calpendo, db):
    calpendo.site.set_faults([{"effect": "502", "first": 2}])

    assert sweep(calpendo).outcome is SweepOutcome.COMPLETE


def test_a_wrong_password_is_told_as_such(calpendo, db):
    result = run_sweep(config_of(calpendo, password="guess"), calpendo.site.clock, patience=AT_ONCE)

    assert "FORNIX_CALPENDO_PASSWORD" in result.reason
    assert "guess" not in result.reason


def test_a_calpendo_that_does_not_run_is_told_as_such(calpendo, db):
    config = config_of(calpendo)
    calpendo.stop()

    result = run_sweep(config, calpendo.site.clock, patience=AT_ONCE)

    assert result.outcome is SweepOutcome.INCOMPLETE
    assert "No connection to 127.0.0.1" in result.reason


def test_after_a_fault_the_next_sweep_catches_up(calpendo, db):
    sweep(calpendo)
    add_accounts(calpendo)
    calpendo.site.set_faults([{"effect": "empty", **PROJECTS}])
    sweep(calpendo)
    calpendo.site.set_faults([])

    assert sweep(calpendo).outcome is SweepOutcome.COMPLETE
