"""Edits of the simulated state: one by one, all or none, and the ready scripts of the demo's cases."""

import json
import re
from pathlib import Path

import pytest

from fornix.simulator.calpendo.refusals import ControlRefused
from fornix.simulator.calpendo.sets.demo import OVERNIGHT
from fornix.simulator.calpendo.state import Beginning, Site

PROJECT, USER, BOOKING = "Calpendo.Project", "Calpendo.CalpendoUser", "Calpendo.Booking"
HEARING = "300004157000412"


DOCUMENT = Path(__file__).parents[3] / "docs" / "simulator.md"


@pytest.fixture
def site():
    return Site(Beginning(), "archive", "archive")


def project_of(site, row_id=HEARING):
    return site.truth()["projects"].get(row_id)


def overnight(site, number):
    """The projects and people of a case before and after its script."""
    case = site.truth()["cases"][str(number)]
    before = site.truth()
    site.edit({"op": "case", "case": number})
    after = site.truth()
    return case, before, after


def test_member_is_added_and_removed(site):
    edit = {"type": PROJECT, "id": HEARING, "field": "users", "value": "9128"}
    site.edit([{"op": "add", **edit}])
    assert project_of(site)["people"]["9128"]["role"] == "member"
    site.edit([{"op": "remove", **edit}])
    assert "9128" not in project_of(site)["people"]


def test_new_user_and_new_booking_can_be_created(site):
    user = {"givenName": "New", "familyName": "Comer", "status": "Normal", "email": "new@example.ac.test"}
    span = {"start": "2026-03-05T09:00:00", "finish": "2026-03-05T10:00:00"}
    site.edit(
        [
            {"op": "create", "type": USER, "id": "9900", "fields": user},
            {
                "op": "create",
                "type": "MRIScan",
                "id": "77",
                "fields": {"dateRange": span, "project": HEARING},
            },
        ]
    )
    truth = site.truth()
    assert truth["people"]["9900"]["state"] == "active"
    assert truth["bookings"]["77"]["starts_at"] == "2026-03-05T09:00:00+00:00"


def test_the_examples_of_the_document_are_taken(site):
    examples = re.findall(r"`edit '([^']+)'`", DOCUMENT.read_text(encoding="utf-8"))

    for example in examples:
        site.edit(json.loads(example))

    told = project_of(site)
    assert len(examples) >= 6
    assert (told["code"], "9104" in told["people"]) == ("2023_912", True)
    assert site.truth()["people"]["9127"]["state"] != "active"
    assert "9127" not in told["people"]


def test_edits_apply_all_or_none(site):
    good = {"op": "set", "type": PROJECT, "id": HEARING, "fields": {"name": "Other"}}
    with pytest.raises(ControlRefused, match="edit 2"):
        site.edit([good, {"op": "set", "type": PROJECT, "id": "1", "fields": {}}])
    assert project_of(site)["name"].startswith("Hearing in noise")


def test_what_is_referred_to_goes_only_with_cascade(site):
    gone = {"op": "delete", "type": USER, "id": "9127"}
    with pytest.raises(ControlRefused, match="referred to"):
        site.edit([gone])
    site.edit([{**gone, "cascade": True}])
    assert "9127" not in project_of(site)["people"]
    assert "9127" not in site.truth()["people"]


def test_hidden_field_keeps_what_was_last_readable_in_the_truth(site):
    field = {"type": PROJECT, "id": HEARING, "field": "users"}
    site.edit([{"op": "hide", **field}])
    site.edit([{"op": "remove", **field, "value": "9127"}])
    assert "9127" in project_of(site)["people"]
    site.edit([{"op": "show", **field}])
    assert "9127" not in project_of(site)["people"]


def test_vanished_row_is_seen_nowhere_and_returns_with_all_that_referred_to_it(site):
    before = site.truth()
    row = {"type": PROJECT, "id": HEARING}
    site.edit([{"op": "vanish", **row}])
    gone = site.truth()
    assert HEARING not in gone["projects"]
    assert {each["project"] for each in gone["bookings"].values()} >= {HEARING}
    site.edit([{"op": "return", **row}])
    assert site.truth() == before


def test_truth_tells_only_the_parts_that_are_wanted(site):
    assert set(site.truth(("people", "cases"))) == {"people", "cases"}
    assert site.truth(("people",))["people"] == site.truth()["people"]


@pytest.mark.parametrize(
    "edit",
    [
        {},
        {"op": "vanish", "type": PROJECT, "id": "1"},
        {"op": "return", "type": PROJECT, "id": HEARING},
        {"op": "explode"},
        {"op": "set", "type": "No.Type", "id": "1"},
        {"op": "set", "type": PROJECT, "id": HEARING, "fields": {"colour": "red"}},
        {"op": "set", "type": PROJECT, "id": HEARING, "fields": {"owner": "no such person"}},
        {"op": "set", "type": PROJECT, "id": HEARING, "fields": {"users": "9127"}},
        {"op": "set", "type": PROJECT, "id": HEARING, "fields": {"name": ["a"]}},
        {"op": "set", "type": PROJECT, "id": HEARING, "fields": {"modified": "yesterday"}},
        {"op": "set", "type": PROJECT, "id": HEARING, "fields": []},
        {"op": "create", "type": PROJECT, "id": HEARING, "fields": {}},
        {"op": "create", "type": PROJECT, "id": "x1", "fields": {}},
        {"op": "create", "type": BOOKING, "id": "1", "fields": {}},
        {"op": "add", "type": PROJECT, "id": HEARING, "field": "owner", "value": "9127"},
        {"op": "add", "type": PROJECT, "id": HEARING, "field": "users", "value": "0"},
        {"op": "remove", "type": PROJECT, "id": HEARING, "field": "users", "value": "9128"},
        {"op": "hide", "type": PROJECT, "id": HEARING, "field": "colour"},
        {"op": "case", "case": 1},
        {"op": "case", "case": [6]},
        "set",
    ],
    ids=str,
)
def test_edit_that_makes_no_sense_is_refused(edit, site):
    with pytest.raises(ControlRefused):
        site.edit([edit])


@pytest.mark.parametrize("number", OVERNIGHT)
def test_every_script_of_a_case_changes_the_truth(number, site):
    _case, before, after = overnight(site, number)
    if number == 21:  # what is hidden changes what may be read, not what is known
        assert "users" in after["projects"]["300004157000422"]["hidden"]
    elif number == 22:
        assert after["bookings"] != before["bookings"]
    else:
        assert (after["projects"], after["people"], after["bookings"]) != (
            before["projects"],
            before["people"],
            before["bookings"],
        )


def test_case_6_keeps_the_id_under_another_code(site):
    case, before, after = overnight(site, 6)
    codes = [truth["projects"][case["projects"][0]]["code"] for truth in (before, after)]
    assert codes == ["2025_012", "2025_112"]


def test_case_7_gives_the_code_of_the_terminated_project_to_a_new_one(site):
    case, before, after = overnight(site, 7)
    old, new = case["projects"]
    assert before["projects"][old]["code"] == after["projects"][new]["code"]
    assert after["projects"][old]["code"] is None
    assert after["projects"][new]["is_mirrored"]


def test_case_9_approval_makes_the_project_routable(site):
    case, _before, after = overnight(site, 9)
    assert after["projects"][case["projects"][0]]["routable"] == "yes"


def test_case_12_takes_the_project_and_its_bookings_away(site):
    case, _before, after = overnight(site, 12)
    gone = case["projects"][0]
    assert gone not in after["projects"]
    assert gone not in {booking["project"] for booking in after["bookings"].values()}


def test_case_13_suspends_whoever_leaves(site):
    case, _before, after = overnight(site, 13)
    leaver = case["people"][0]
    assert after["people"][leaver]["state"] == "suspended"
    assert not after["projects"][case["projects"][0]]["people"][leaver]["granted"]


def test_case_16_keeps_the_person_under_another_name_and_address(site):
    case, before, after = overnight(site, 16)
    person = case["people"][0]
    for field in ("login", "email", "name"):
        assert before["people"][person][field] != after["people"][person][field]
    assert after["projects"][case["projects"][1]]["people"][person]["granted"]


def test_case_18_takes_one_person_off(site):
    case, before, after = overnight(site, 18)
    project, person = case["projects"][0], case["people"][0]
    assert set(before["projects"][project]["people"]) - set(after["projects"][project]["people"]) == {person}


def test_case_23_swaps_two_slots_between_projects(site):
    case, before, after = overnight(site, 23)
    first, second = case["bookings"][2:4]
    assert before["bookings"][first]["project"] == after["bookings"][second]["project"]
    assert before["bookings"][second]["project"] == after["bookings"][first]["project"]
