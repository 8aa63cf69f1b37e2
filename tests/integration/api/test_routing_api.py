"""Routing rules by the API: written, read, moved and deleted; trials and the replay."""

from __future__ import annotations

import json

import pytest
from django.utils import timezone
from tests.factories import make_account, make_project, make_session, make_subject

from fornix.models import ImagingSession, RoutingRule

ROOT = "/api/v1/routing/"
RULE = {
    "name": "by protocol",
    "conditions": [{"tag": "ProtocolName", "pattern": r"^(?P<code>\w+)-"}],
    "project": "{code}",
}


@pytest.fixture
def ask(ada):
    """Asks as an administrator's script."""

    def send(method: str, address: str, body: object = None):
        content = "" if body is None else json.dumps(body)
        answer = ada.client.generic(method, ROOT + address, content, content_type="application/json")
        return answer.status_code, answer.json()

    return send


def test_a_rule_is_made_read_changed_and_deleted(ask):
    status, made = ask("POST", "rules", RULE)
    assert (status, made["name"], made["sender_id"], made["is_enabled"]) == (201, "by protocol", None, True)
    address = f"rules/{made['id']}"

    assert ask("GET", address) == (200, made)
    assert ask("PUT", address, RULE | {"is_enabled": False})[1]["is_enabled"] is False
    assert ask("GET", "rules")[1]["total"] == 1
    assert ask("DELETE", address)[0] == 200
    assert ask("GET", address)[0] == 404


def test_rules_are_moved(ask):
    ids = [ask("POST", "rules", RULE | {"name": name})[1]["id"] for name in "ab"]

    assert ask("POST", f"rules/{ids[1]}/move", {"place": 1})[0] == 200
    assert ask("POST", f"rules/{ids[1]}/move", {"place": 3})[0] == 400
    assert [rule["name"] for rule in ask("GET", "rules")[1]["items"]] == ["b", "a"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"conditions": [{"tag": "PatientID", "pattern": "("}]}, "no regular expression"),
        ({"project": "{who}"}, "no named group"),
        ({"conditions": [{"tag": "Nothing", "pattern": "."}]}, "rules know no Nothing"),
        ({"sender_id": 77}, "no such sender"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_place(ask, change, words):
    status, answer = ask("POST", "rules", RULE | change)

    assert (status, words in answer["error"]["detail"]) == (400, True)
    assert not RoutingRule.objects.exists()


def test_a_header_is_tried(ask):
    make_project("KNOWN")
    ask("POST", "rules", RULE)

    status, answer = ask("POST", "test", {"header": "ProtocolName: KNOWN-1"})

    assert (status, answer["project"], answer["step"]) == (200, "KNOWN", "rule")
    assert {line["step"] for line in answer["told"]} == {"explicit", "filed", "rule"}
    assert ask("POST", "test", {"arrival": "gone"})[0] == 404
    assert ask("POST", "test", {"header": "nonsense"})[0] == 400


def test_a_trial_that_would_wait_says_why_and_guesses(ask):
    make_project("KNOWN")

    _, answer = ask("POST", "test", {"header": "StudyDescription: KNOWM"})

    assert (answer["project"], answer["step"]) == ("", None)
    assert "no known project" in answer["waits_because"]
    assert [guess["project"] for guess in answer["guesses"]] == ["KNOWN"]


def test_the_replay_lists_sessions(ask):
    session = make_session(make_subject(make_project("HERE")))
    ImagingSession.objects.filter(pk=session.pk).update(visible_at=timezone.now())

    status, answer = ask("GET", "replay")

    assert (status, answer["next"]) == (200, None)
    (line,) = answer["items"]
    assert (line["session"], line["project"], line["fate"]) == (session.accession, "HERE", "waits")


def test_others_are_refused(db, script):
    answer = script(make_account("bob")).client.get(ROOT + "rules")

    assert answer.status_code == 403
