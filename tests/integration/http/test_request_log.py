"""The line of log for each request: ids that look like ids, and nothing else that somebody typed."""

from __future__ import annotations

import logging

import pytest
from django.test import Client
from tests import factories

from fornix.http.request_log import loggable_ids
from fornix.models.memberships import Role

pytestmark = pytest.mark.django_db
UUID = "0f1e2d3c-4b5a-4697-8899-aabbccddeeff"


def line_of(caplog, path, account=None):
    client = Client()
    if account is not None:
        client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    with caplog.at_level(logging.INFO, logger="fornix.http.request_log"):
        client.get(path)
    (record,) = [record for record in caplog.records if record.name == "fornix.http.request_log"]
    return record.getMessage()


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        ({"accession": "FORNIX_S00012", "scan_id": "2", "file_id": 7}, 200, "FORNIX_S00012,2,7"),
        ({"accession": "FORNIX_E00012"}, 404, "FORNIX_E00012"),
        ({"accession": "Doe_Jane\n2026-01-01 INFO forged"}, 404, "-"),
        ({"accession": "FORNIX_S1\n"}, 404, "-"),
        ({"accession": "Doe_Jane", "scan_id": "Jane"}, 404, "-,-"),
        ({"accession": "FORNIX_S1", "scan_id": "٣"}, 404, "FORNIX_S1,-"),
        ({"accession": "X" * 70 + "_S1"}, 404, "-"),
        ({"alias": UUID}, 200, UUID),
        ({"alias": "Jane"}, 404, "-"),
        ({"project": "P001", "label": "Doe_Jane"}, 302, "P001"),
        ({"project": "Doe_Jane", "label": "x"}, 404, "-"),
        ({"project": "Doe_Jane"}, 401, "-"),
        ({"project": "P 1,2"}, 200, "P_1_2"),
        ({"project": "P\u2028forged"}, 200, "-"),
        ({"label": "Doe_Jane"}, 200, "-"),
        ({}, 200, "-"),
    ],
)
def test_only_what_looks_like_an_id_is_told(arguments, status, told):
    assert loggable_ids(arguments, status) == told


@pytest.mark.parametrize(
    "path",
    [
        "/sessions/Doe_Jane%0A2026-01-01%20INFO%20forged",
        "/sessions/Doe_Jane~0A2026-01-01~20INFO~20forged/download",
        "/projects/Doe_Jane%0D%0Aforged",
        "/subjects/Doe_Jane/forged",
    ],
)
def test_no_address_writes_a_name_or_a_line_of_its_own(caplog, path):
    line = line_of(caplog, path, factories.make_account("alice"))

    assert "Jane" not in line
    assert "forged" not in line
    assert len(line.splitlines()) == 1


def test_a_page_of_a_project_is_told_by_its_code(caplog):
    alice = factories.make_account("alice")
    factories.make_project("P001", people={alice: Role.MEMBER})

    line = line_of(caplog, "/projects/P001", alice)

    assert line.startswith("action=request method=GET route=project-detail ids=P001 status=200 ms=")
