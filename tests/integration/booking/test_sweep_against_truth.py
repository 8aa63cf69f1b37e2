"""What the mirror grants is what the simulator's oracle says, for the demo's cases and the variants of the wire."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import combinations, product

import pytest
from tests.integration.booking.mirrored import (
    AT_ONCE,
    add_account,
    add_accounts,
    add_project,
    add_projects,
    config_of,
    rights,
    sweep,
    true_rights,
)

from fornix.access.actors import OPERATOR
from fornix.access.memberships import grant
from fornix.booking.find import AmbiguousCode, FoundProject, find_booking_project
from fornix.booking.sweep import run_sweep
from fornix.catalog.projects import create_project
from fornix.models import Account, Membership, Project, SweepOutcome
from fornix.models.memberships import Role
from fornix.simulator.calpendo.server import CalpendoServer
from fornix.simulator.calpendo.switches import SWITCHES, Switches

P = "300004157000"  # what the demo's project ids begin with


def email_of(server, login: str) -> str:
    people = server.site.truth()["people"].values()
    return next(person["email"] for person in people if person["login"] == login).lower()


def test_everybody_has_exactly_what_the_oracle_says(mirrored):
    assert rights() == true_rights(mirrored)
    assert sum(len(people) for people in rights().values()) > 80


def test_accounts_that_were_there_before_the_first_sweep_get_the_same(calpendo, db):
    add_accounts(calpendo)
    sweep(calpendo)
    add_projects(calpendo)

    assert rights() == true_rights(calpendo)


def test_a_project_made_before_the_mirror_began_is_found_by_its_code(calpendo, db):
    create_project("2023-112", at=calpendo.site.clock, source="command")
    add_accounts(calpendo)
    sweep(calpendo)

    project = Project.objects.get()
    assert project.name == project.booking_project.name != "2023-112"
    assert project.label == "2023-112"
    assert rights() == true_rights(calpendo)


@pytest.mark.parametrize("case", [6, 7, 9, 12, 13, 18])
def test_what_happens_overnight_is_followed(mirrored, case):
    before = rights()
    mirrored.site.edit({"op": "case", "case": case})
    gone = before.keys() - mirrored.site.truth()["projects"].keys()

    result = sweep(mirrored)

    assert result.outcome is SweepOutcome.COMPLETE, result.reason
    kept = {booked_id: people for booked_id, people in rights().items() if booked_id not in gone}
    if not gone:
        assert kept == true_rights(mirrored)
    assert {booked_id: rights()[booked_id] for booked_id in gone} == {each: before[each] for each in gone}


def test_a_new_login_and_a_new_email_leave_the_link_as_it_is(mirrored):
    before = rights()
    mirrored.site.edit({"op": "case", "case": 16})

    result = sweep(mirrored)

    assert [line.kind for line in result.lines] == ["person.changed"]
    assert rights() == before


def test_a_person_taken_off_a_project_loses_it_and_gets_it_back(mirrored):
    project_id = next(each for each in rights() if each.endswith("440"))
    email = email_of(mirrored, "pvandijk")
    person_id = Account.objects.get(email=email).booking_people.get().external_id
    edit = {"type": "Calpendo.Project", "id": project_id, "field": "users", "value": person_id}
    assert email in rights()[project_id]

    mirrored.site.edit({"op": "remove", **edit})
    sweep(mirrored)
    assert email not in rights()[project_id]

    mirrored.site.edit({"op": "add", **edit})
    sweep(mirrored)
    assert rights()[project_id][email] == "member"


def test_a_person_who_expires_is_suspended_and_comes_back_by_himself(mirrored):
    email = email_of(mirrored, "mdang")
    before = {booked_id for booked_id, people in rights().items() if email in people}
    mirrored.site.edit(
        {"op": "set", "type": "Calpendo.CalpendoUser", "id": "9127", "fields": {"status": "Expired"}}
    )
    sweep(mirrored)
    suspended = {booked_id for booked_id, people in rights().items() if email in people}

    mirrored.site.edit(
        {"op": "set", "type": "Calpendo.CalpendoUser", "id": "9127", "fields": {"status": "Normal"}}
    )
    sweep(mirrored)

    assert before
    assert suspended == set()
    assert {booked_id for booked_id, people in rights().items() if email in people} == before


def test_a_manual_grant_stays_whatever_calpendo_says(mirrored):
    project = Project.objects.get(label="2022_053")
    outsider = Account.objects.get(email=email_of(mirrored, "tkovac"))
    insider = Account.objects.get(email=email_of(mirrored, "cbauer"))
    for account in (outsider, insider):
        grant(OPERATOR, project, account, Role.COLLABORATOR, at=mirrored.site.clock)
    mirrored.site.edit(
        {
            "op": "remove",
            "type": "Calpendo.Project",
            "id": project.booking_project.external_id,
            "field": "users",
            "value": insider.booking_people.get().external_id,
        }
    )

    sweep(mirrored)

    manual = Membership.objects.filter(project=project, source="manual")
    assert {row.account_id for row in manual} == {outsider.pk, insider.pk}
    assert not Membership.objects.filter(project=project, account=insider).exclude(source="manual").exists()


def test_a_renamed_and_recoded_project_stays_the_same_project(mirrored):
    project = next(each for each in Project.objects.all() if each.booking_project.external_id.endswith("431"))
    old_code, old_name = project.label, project.name
    mirrored.site.edit({"op": "case", "case": 6})
    sweep(mirrored)
    project.refresh_from_db()
    new_code = project.booking_project.code

    assert project.label == old_code != new_code
    assert project.name != old_name
    on_the_day_before = find_booking_project(old_code, on=mirrored.site.clock.date().replace(day=1))
    assert on_the_day_before == FoundProject(project.booking_project)
    assert find_booking_project(new_code, on=mirrored.site.clock.date()) == FoundProject(
        project.booking_project
    )
    assert find_booking_project(old_code, on=mirrored.site.clock.date().replace(month=6)) is None


def test_hidden_members_are_kept_as_last_known(mirrored):
    project_id = next(each for each in rights() if each.endswith("412"))
    before = rights()[project_id]
    mirrored.site.edit(
        [
            {"op": "hide", "type": "Calpendo.Project", "id": project_id, "field": name}
            for name in ("users", "owner", "principalInvestigator")
        ]
    )

    result = sweep(mirrored)

    assert result.outcome is SweepOutcome.COMPLETE
    assert rights()[project_id] == before
    assert rights() == true_rights(mirrored)


def test_a_new_member_without_an_account_waits_for_it(mirrored):
    project_id = next(each for each in rights() if each.endswith("412"))
    mirrored.site.edit(
        [
            {
                "op": "create",
                "type": "Calpendo.CalpendoUser",
                "id": "9999",
                "fields": {"givenName": "New", "familyName": "Comer", "email": "New.Comer@Example.ac.test",
                           "loginName": "ncomer", "status": "Normal"},
            },
            {"op": "add", "type": "Calpendo.Project", "id": project_id, "field": "users", "value": "9999"},
        ]
    )  # fmt: skip
    sweep(mirrored)
    assert "new.comer@example.ac.test" not in rights()[project_id]

    add_account("newcomer", "new.comer@example.ac.test", mirrored.site.clock)

    assert rights()[project_id]["new.comer@example.ac.test"] == "member"
    assert rights() == true_rights(mirrored)


def pairwise() -> list[dict[str, str]]:
    """Few rows in which every two values of two switches occur together: greedy, and the same every time."""
    names = list(SWITCHES)
    left = {
        ((a, x), (b, y))
        for i, a in enumerate(names)
        for b in names[i + 1 :]
        for x in SWITCHES[a]
        for y in SWITCHES[b]
    }
    rows = []
    while left:
        row = dict(min(left))
        for name in names:
            if name not in row:
                row[name] = max(SWITCHES[name], key=lambda value, name=name: gain(row | {name: value}, left))
        left -= {pair for pair in left if all(row[name] == value for name, value in pair)}
        rows.append({name: row[name] for name in names})
    return rows


def gain(row: dict[str, str], left: set) -> int:
    return sum(all(row.get(name) == value for name, value in pair) for pair in left)


ROWS = pairwise()


def test_the_variants_hold_every_pair_of_values_of_two_switches():
    for (a, values_of_a), (b, values_of_b) in combinations(SWITCHES.items(), 2):
        assert {(row[a], row[b]) for row in ROWS} == set(product(values_of_a, values_of_b))
    assert "sets_in_paths" in SWITCHES
    assert len(ROWS) < 30


@pytest.mark.django_db
@pytest.mark.parametrize("row", ROWS, ids=[f"row{number}" for number in range(len(ROWS))])
def test_every_variant_of_the_wire_gives_the_same_rights(row):
    with CalpendoServer(switches=Switches(**row)) as server:
        first = sweep(server)
        add_accounts(server)
        add_projects(server)
        second = sweep(server)

        assert (first.outcome, first.reason) == (SweepOutcome.COMPLETE, "")
        assert second.lines == ()
        assert rights() == true_rights(server)


def test_projects_of_no_scanner_and_pseudo_projects_are_not_found(mirrored):
    assert [
        find_booking_project(code, on=None) for code in ("2023_140", "BLOCKER", "qa phantom", "training")
    ] == [None] * 4


def test_a_code_that_changed_hands_is_ambiguous_from_then_on(mirrored):
    code = mirrored.site.truth()["cases"]["7"]["codes"][0]
    mirrored.site.edit({"op": "case", "case": 7})
    sweep(mirrored)

    assert isinstance(find_booking_project(code, on=date(2024, 5, 1)), FoundProject)
    assert isinstance(find_booking_project(code, on=mirrored.site.clock.date()), AmbiguousCode)


@pytest.mark.parametrize("written", ["HIN 2024", "hin_2024", " HIN-2024 "])
def test_codes_are_found_as_consoles_mangle_them(mirrored, written):
    found = find_booking_project(written, on=None)

    assert isinstance(found, FoundProject)
    assert found.booking_project.code == "HIN 2024"


def test_first_data_of_a_project_brings_its_people_at_once(calpendo, db):
    sweep(calpendo)
    add_account("zoe", email_of(calpendo, "zangstrom"), calpendo.site.clock)
    project = add_project(f"{P}412", calpendo.site.clock)

    assert project.name.startswith("Hearing in noise")
    assert [row.role for row in project.memberships.all()] == ["owner"]


def test_a_person_who_is_not_listed_is_asked_for_by_id(calpendo, db):
    calpendo.site.set_faults([{"effect": "shrink", "percent": 5, "path": "/webdav/q/Calpendo.CalpendoUser*"}])

    sweep(calpendo)

    asked = [
        entry.target for entry in calpendo.site.log() if "/webdav/b/Calpendo.CalpendoUser/" in entry.target
    ]
    assert 0 < len(asked) <= 20


@pytest.mark.parametrize("ending", ["/", "/webdav", "/webdav/q/"])
def test_the_address_may_be_copied_with_the_path_of_the_interface(calpendo, db, ending):
    config = replace(config_of(calpendo), url=calpendo.url + ending)

    result = run_sweep(config, calpendo.site.clock, patience=AT_ONCE, accept_first=True)

    assert result.outcome is SweepOutcome.COMPLETE
