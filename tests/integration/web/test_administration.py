"""Arrivals and the mirror, for administrators."""

from __future__ import annotations

import re

import pytest
from tests import factories

from fornix.models import Arrival, Sweep, Upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def root(browser):
    return browser(factories.make_account("root", is_administrator=True))


def make_waiting(count: int) -> None:
    upload = Upload.objects.create(id="u", source="import", owner="host", started_at=factories.AT)
    for number in range(count):
        Arrival.objects.create(
            id=f"{number:03}",
            upload=upload,
            group=str(number),
            received_at=factories.AT,
            refusal=f"reason {number}",
        )


def test_what_waits_is_listed_with_its_reason_and_counted_in_the_bar(root):
    make_waiting(2)
    Arrival.objects.filter(id__endswith="001").update(refusal="")

    page = root.get("/arrivals").content.decode()

    assert "Reason 0" in page
    assert page.count("<tr>") == 2
    assert '<span class="badge">1</span>' in page


def test_pages_of_what_waits_hold_each_once(root):
    make_waiting(60)

    first = root.get("/arrivals").content.decode()
    older = root.get(re.search(r'rel="next" href="([^"]+)"', first)[1]).content.decode()

    shown = re.findall(r"<bdi>Reason (\d+)</bdi>", first + older)
    assert shown == [str(number) for number in reversed(range(60))]
    assert 'rel="next"' not in older


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
