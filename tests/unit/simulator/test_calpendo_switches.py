"""Each variant switch changes the wire as it says; the demo set answers without sockets."""

import json
from base64 import b64encode
from datetime import timedelta

import pytest

from fornix.simulator.calpendo.refusals import SwitchUnknown
from fornix.simulator.calpendo.requests import Request
from fornix.simulator.calpendo.state import Beginning, Site
from fornix.simulator.calpendo.switches import SWITCHES, Switches, parse_switches
from fornix.simulator.calpendo.webdav import answer

PROJECT = "/webdav/b/Calpendo.Project/300004157000412"
BOOKING = "/webdav/b/Calpendo.Booking/300004160025001"
HIDDEN_OWNER = "/webdav/b/Calpendo.Project/300004157000425"
NO_CODE = "/webdav/b/Calpendo.Project/300004157000433"
LOGIN = "Basic " + b64encode(b"archive:archive").decode()


def ask(target, accept="application/json", site=None, **switches):
    site = site or Site(Beginning(switches=Switches(**switches)), "archive", "archive")
    request = Request("GET", target, LOGIN, accept)
    return answer(request, *site.look(request))


def get(target, **switches):
    return json.loads(ask(target, **switches).body)


def test_ids_are_texts_or_numbers():
    assert get(PROJECT)["id"] == "300004157000412"
    as_numbers = get(PROJECT, id_type="number")
    assert as_numbers["id"] == 300004157000412
    assert as_numbers["properties"]["owner"]["id"] == 9104


@pytest.mark.parametrize(
    ("value", "row"),
    [
        ("dotted-key", {"id": "300004157000412", "owner.givenName": "Zoë"}),
        ("nested", {"id": "300004157000412", "owner": {"givenName": "Zoë"}}),
        ("under-properties", {"id": "300004157000412", "properties": {"owner": {"givenName": "Zoë"}}}),
    ],
)
def test_dotted_paths_come_back_in_one_of_three_places(value, row):
    target = "/webdav/q/Calpendo.Project/id/eq/300004157000412?paths=id,owner.givenName"
    assert get(target, paths_dotted=value) == {"biskits": [row]}


def test_lists_are_minimal_or_carry_title_and_status():
    target = "/webdav/q/Calpendo.Booking/id/eq/300004160025001"
    assert set(get(target)["biskits"][0]) == {"id", "biskitType", "formattedName"}
    assert get(target, list_fields="title-status")["biskits"][0]["status"] == "Approved"


@pytest.mark.parametrize(
    ("value", "at_top", "in_properties"),
    [("properties", False, True), ("both", True, True), ("top", True, False)],
)
def test_booking_title_stands_at_one_level_or_both(value, at_top, in_properties):
    booking = get(BOOKING, detail_title=value)
    assert ("title" in booking, "title" in booking["properties"]) == (at_top, in_properties)


def test_range_ends_with_finish_or_end():
    assert set(get(BOOKING)["properties"]["dateRange"]) == {"start", "finish"}
    assert set(get(BOOKING, range_end="end")["properties"]["dateRange"]) == {"start", "end"}
    assert ask("/webdav/q/Calpendo.Booking?paths=dateRange.finish", range_end="end").status == 400


def test_sets_come_in_three_shapes():
    assert get(PROJECT)["properties"]["users"][0] == {"id": "9104", "formattedName": "Zoë Ångström"}
    bare = get(PROJECT, set_shape="ids")["properties"]
    assert bare["users"] == ["9104", "9127", "9085"]
    assert bare["projectResourceSettings"][0]["resource"] == "11"
    nested = get(PROJECT, set_shape="biskits")["properties"]
    assert [each["id"] for each in nested["users"]["biskits"]] == ["9104", "9127", "9085"]


def test_statuses_are_written_in_title_or_upper_case():
    assert get(PROJECT)["properties"]["status"] == "Approved"
    assert get(PROJECT, status_case="upper")["properties"]["status"] == "APPROVED"


PI_PROPERTIES = {"principalInvestigator", "piName", "piEmail"}


@pytest.mark.parametrize(
    ("value", "present"),
    [
        ("reference", PI_PROPERTIES),
        ("text-email", {"piName", "piEmail"}),
        ("text-name", {"piName"}),
        ("on-user", set()),
        ("none", set()),
    ],
)
def test_principal_investigator_is_told_in_one_of_five_ways(value, present):
    assert PI_PROPERTIES & set(get(PROJECT, pi_mode=value)["properties"]) == present
    user = get("/webdav/b/Calpendo.CalpendoUser/9127", pi_mode=value)["properties"]
    assert user.get("groupLeader") == ("Seán Ó Briain" if value == "on-user" else None)


@pytest.mark.parametrize(
    ("value", "start"),
    [
        ("html", b"<!DOCTYPE"),
        ("text", b"404 "),
        ("json-error", b'{"error"'),
        ("json-status", b'{"status_code"'),
    ],
)
def test_errors_have_one_of_four_bodies(value, start):
    refused = ask("/webdav/b/Calpendo.Project/1", error_body=value)
    assert refused.status == 404
    assert refused.body.startswith(start)


@pytest.mark.parametrize(("value", "code"), [("null", None), ("empty", ""), ("missing", "absent")])
def test_no_value_is_null_or_empty_or_missing(value, code):
    assert get(NO_CODE, null_style=value)["properties"].get("projectCode", "absent") == code


@pytest.mark.parametrize(("value", "owner"), [("text", "<Hidden>"), ("null", None), ("missing", "absent")])
def test_hidden_is_a_text_or_null_or_missing(value, owner):
    assert get(HIDDEN_OWNER, hidden_style=value)["properties"].get("owner", "absent") == owner


@pytest.mark.parametrize(("value", "is_bumped"), [("false", False), ("true", True)])
def test_member_change_moves_the_modified_stamp_only_where_it_does(value, is_bumped):
    site = Site(Beginning(switches=Switches(member_bumps_modified=value)), "archive", "archive")
    before = json.loads(ask(PROJECT, site=site).body)["properties"]["modified"]
    site.advance(timedelta(hours=1))
    edit = {"type": "Calpendo.Project", "id": "300004157000412", "field": "users", "value": "9085"}
    site.edit([{"op": "remove", **edit}])
    after = json.loads(ask(PROJECT, site=site).body)["properties"]["modified"]
    assert (after != before) is is_bumped


def test_zone_settles_which_instant_a_wall_clock_time_is():
    starts = {}
    for zone in SWITCHES["tz"]:
        truth = Site(Beginning(switches=Switches(tz=zone)), "archive", "archive").truth()
        starts[zone] = truth["bookings"]["300004160025001"]["starts_at"]
    assert starts == {
        "Europe/London": "2026-03-04T11:00:00+00:00",
        "America/Edmonton": "2026-03-04T18:00:00+00:00",
    }


def test_lists_carry_sets_or_leave_them_to_the_details():
    target = "/webdav/q/Calpendo.Project/id/eq/300004157000412?paths=id,users,users.id"
    assert set(get(target)["biskits"][0]) == {"id", "users", "users.id"}
    assert set(get(target, sets_in_paths="false")["biskits"][0]) == {"id"}
    assert "users" in get(PROJECT, sets_in_paths="false")["properties"]


@pytest.mark.parametrize(
    "chosen", [{"id_type": "text"}, {"no_such": "x"}, {"tz": "Mars/Olympus"}], ids=["value", "name", "zone"]
)
def test_unknown_switches_are_refused_by_name(chosen):
    with pytest.raises(SwitchUnknown, match=next(iter(chosen))):
        parse_switches(chosen)


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (None, "text/html"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "text/html"),
        ("*/*", "application/json"),
        ("application/json", "application/json"),
        ("application/json;q=0.9, text/html;q=0.1", "application/json"),
    ],
)
def test_accept_header_chooses_between_json_and_a_page(accept, kind):
    assert ask(PROJECT, accept).content_type.partition(";")[0] == kind


@pytest.mark.parametrize("accept", ["application/xml", "text/csv", "application/json;q=0"])
def test_other_forms_are_not_acceptable(accept):
    assert ask(PROJECT, accept).status == 406
