"""`fornix why` and `fornix mirror` as an operator types them."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from django.conf import settings
from tests.integration.booking.mirrored import add_account, add_project, sweep
from tests.integration.commands.command_line import fornix

from fornix.access.accounts import create_account
from fornix.access.actors import OPERATOR
from fornix.access.memberships import grant, set_override
from fornix.commands.main import build_parser
from fornix.models import Account, Project, Sweep
from fornix.models.memberships import OverrideKind, Role

PROJECT_ID, CODE = "300004157000412", "2023_112"


@pytest.fixture
def configured(calpendo, db, monkeypatch):
    """An archive whose settings lead to the simulated Calpendo."""
    environment = replace(
        settings.FORNIX,
        calpendo={
            "calpendo.url": calpendo.url,
            "calpendo.username": "archive",
            "calpendo.time_zone": "Europe/London",
        },
        calpendo_password="archive",
    )
    monkeypatch.setattr(settings, "FORNIX", environment)
    return calpendo


@pytest.fixture
def known(calpendo, db):
    """Swept, with data of one project and an account for one of its users."""
    sweep(calpendo)
    add_project(PROJECT_ID, calpendo.site.clock)
    add_account("sarah", "sarah.white@example.ac.test", calpendo.site.clock)
    return calpendo


def why(capsys, name: str, project: str = CODE) -> dict:
    code, out, _ = fornix(capsys, "why", name, project, "--json")
    told = json.loads(out)
    assert code == (0 if told["allowed"] else 1)
    return told | {"text": "; ".join(told["reasons"])}


def test_a_user_of_the_project_may_and_the_sweep_is_named(known, capsys):
    told = why(capsys, "sarah")

    assert told["allowed"]
    assert (told["person"], told["project"]) == ("sarah", CODE)
    assert "is member by calpendo:main since" in told["text"]
    assert "Sarah White is a user of 2023_112 in Calpendo since sweep" in told["text"]
    assert (
        "is linked to Sarah White in Calpendo (id 9085) by e-mail given by an administrator" in told["text"]
    )


def test_somebody_else_may_not_and_is_told_what_is_missing(known, capsys):
    add_account("lars", "l.mueller@example.ac.test", known.site.clock)

    told = why(capsys, "lars")

    assert not told["allowed"]
    assert "is not on this project by any source" in told["text"]
    assert "is neither owner, PI nor user" in told["text"]


def test_a_suspended_person_is_told_so(known, capsys):
    known.site.edit(
        {"op": "set", "type": "Calpendo.CalpendoUser", "id": "9085", "fields": {"status": "Expired"}}
    )
    sweep(known)

    told = why(capsys, "sarah")

    assert not told["allowed"]
    assert "suspended, and comes back by itself" in told["text"]


def test_a_person_without_an_account_is_pending(known, capsys):
    told = why(capsys, "Minh Anh Đặng")

    assert not told["allowed"]
    assert "is known in Calpendo only (id 9127" in told["text"]
    assert "this is pending" in told["text"]


@pytest.mark.parametrize("name", ["mdang", "MDANG", "minh.dang@example.ac.test", "minh anh Đặng"])
def test_people_of_calpendo_are_found_by_login_email_and_name(known, capsys, name):
    assert why(capsys, name)["person"] == "Minh Anh Đặng"


@pytest.mark.parametrize(
    ("email", "words"),
    [
        ("", "the account has no e-mail"),
        ("nobody@example.ac.test", "nobody there has the e-mail"),
        ("auditory.lab@example.ac.test", "share this e-mail"),
        ("ryan.cole@example.ac.test", "is Blocked there"),
    ],
)
def test_why_an_account_is_not_linked(known, capsys, email, words):
    add_account("someone", email, known.site.clock)

    assert words in why(capsys, "someone")["text"]


def test_an_override_and_a_manual_grant_are_told_too(known, capsys):
    project, sarah = Project.objects.get(), Account.objects.get(username="sarah")
    grant(OPERATOR, project, sarah, Role.COLLABORATOR, at=known.site.clock)
    both = why(capsys, "sarah")
    set_override(OPERATOR, project, sarah, OverrideKind.BLOCK, at=known.site.clock, reason="left the group")
    blocked = why(capsys, "sarah")

    assert "is collaborator by manual" in both["text"]
    assert "is member by calpendo:main" in both["text"]
    assert not blocked["allowed"]
    assert "is blocked on this project by an administrator (left the group)" in blocked["text"]


def test_a_project_without_data_is_told_so(known, capsys):
    told = why(capsys, "sarah", "2023_101")

    assert not told["allowed"]
    assert "holds no data yet" in told["text"]


@pytest.mark.parametrize(("name", "project"), [("nobody at all", CODE), ("sarah", "NO_SUCH")])
def test_unknown_people_and_projects_are_said_to_be_unknown(known, capsys, name, project):
    code, out, err = fornix(capsys, "why", name, project)

    assert (code, out) == (1, "")
    assert "There is no" in err
    assert json.loads(fornix(capsys, "why", name, project, "--json")[1])["allowed"] is False


def test_in_words_the_verdict_comes_first(known, capsys):
    code, out, _ = fornix(capsys, "why", "sarah", CODE)

    assert code == 0
    assert out.startswith("sarah may see 2023_112:\n- ")


def test_mirror_sweeps_and_tells_what_changed(configured, capsys):
    code, out, _ = fornix(capsys, "mirror", "--accept-first")

    assert code == 0
    assert out.startswith("read 46 projects, 460 people, 6 resources")
    assert "… and" in out
    assert Sweep.objects.get().outcome == "complete"


def test_mirror_prints_json_alone(configured, capsys):
    code, out, _ = fornix(capsys, "mirror", "--dry-run", "--json")

    told = json.loads(out)
    assert (code, told["outcome"], told["dry_run"], told["sweep"]) == (0, "complete", True, None)
    assert {"projects": 46, "people": 460, "resources": 6}.items() <= told["counts"].items()
    assert {"kind", "about", "text"} == set(told["changes"][0])


def test_mirror_ends_with_3_when_something_waits(configured, capsys):
    fornix(capsys, "mirror")
    add_project(PROJECT_ID, configured.site.clock)
    fields = {"users": [], "owner": "9064", "principalInvestigator": None}
    configured.site.edit({"op": "set", "type": "Calpendo.Project", "id": PROJECT_ID, "fields": fields})

    code, out, _ = fornix(capsys, "mirror")

    assert code == 3
    assert "waits: 2023_112: " in out
    assert "`fornix mirror holds`" in out
    assert "`fornix mirror approve ID`" in out


def test_a_held_removal_is_listed_explained_and_approved(known, capsys):
    fields = {"users": [], "owner": "9064", "principalInvestigator": None}
    known.site.edit({"op": "set", "type": "Calpendo.Project", "id": PROJECT_ID, "fields": fields})
    number = sweep(known).sweep_id

    listed = json.loads(fornix(capsys, "mirror", "holds", "--json")[1])["held"]
    held = why(capsys, "sarah")
    approved = fornix(capsys, "mirror", "approve", listed[0]["id"])
    after = why(capsys, "sarah")

    assert (listed[0]["project"], "Sarah White" in listed[0]["people"]) == (CODE, True)
    assert f"no longer lists Sarah White as a user of 2023_112, since sweep {number}" in held["text"]
    assert "is held until an administrator decides (`fornix mirror holds`)" in held["text"]
    assert "Sarah White is a user of" not in held["text"]
    assert approved[0] == 0
    assert "sarah is no longer member of 2023_112" in approved[1]
    assert (held["allowed"], after["allowed"]) == (True, False)
    assert fornix(capsys, "mirror", "holds")[:2] == (0, "Nothing is held.\n")


@pytest.mark.parametrize("words", [("holds",), ("approve", "all")], ids=["holds", "approve"])
def test_options_of_a_sweep_are_refused_beside_a_verb(db, capsys, words):
    code, _, err = fornix(capsys, "mirror", "--dry-run", *words)

    assert code == 2
    assert "belong to a sweep" in err


def test_a_project_that_was_renamed_is_told_by_its_new_code(known, capsys):
    known.site.edit(
        {"op": "set", "type": "Calpendo.Project", "id": PROJECT_ID, "fields": {"projectCode": "2026_900"}}
    )
    sweep(known)

    kept, new = why(capsys, "sarah"), why(capsys, "sarah", "2026_900")

    assert (kept["project"], new["project"]) == (CODE, CODE)
    assert "2023_112 has the code 2026_900 in Calpendo now" in kept["text"]
    assert "2026_900 is 2023_112 here" in new["text"]


def test_the_former_code_of_a_project_without_data_leads_to_its_new_one(known, capsys):
    renamed = {"id": "300004157000415", "fields": {"projectCode": "2022_099"}}
    known.site.edit({"op": "set", "type": "Calpendo.Project"} | renamed)
    sweep(known)

    told = why(capsys, "sarah", "2022_088")

    assert told["project"] == "2022_099"
    assert "2022_088 is 2022_099 here" in told["text"]


def test_what_changed_is_told_in_words(known, capsys):
    fields = {"status": "Expired"}
    known.site.edit({"op": "set", "type": "Calpendo.CalpendoUser", "id": "9085", "fields": fields})

    lines = {line.text for line in sweep(known).lines if line.kind == "person.changed"}

    assert lines == {"status: Normal -> Expired; may no longer work in Calpendo"}


def test_mirror_ends_with_1_when_nothing_came_of_it(configured, capsys):
    configured.site.set_faults([{"effect": "401"}])

    code, out, err = fornix(capsys, "mirror")

    assert (code, out) == (1, "")
    assert "refuses the user name or the password" in err
    assert "The mirror is as it was." in err


def test_mirror_without_settings_says_which_ones_are_missing(db):
    from fornix.booking.refusals import CalpendoNotConfigured

    with pytest.raises(CalpendoNotConfigured, match="FORNIX_CALPENDO_URL"):
        build_and_run()


def build_and_run() -> int:
    from fornix.commands.mirror import run

    return run(build_parser(only="mirror").parse_args(["mirror"]))


def test_an_administrator_may_see_what_holds_no_data(known, capsys):
    create_account(OPERATOR, "root", password="x" * 12, at=known.site.clock, is_administrator=True)

    assert "is a site administrator" in why(capsys, "root", CODE)["text"]
    assert why(capsys, "root", "2023_101")["allowed"]
