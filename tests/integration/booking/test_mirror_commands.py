"""`fornix mirror` and its verbs as an operator types them."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
from tests.integration.booking.mirrored import add_account, add_project, rights, sweep
from tests.integration.booking.site_settings import configured_for
from tests.integration.commands.command_line import fornix

from fornix.access.actors import OPERATOR
from fornix.booking.refusals import CalpendoNotConfigured
from fornix.booking.requests import ask_for_sweep
from fornix.models import Sweep

PROJECT_ID, CODE = "300004157000412", "2023_112"


@pytest.fixture
def configured(calpendo, db, monkeypatch):
    """An archive whose settings lead to the simulated Calpendo."""
    configured_for(calpendo, monkeypatch)
    return calpendo


@pytest.fixture
def known(configured):
    """Swept, with data of one project and an account for one of its users."""
    sweep(configured)
    add_project(PROJECT_ID, configured.site.clock)
    add_account("sarah", "sarah.white@example.ac.test", configured.site.clock)
    return configured


@pytest.fixture
def held(known):
    """Everybody of the project is gone from it in Calpendo."""
    fields = {"users": [], "owner": "9064", "principalInvestigator": None}
    known.site.edit({"op": "set", "type": "Calpendo.Project", "id": PROJECT_ID, "fields": fields})
    sweep(known)
    return known


def in_json(capsys, *words: str) -> tuple[int, dict]:
    code, out, _ = fornix(capsys, "mirror", *words, "--json")
    return code, json.loads(out)


def test_mirror_sweeps_and_tells_what_changed(configured, capsys):
    code, out, _ = fornix(capsys, "mirror", "--accept-first")

    assert code == 0
    assert out.startswith("read 46 projects, 460 people, 6 resources")
    assert "… and" in out
    assert Sweep.objects.get().outcome == "complete"


def test_mirror_prints_json_alone(configured, capsys):
    code, told = in_json(capsys, "--dry-run")

    assert (code, told["outcome"], told["dry_run"], told["sweep"]) == (0, "complete", True, None)
    assert {"projects": 46, "people": 460, "resources": 6}.items() <= told["counts"].items()
    assert {"kind", "about", "text"} <= set(told["changes"][0])


def test_mirror_ends_with_3_when_something_waits(known, capsys):
    fields = {"users": [], "owner": "9064", "principalInvestigator": None}
    known.site.edit({"op": "set", "type": "Calpendo.Project", "id": PROJECT_ID, "fields": fields})

    code, out, _ = fornix(capsys, "mirror")

    assert code == 3
    assert "waits: 2023_112: " in out
    assert "`fornix mirror holds` tells whom it concerns; `fornix mirror approve ID` or `reject ID`" in out


def test_what_is_held_is_listed_and_approved(held, capsys):
    _, told = in_json(capsys, "holds")
    (hold,) = told["held"]
    words = fornix(capsys, "mirror", "holds")[1]
    code, out, _ = fornix(capsys, "mirror", "approve", hold["id"])

    assert (hold["kind"], hold["project"], hold["decided"]) == ("removal", CODE, False)
    assert "Sarah White" in hold["people"]
    assert words.startswith(f"{hold['id']}  2023_112  since ")
    assert (code, out) == (0, "sarah is no longer member of 2023_112 by Calpendo\n")
    assert fornix(capsys, "mirror", "holds")[:2] == (0, "Nothing is held.\n")


def test_what_is_rejected_is_listed_with_all_and_can_be_approved_later(held, capsys):
    (hold,) = in_json(capsys, "holds")[1]["held"]
    code, out, _ = fornix(capsys, "mirror", "reject", "all")
    words = fornix(capsys, "mirror", "holds")[1]
    again = fornix(capsys, "mirror", "reject", hold["id"])
    (kept,) = in_json(capsys, "holds", "--all")[1]["held"]
    fornix(capsys, "mirror", "approve", hold["id"])

    assert (code, out) == (0, f"rejected {hold['id']}; it stays so until Calpendo says otherwise\n")
    assert words == "Nothing is held.\nDecided against Calpendo earlier: 1 (`fornix mirror holds --all`).\n"
    assert (again[0], again[2]) == (0, f"fornix: {hold['id']}: that is so already\n")
    assert (kept["id"], kept["decided"]) == (hold["id"], True)
    assert rights() == {PROJECT_ID: {}}


@pytest.mark.parametrize("verb", ["approve", "reject"])
def test_all_of_nothing_is_no_mistake(known, capsys, verb):
    assert fornix(capsys, "mirror", verb, "all")[:2] == (0, "Nothing is held.\n")


@pytest.mark.parametrize(
    "words", [("holds",), ("approve", "all"), ("status",), ("undo", "1")], ids=lambda words: words[0]
)
def test_options_of_a_sweep_are_refused_beside_a_verb(db, capsys, words):
    code, _, err = fornix(capsys, "mirror", "--dry-run", *words)

    assert code == 2
    assert "belong to a sweep" in err


def test_the_status_tells_the_last_sweeps(known, capsys, monkeypatch):
    monkeypatch.setattr("fornix.commands.mirror_status.timezone.now", lambda: known.site.clock)

    code, told = in_json(capsys, "status")
    words = fornix(capsys, "mirror", "status")[1]

    good = told["last_good"]
    assert (code, told["stale"], told["first_waits"], told["problems"]) == (0, False, False, [])
    assert (good["outcome"], good["counts"]["projects"], told["last"]["sweep"]) == (
        "complete",
        46,
        good["sweep"],
    )
    assert good["requests"] > 2
    assert good["duration_s"] >= 0
    assert datetime.fromisoformat(good["started_at"]) == known.site.clock - timedelta(hours=1)
    assert told["age_s"] == 3600
    assert words.startswith(f"last complete sweep: {good['sweep']}, ")
    assert words.endswith("all is well\n")


def test_the_status_tells_what_is_wrong_and_what_to_do(held, capsys, monkeypatch):
    held.site.set_faults([{"effect": "401"}])
    sweep(held)
    ask_for_sweep(OPERATOR, at=held.site.clock)
    held.site.advance(timedelta(hours=30))
    monkeypatch.setattr("fornix.commands.mirror_status.timezone.now", lambda: held.site.clock)

    code, told = in_json(capsys, "status")
    words = fornix(capsys, "mirror", "status")[1]

    assert (code, told["stale"], told["waiting"], told["request"]["accepts"]) == (3, True, 1, False)
    failed, stale, waits = told["problems"]
    assert "The last sweep changed nothing: " in failed
    assert "The mirror is old" in stale
    assert "Changes that wait for a decision: 1" in waits
    assert "longer than a day" in waits
    assert len(told["next_steps"]) == 3
    assert "asked for a sweep at" in words


def test_what_changed_is_told_in_words(known, capsys):
    fields = {"status": "Expired"}
    known.site.edit({"op": "set", "type": "Calpendo.CalpendoUser", "id": "9085", "fields": fields})

    _, out, _ = fornix(capsys, "mirror")

    assert "membership.revoked: 2023_112: sarah is no longer member" in out
    assert "person.changed: Sarah White: status: Normal -> Expired" in out
    assert "person.suspended: Sarah White: may no longer work in Calpendo" in out


def test_mirror_ends_with_1_when_nothing_came_of_it(configured, capsys):
    configured.site.set_faults([{"effect": "401"}])

    code, out, err = fornix(capsys, "mirror")

    assert (code, out) == (1, "")
    assert "refuses the user name or the password" in err
    assert "The mirror is as it was." in err


def test_mirror_without_settings_says_which_ones_are_missing(db, capsys):
    with pytest.raises(CalpendoNotConfigured, match="FORNIX_CALPENDO_URL"):
        fornix(capsys, "mirror")


def test_the_last_sweeps_are_listed_by_number_with_what_they_changed(held, capsys):
    sweep(held)
    sweep(held)

    code, told = in_json(capsys, "sweeps")
    _, out, _ = fornix(capsys, "mirror", "sweeps")

    newest, first = told["sweeps"][0], told["sweeps"][-1]
    assert (code, told["next"]) == (0, None)
    assert (newest["outcome"], first["changes"]["project.new"]) == ("held", 46)
    assert f"{first['sweep']}  " in out.splitlines()[-1]


def test_before_the_first_sweep_there_is_nothing_to_list(configured, capsys):
    assert fornix(capsys, "mirror", "sweeps")[1] == "There was no sweep yet.\n"
