"""The timeline set: its script happens while the clock moves on, and nothing in it comes to nothing."""

import json
from datetime import timedelta

import pytest

from fornix.simulator.calpendo.control import control_answer
from fornix.simulator.calpendo.requests import Request
from fornix.simulator.calpendo.sets.timeline import BEGINS_AT
from fornix.simulator.calpendo.state import Beginning, Site

HEARING = "300004157000412"


@pytest.fixture
def site():
    return Site(Beginning("timeline", clock=BEGINS_AT), "archive", "archive")


def people(site, project_id=HEARING):
    return set(site.truth(("projects",))["projects"][project_id]["people"])


def test_nothing_happens_before_its_time(site):
    before = people(site)
    site.advance(timedelta(minutes=79))
    assert people(site) == before
    site.advance(timedelta(minutes=1))
    assert people(site) == before | {"9128"}


def test_one_long_step_and_many_short_ones_end_alike(site):
    other = Site(Beginning("timeline", clock=BEGINS_AT), "archive", "archive")
    site.advance(timedelta(days=4))
    for _ in range(96):
        other.advance(timedelta(hours=1))
    assert site.world == other.world
    assert [entry.became for entry in site.script()] == ["done"] * len(other.script())


def test_each_entry_of_the_script_changes_something(site):
    for entry in site.script():
        before = site.world
        site.advance(entry.dated.at - site.clock)
        assert site.world != before, entry.dated.what


def test_script_is_in_the_order_of_time(site):
    times = [entry.dated.at for entry in site.script()]
    assert times == sorted(times)
    assert times[0] > BEGINS_AT


def test_what_an_edit_made_impossible_is_refused_and_the_clock_goes_on(site):
    site.edit({"op": "add", "type": "Calpendo.Project", "id": HEARING, "field": "users", "value": "9128"})
    site.edit({"op": "delete", "type": "Calpendo.CalpendoUser", "id": "9128", "cascade": True})
    site.advance(timedelta(days=1))
    assert site.script()[0].became.startswith("refused: edit 1: no Calpendo.CalpendoUser 9128")
    assert site.script()[1].became == "done"


def test_stale_answers_look_back_to_the_minute_at_which_it_happened(site):
    site.advance(timedelta(hours=4))
    moment, _effects = site.look(Request("GET", "/webdav/q/Calpendo.Project"))
    joined = moment.earlier(2.6).tables["Calpendo.Project"][HEARING].values["users"]
    before = moment.earlier(2.7).tables["Calpendo.Project"][HEARING].values["users"]
    assert set(joined) - set(before) == {"9128"}


def test_control_tells_the_script_and_a_reset_begins_it_anew(site):
    def control(method, path, body=b""):
        return json.loads(control_answer(site, "t", method, f"/_sim/{path}", "Bearer t", body).body)

    control("POST", "clock", b'{"advance": "2h"}')
    entries = control("GET", "script")["script"]
    assert [each["became"] for each in entries[:3]] == ["done", "waiting", "waiting"]
    assert entries[0]["at"] == "2026-10-23T09:20:00+00:00"
    control("POST", "reset")
    assert {each["became"] for each in control("GET", "script")["script"]} == {"waiting"}
    assert control("GET", "truth?parts=people,cases").keys() >= {"people", "cases"}
    assert "error" in control("GET", "truth?parts=everything")
