"""Arrivals by the API: lists that do not leak, and decisions as pages take them."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from tests import factories
from tests.integration.api.conftest import basic
from tests.integration.ingest.archive import Archive
from tests.integration.ingest.arrivals_made import file_due, waiting

from fornix import wiring
from fornix.models import Arrival
from fornix.models.memberships import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def archive():
    return Archive(wiring.store())


@pytest.fixture
def ask(administrator):
    """Asks below /api/v1/arrivals, as an administrator's script or another account's."""

    def make(method: str, address: str = "", body: object = None, *, account=None, **parameters):
        client = Client(headers={"Authorization": basic(account or administrator)})
        response = client.generic(
            method,
            f"/api/v1/arrivals{address}",
            "" if body is None else json.dumps(body),
            content_type="application/json",
            query_params=parameters or None,
        )
        return response.status_code, response.json()

    return make


def test_a_script_finds_what_waits_and_files_it(ask, archive, tmp_path):
    factories.make_project("STUDY_B")
    arrival = waiting(archive, tmp_path / "a", SeriesDescription="t1")

    _, listed = ask("GET", state="waiting")
    status, told = ask("POST", f"/{arrival.pk}/file", {"project": "STUDY_B", "subject": "S1"})
    session = file_due(archive, arrival.pk).session

    assert [each["id"] for each in listed["items"]] == [arrival.pk]
    assert (status, told["state"], told["destination"]) == (202, "due", "STUDY_B")
    assert ask("GET", f"/{arrival.pk}")[1]["accession"] == session.accession


def test_a_list_goes_on_where_its_page_ended(ask):
    ids = [factories.make_arrival(group=f"study:{number}:").pk for number in range(5)]

    found, key = [], None
    for _ in range(3):
        _, page = ask("GET", limit=2, **({"after": key} if key else {}))
        found += [each["id"] for each in page["items"]]
        key = page["next"]

    assert sorted(found) == sorted(ids)
    assert (key, page["matching"]) == (None, 5)


def test_what_others_sent_is_in_no_list_and_no_count(ask):
    alice = factories.make_account("alice")
    factories.make_project("HERS", people={alice: Role.MEMBER})
    factories.make_arrival()
    factories.make_arrival(project_label="HERS")

    _, page = ask("GET", account=alice)

    assert (page["matching"], [each["destination"] for each in page["items"]]) == (1, ["HERS"])


def test_labels_trash_and_bringing_back(ask):
    arrival = factories.make_arrival()

    assert ask("PATCH", f"/{arrival.pk}", {"subject": "S_1"})[1]["subject"] == "S_1"
    assert ask("DELETE", f"/{arrival.pk}", {"reason": "test"})[1]["state"] == "deleted"
    assert ask("POST", f"/{arrival.pk}/retry")[0] == 409
    assert ask("POST", f"/{arrival.pk}/restore")[1]["state"] == "waiting"


def test_a_name_is_refused_as_a_label(ask):
    arrival = factories.make_arrival()

    status, told = ask("PATCH", f"/{arrival.pk}", {"subject": "Müller Hans"})

    assert status == 400
    assert "this would be M_ller_Hans. Is it a name?" in told["error"]["detail"]


def test_merging_two_people_needs_a_word_that_says_so(ask):
    ids = [factories.make_arrival(group=f"study:1.2:{person}").pk for person in "AB"]

    refused = ask("POST", "/merge", {"arrivals": ids})
    merged = ask("POST", "/merge", {"arrivals": ids, "confirmed": True})

    assert refused[0] == 409
    assert "several people" in refused[1]["error"]["detail"]
    assert merged == (200, {"arrivals": [min(ids)]})
    assert Arrival.objects.count() == 1


def test_series_and_files_are_told_from_headers(ask, archive, tmp_path):
    arrival = waiting(archive, tmp_path / "a", SeriesDescription="t1", count=3)

    _, series = ask("GET", f"/{arrival.pk}/series")
    _, files = ask("GET", f"/{arrival.pk}/files", limit=2)

    assert [(each["description"], each["files"]) for each in series["lines"]] == [("t1", 3)]
    assert (len(files["items"]), files["total"], files["next"] is not None) == (2, 3, True)


@pytest.mark.parametrize(
    ("method", "address", "body"),
    [
        ("GET", "?state=gone", None),
        ("GET", "?after=%00", None),
        ("POST", "/merge", {"arrivals": ["one"]}),
        ("POST", "/000/file", {}),
        ("PATCH", "/000", {"subject": "x" * 181}),
        ("PATCH", "/000", {"name": "x"}),
    ],
)
def test_what_cannot_be_read_is_refused(ask, method, address, body):
    factories.make_arrival("000")

    assert ask(method, address, body)[0] == 400
