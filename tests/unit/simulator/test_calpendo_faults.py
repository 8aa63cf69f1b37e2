"""Fault rules: whom they strike and when, and those faults that show in the answer itself."""

import json
import re
from base64 import b64encode
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fornix.simulator.calpendo.faults.table import EFFECTS
from fornix.simulator.calpendo.refusals import ControlRefused
from fornix.simulator.calpendo.requests import Request
from fornix.simulator.calpendo.state import Beginning, Site
from fornix.simulator.calpendo.webdav import answer

PROJECTS = "/webdav/q/Calpendo.Project?paths=id,status,projectCode,owner,users"
USERS = "/webdav/q/Calpendo.CalpendoUser?paths=id,email"
HEARING = "/webdav/b/Calpendo.Project/300004157000412"
DOCUMENT = Path(__file__).parents[3] / "docs" / "simulator.md"
LOGIN = "Basic " + b64encode(b"archive:archive").decode()


@pytest.fixture
def site():
    return Site(Beginning(), "archive", "archive")


def ask(site, target):
    request = Request("GET", target, LOGIN, "application/json")
    return answer(request, *site.look(request))


def rows(site, target=PROJECTS):
    return json.loads(ask(site, target).body)["biskits"]


def statuses(site, count, target=PROJECTS):
    return [ask(site, target).status for _ in range(count)]


@pytest.mark.parametrize(
    ("turn", "expected"),
    [
        ({}, [503, 503, 503, 503]),
        ({"first": 2}, [503, 503, 200, 200]),
        ({"after": 2}, [200, 200, 503, 503]),
        ({"after": 1, "first": 2}, [200, 503, 503, 200]),
        ({"nth": 3}, [200, 200, 503, 200]),
        ({"probability": 0}, [200, 200, 200, 200]),
    ],
    ids=str,
)
def test_rule_strikes_in_its_turn(turn, expected, site):
    site.set_faults([{"effect": "503", **turn}])
    assert statuses(site, 4) == expected


@pytest.mark.parametrize(
    ("matcher", "target", "is_struck"),
    [
        ({"type": "Calpendo.Project"}, PROJECTS, True),
        ({"type": "Calpendo.Project"}, USERS, False),
        ({"type": "Calpendo.Booking"}, "/webdav/q/MRIScan", True),
        ({"path": "/webdav/b/*"}, HEARING, True),
        ({"path": "/webdav/b/*"}, PROJECTS, False),
        ({"account": "archive"}, PROJECTS, True),
        ({"account": "somebody"}, PROJECTS, False),
    ],
    ids=str,
)
def test_rule_strikes_what_it_names(matcher, target, is_struck, site):
    site.set_faults([{"effect": "403", **matcher}])
    assert (ask(site, target).status == 403) is is_struck


def test_rule_strikes_only_within_its_span_of_the_virtual_clock(site):
    site.set_faults([{"effect": "500", "from": "2026-03-04T09:00Z", "until": "2026-03-04T10:00Z"}])
    seen = []
    for _ in range(3):
        seen += statuses(site, 1)
        site.advance(timedelta(hours=1))
    assert seen == [200, 500, 200]


@pytest.mark.parametrize(
    ("rule", "status", "start"),
    [
        ({"effect": "401"}, 401, b"<!DOCTYPE"),
        ({"effect": "502"}, 502, b"<html>"),
        ({"effect": "html-200", "labelled": "application/json"}, 200, b"<!DOCTYPE"),
        ({"effect": "redirect-login"}, 302, b""),
        ({"effect": "no-key"}, 200, b"{}"),
        ({"effect": "no-key", "body": "null"}, 200, b"null"),
        ({"effect": "empty"}, 200, b'{"biskits":[]}'),
    ],
    ids=str,
)
def test_fault_answers_in_place_of_the_site(rule, status, start, site):
    site.set_faults([rule])
    struck = ask(site, PROJECTS)
    assert struck.status == status
    assert struck.body.startswith(start)


def test_shrink_loses_always_the_same_rows_or_those_of_a_status(site):
    whole = rows(site)
    site.set_faults([{"effect": "shrink", "percent": 40}])
    some = rows(site)
    assert 0 < len(some) < len(whole)
    assert some == rows(site)
    site.set_faults([{"effect": "shrink", "percent": 100, "status": "Terminated"}])
    assert rows(site) == [row for row in whole if row["status"] != "Terminated"]


def test_hide_puts_the_text_in_place_of_the_value(site):
    site.set_faults([{"effect": "hide", "fields": ["users", "owner"], "ids": ["300004157000412"]}])
    by_id = {row["id"]: row for row in rows(site)}
    assert by_id["300004157000412"]["users"] == "<Hidden>"
    assert by_id["300004157000413"]["users"] != "<Hidden>"


def test_hide_without_fields_hides_whole_rows(site):
    site.set_faults([{"effect": "hide", "ids": ["300004157000412"]}])
    row = next(row for row in rows(site) if row["id"] == "300004157000412")
    assert {value for key, value in row.items() if key != "id"} == {"<Hidden>"}


def test_lose_members_keeps_the_rows_and_empties_the_lists(site):
    site.set_faults([{"effect": "lose-members"}])
    assert len(rows(site)) == 46
    assert {json.dumps(row["users"]) for row in rows(site)} == {"[]", '"<Hidden>"'}


def test_stale_answers_from_before_the_edit(site):
    site.advance(timedelta(hours=2))
    site.edit([{"op": "case", "case": 6}])
    site.set_faults([{"effect": "stale", "hours": 1}])
    assert "2025_012" in {row["projectCode"] for row in rows(site)}
    site.advance(timedelta(hours=1))
    assert "2025_112" in {row["projectCode"] for row in rows(site)}


def test_mixed_lists_ids_that_have_no_detail(site):
    site.set_faults([{"effect": "mixed", "lost_percent": 100}])
    assert len(rows(site)) == 46
    assert ask(site, HEARING).status == 404


@pytest.mark.parametrize(
    ("what", "target", "key"),
    [("id", USERS, "id"), ("email", USERS, "email"), ("code", PROJECTS, "projectCode")],
)
def test_duplicate_gives_two_rows_with_one_value(what, target, key, site):
    before = [row[key] for row in rows(site, target) if row[key]]
    site.set_faults([{"effect": "duplicate", "what": what}])
    after = [row[key] for row in rows(site, target) if row[key]]
    assert len(after) - len(set(after)) == len(before) - len(set(before)) + 1


def test_wrong_site_answers_validly_with_other_data(site):
    here = {row["projectCode"] for row in rows(site)}
    site.set_faults([{"effect": "wrong-site"}])
    assert rows(site)
    assert here.isdisjoint({row["projectCode"] for row in rows(site)})


@pytest.mark.parametrize(
    ("what", "key", "value"),
    [
        ("status", "status", "Dormant"),
        ("text-reference", "owner", "Zoë Ångström"),
        ("id-type", "id", 300004157000412),
        ("new-field", "riskCategory", {"level": 3}),
    ],
)
def test_schema_change_comes_unannounced(what, key, value, site):
    site.set_faults([{"effect": "schema", "what": what}])
    assert rows(site)[0][key] == value


def test_bad_certificate_strikes_connections_in_their_turn_and_no_requests():
    site = Site(Beginning(), "archive", "archive", speaks_tls=True)
    site.set_faults([{"effect": "bad-tls", "certificate": "wrong-host", "after": 1, "first": 1}])
    assert statuses(site, 3) == [200, 200, 200]
    assert [site.certificate() for _ in range(3)] == ["valid", "wrong-host", "valid"]


def test_the_examples_of_the_document_are_taken(site):
    examples = re.findall(r"`fault '([^']+)'`", DOCUMENT.read_text(encoding="utf-8"))
    counts = [site.set_faults(json.loads(example)) for example in examples]
    assert len(counts) > 10
    assert (max(counts), counts[-1]) == (2, 0)


def test_the_document_names_every_effect():
    named = set(re.findall(r"`([^`]+)`", DOCUMENT.read_text(encoding="utf-8")))
    assert set(EFFECTS) <= named


@pytest.mark.parametrize(
    "rules",
    [
        "all",
        [{"effect": "bad-tls"}],
        [{"effect": "explode"}],
        [{"effect": "503", "colour": 1}],
        [{"effect": "503", "nth": "first"}],
        [{"effect": "503", "probability": float("nan")}],
        [{"effect": "503", "from": "yesterday"}],
        [{"effect": "stale", "hours": 1e300}],
        [{"effect": "hide", "fields": [["a"]]}],
        [{"effect": "duplicate", "what": "status"}],
        [{"effect": "500"}] * 101,
    ],
    ids=lambda rules: str(rules)[:40],
)
def test_rules_that_make_no_sense_are_refused(rules, site):
    with pytest.raises(ControlRefused):
        site.set_faults(rules)


@pytest.mark.parametrize("effect", EFFECTS)
def test_every_effect_works_with_its_defaults_on_lists_and_details(effect):
    site = Site(Beginning(), "archive", "archive", speaks_tls=True)
    site.set_faults([{"effect": effect}])
    assert {ask(site, each).status for each in (PROJECTS, USERS, HEARING)} <= {
        200,
        302,
        401,
        403,
        404,
        500,
        502,
        503,
    }


SITE = Site(Beginning(), "archive", "archive")
GRAMMAR = st.sampled_from(["AND", "OR", "NOR", "CLOSE", "eq", "GE", "CONTAINS", "__NULL__", "%2F"])
PATHS = st.sampled_from(
    ["id", "owner", "users", "status", "dateRange", "start", "date", "1", "9127", "20260304"]
)
WORDS = GRAMMAR | PATHS
SEGMENTS = st.lists(WORDS | st.text("aé/%.,?&=\x00", max_size=6), max_size=9)


@given(SEGMENTS, st.sampled_from(["b", "q"]), st.sampled_from(["Calpendo.Project", "MRIScan", "x"]))
def test_any_address_is_answered_with_a_plain_status(segments, interface, type_name):
    target = "/".join(["/webdav", interface, type_name, *segments])
    assert ask(SITE, target).status in {200, 400, 404}
