"""Arrivals and the mirror, for administrators."""

from __future__ import annotations

import pytest
from tests import factories

from fornix.models import Arrival, Sweep, Upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def root(browser):
    return browser(factories.make_account("root", is_administrator=True))


def test_what_waits_is_listed_with_its_reason_and_counted_in_the_bar(root):
    upload = Upload.objects.create(id="u", source="import", owner="host", started_at=factories.AT)
    for number, refusal in enumerate(["No project is named.", ""]):
        Arrival.objects.create(
            id=str(number),
            upload=upload,
            group=str(number),
            received_at=factories.AT,
            refusal=refusal,
            file_count=1200,
        )

    page = root.get("/arrivals").content.decode()

    assert "No project is named." in page
    assert page.count("<tr>") == 2
    assert '<span class="badge">1</span>' in page


def test_nothing_waits_is_said_calmly(root):
    assert "Nothing waits" in root.get("/arrivals").content.decode()


def test_the_last_sweeps_are_listed_with_outcome_and_reason(root):
    at = factories.AT
    Sweep.objects.create(started_at=at, finished_at=at, outcome="complete", counts={"granted": 2})
    Sweep.objects.create(
        started_at=at, finished_at=at, outcome="incomplete", reason="Calpendo did not answer."
    )

    page = root.get("/mirror").content.decode()

    assert "granted 2" in page
    assert "Calpendo did not answer." in page
    assert "Incomplete" in page


@pytest.mark.parametrize("address", ["/arrivals", "/mirror"])
def test_others_are_refused_and_told_so(browser, address):
    response = browser(factories.make_account("alice")).get(address)

    assert response.status_code == 403
    assert b"Only administrators can do this" in response.content
