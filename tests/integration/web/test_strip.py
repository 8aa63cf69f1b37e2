"""What is wrong with the mirror stands on every page of administrators, and on nobody else's."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests import factories
from tests.integration.web.mirror_rows import booked_person, booked_project, place, sweep

from fornix import wiring
from fornix.booking.alarms import alarms
from fornix.models import BookingRole
from fornix.models.booking import Hold

pytestmark = pytest.mark.django_db


@pytest.fixture
def root(browser):
    return browser(factories.make_account("root", is_administrator=True))


@pytest.fixture(autouse=True)
def _with_calpendo(monkeypatch):
    monkeypatch.setattr(wiring, "calpendo_is_configured", lambda: True)
    monkeypatch.setattr(wiring, "sweep_interval_s", lambda: 3600)


def swept(hours: float, outcome: str = "complete") -> None:
    at = timezone.now() - timedelta(hours=hours)
    sweep(outcome, started_at=at, finished_at=at)


def strip_of(client, address: str = "/account") -> str:
    page = client.get(address).content.decode()
    found = re.search(r'<aside class="strip".*?</aside>', page, re.DOTALL)
    return re.sub(r"<[^>]*>|\s+", " ", found[0]) if found else ""


def hold(hours: float, kind: Hold = Hold.WAITING) -> None:
    place(booked_project(), booked_person(), hold=kind)
    BookingRole.objects.update(held_at=timezone.now() - timedelta(hours=hours))


def test_nothing_is_said_while_all_is_well(root):
    swept(1.5)
    hold(23)

    assert strip_of(root) == ""


def test_a_mirror_older_than_two_intervals_is_told(root):
    swept(2.1)
    swept(0.1, "incomplete")

    assert "older than two intervals" in strip_of(root)


def test_a_hold_older_than_a_day_is_told(root):
    swept(0)
    hold(25)

    assert "waited for a decision since" in strip_of(root)


def test_a_decided_hold_is_not(root):
    swept(0)
    hold(25, Hold.KEPT)

    assert strip_of(root) == ""


def test_the_first_sweep_that_waits_is_told_until_one_is_applied(root):
    swept(1, "planned")
    swept(0.1, "incomplete")
    before = strip_of(root)
    swept(0)

    assert "The first sweep is planned and waits for you" in before
    assert strip_of(root) == ""


def test_a_calpendo_that_was_never_read_is_told(root):
    swept(0, "incomplete")

    assert "has not been read yet" in strip_of(root)


@pytest.mark.parametrize("address", ["/", "/account", "/mirror", "/arrivals", "/nowhere"])
def test_every_page_of_administrators_has_it(root, address):
    swept(9)

    assert "See why" in strip_of(root, address)


def test_nobody_else_has_it(browser):
    swept(9)
    hold(48)

    assert strip_of(browser(factories.make_account("alice"))) == ""
    assert strip_of(browser()) == ""


def test_it_takes_two_queries():
    swept(9)
    hold(48)
    booked_person("Bob", hold=Hold.WAITING)

    with CaptureQueriesContext(connection) as captured:
        told = alarms()

    assert len(captured) == 2
    assert told.waiting == 2
