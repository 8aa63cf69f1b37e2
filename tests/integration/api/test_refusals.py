"""What the API says when it refuses: one shape, which fields, and never what was sent."""

from __future__ import annotations

import json
import logging
import re

import pytest
from django.test import Client
from tests.integration.api.conftest import ROOT, basic

from fornix.api import status

SECRET = "hunter2-and-more"

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("method", "address", "body", "fields"),
    [
        pytest.param("post", "sweeps", {"accepts": SECRET}, ["accepts"], id="wrong kind"),
        pytest.param("post", "sweeps", {SECRET * 9: 1}, ["(a name of 144 characters)"], id="long name"),
        pytest.param("post", "people/1/link", {}, ["username"], id="missing"),
        pytest.param("post", "people/1/link", {"username": "\0" + SECRET}, ["username"], id="NUL"),
        pytest.param("post", "people/1/link", [SECRET], ["asked"], id="no object"),
        pytest.param("post", "people/0/link", {"username": "carol"}, ["person_id"], id="no number"),
        pytest.param("post", "people/9223372036854775808/link", {"username": "a"}, ["person_id"], id="huge"),
        pytest.param("post", f"holds/{SECRET}/approve", {}, ["hold_id"], id="no hold"),
        pytest.param("get", f"sweeps?limit={SECRET}", None, ["limit"], id="no limit"),
        pytest.param("get", "sweeps?limit=1000000", None, ["limit"], id="too many"),
        pytest.param("get", "bookings?since=2026-01-01T00:00:00", None, ["since"], id="no offset"),
        pytest.param("get", "projects?standing=odd&has_data=maybe", None, ["standing", "has_data"], id="two"),
    ],
)
def test_a_field_that_is_wrong_is_named_and_never_repeated(ada, method, address, body, fields):
    status_code, answer = ada.ask(method, address, body)

    error = answer["error"]
    assert status_code == error["status"] == 400
    assert [each["field"] for each in error["fields"]] == fields
    assert SECRET not in json.dumps(answer)
    assert re.fullmatch(r"[2-9A-Z]{3}-[2-9A-Z]{3}", error["number"])
    assert "/api/v1/docs" in error["advice"]


@pytest.mark.parametrize(
    "body", ["{", "\udcff", "[" * 100_000, "9" * 5000], ids=["cut", "bytes", "deep", "long"]
)
def test_a_body_that_is_no_json_is_refused(administrator, body):
    client = Client(headers={"Authorization": basic(administrator)})
    content = body.encode("utf-8", "surrogateescape")

    response = client.generic("POST", f"{ROOT}sweeps", content, content_type="application/json")

    assert response.status_code == 400
    assert response.json()["error"]["status"] == 400


def test_a_body_that_is_too_big_is_refused(administrator):
    client = Client(headers={"Authorization": basic(administrator)})

    response = client.generic("POST", f"{ROOT}sweeps", b" " * 3_000_000, content_type="application/json")

    assert response.status_code == 413


@pytest.mark.parametrize(
    ("method", "address", "status_code"),
    [
        pytest.param("get", "nowhere", 404, id="no such address"),
        pytest.param("get", "sweeps/4711", 404, id="no such sweep"),
        pytest.param("post", "sweeps/4711/undo", 404, id="no such sweep to undo"),
        pytest.param("get", "projects/4711", 404, id="no such project"),
        pytest.param("delete", "people/4711/link", 404, id="no such person"),
        pytest.param("post", "holds/removal-4711/approve", 400, id="nothing is held"),
        pytest.param("put", "sweeps", 405, id="method"),
    ],
)
def test_what_is_not_there_is_told_in_json(ada, method, address, status_code):
    found, answer = ada.ask(method, address)

    assert found == answer["error"]["status"] == status_code


def test_a_failure_of_ours_is_told_by_its_number_alone(administrator, monkeypatch, caplog):
    def broken():
        raise ValueError(SECRET)

    monkeypatch.setattr(status, "sweep_interval_s", broken)
    client = Client(headers={"Authorization": basic(administrator)}, raise_request_exception=False)

    with caplog.at_level(logging.ERROR, "fornix"):
        response = client.get(f"{ROOT}status")

    assert response.status_code == 500
    assert SECRET not in response.content.decode() + caplog.text
    assert response.json()["error"]["number"] in caplog.text
