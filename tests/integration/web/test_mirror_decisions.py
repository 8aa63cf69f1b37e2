"""Holds, a sweep's undoing and links by hand: first a page that says what happens, then it happens."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests import factories
from tests.integration.web.mirror_rows import (
    booked_person,
    booked_project,
    held_removal,
    mirrored,
    place,
    sweep,
)

from fornix.models import BookingRole, Event, Membership, Sweep
from fornix.models.booking import Hold
from fornix.web import mirror_decisions

pytestmark = pytest.mark.django_db


@pytest.fixture
def root(browser):
    return browser(factories.make_account("root", is_administrator=True))


def text_of(response) -> str:
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def state() -> tuple[int, int, list[str]]:
    holds = BookingRole.objects.order_by("pk").values_list("hold", flat=True)
    return Membership.objects.count(), Event.objects.count(), list(holds)


def test_the_page_before_an_approval_names_who_loses_what_and_changes_nothing(root):
    booked, _ = held_removal()
    before = state()

    page = text_of(root.post("/mirror/holds", {"decision": "approve", "hold": f"removal-{booked.pk}"}))

    assert "1 right ends, at once" in page
    assert '<bdi class="code strong">P001</bdi>: <bdi>carol (member)</bdi>' in page
    assert "Approve: end 1 right" in page
    assert state() == before


def test_a_confirmed_approval_ends_the_right_and_says_so(root):
    booked, carol = held_removal()
    form = {"decision": "approve", "hold": f"removal-{booked.pk}", "confirmed": "yes"}

    page = text_of(root.post("/mirror/holds", form, follow=True))

    assert "1 hold approved: Calpendo is followed; 1 right ended." in page
    assert not Membership.objects.filter(account=carol).exists()
    assert not BookingRole.objects.exists()


def test_what_changed_after_the_page_was_shown_is_not_decided(root):
    booked, _ = held_removal()
    asked = text_of(root.post("/mirror/holds", {"decision": "approve", "hold": f"removal-{booked.pk}"}))
    (seen,) = re.findall(r'name="hold" value="([^"]+)"', asked)
    place(booked, booked_person("Dave"), hold=Hold.WAITING)
    before = state()

    answer = root.post("/mirror/holds", {"decision": "approve", "hold": seen, "confirmed": "yes"})

    assert answer.status_code == 409
    assert "this has changed since you looked; look again" in answer.content.decode()
    assert state() == before


def test_what_the_page_showed_is_decided(root):
    booked, carol = held_removal()
    asked = text_of(root.post("/mirror/holds", {"decision": "approve", "hold": f"removal-{booked.pk}"}))
    (seen,) = re.findall(r'name="hold" value="([^"]+)"', asked)

    root.post("/mirror/holds", {"decision": "approve", "hold": seen, "confirmed": "yes"})

    assert not Membership.objects.filter(account=carol).exists()


def test_a_rejection_takes_nothing_and_is_listed_as_a_decision(root):
    booked, carol = held_removal()
    form = {"decision": "reject", "hold": f"removal-{booked.pk}"}

    asked = text_of(root.post("/mirror/holds", form))
    page = text_of(root.post("/mirror/holds", form | {"confirmed": "yes"}, follow=True))

    assert "No right changes." in asked
    assert "1 hold rejected." in page
    assert "1 decision against Calpendo" in page
    assert Membership.objects.filter(account=carol).exists()


def test_an_approved_addition_gives_the_right(root):
    carol = factories.make_account("carol")
    booked = booked_project()
    factories.make_project("P001", booking_project=booked)
    place(booked, booked_person(account=carol), hold=Hold.PENDING)
    form = {"decision": "approve", "hold": f"addition-{booked.pk}"}

    asked = text_of(root.post("/mirror/holds", form))
    root.post("/mirror/holds", form | {"confirmed": "yes"})

    assert "1 right begins" in asked
    assert Membership.objects.get().account == carol


def test_what_was_decided_meanwhile_is_said(root):
    page = text_of(
        root.post("/mirror/holds", {"decision": "approve", "hold": "removal-99", "confirmed": "yes"})
    )

    assert "1 hold has ended meanwhile" in page
    assert "Nothing is left to decide." in page


def test_without_a_choice_nothing_is_decided(root):
    held_removal()
    before = state()

    page = text_of(root.post("/mirror/holds", {"decision": "approve", "confirmed": "yes"}, follow=True))

    assert "Nothing was chosen" in page
    assert state() == before


def test_while_a_sweep_runs_nothing_is_decided(root):
    booked, _ = held_removal()
    sweep("running", finished_at=None, started_at=timezone.now())
    before = state()

    answer = root.post("/mirror/holds", {"decision": "approve", "hold": f"removal-{booked.pk}"})

    assert answer.status_code in (409, 503)
    assert state() == before


def test_a_token_decides_nothing(browser):
    booked, _ = held_removal()
    made = factories.make_token(factories.make_account("root", is_administrator=True))
    header = {"Authorization": f"Bearer {made.token.alias}:{made.secret}"}

    answer = browser().post(
        "/mirror/holds", {"decision": "approve", "hold": f"removal-{booked.pk}"}, headers=header
    )

    assert answer.status_code == 403


@pytest.mark.parametrize("address", ["/mirror/holds", "/mirror/sweep"])
def test_forms_of_the_mirror_need_their_sign(browser, address):
    root = browser(factories.make_account("root", is_administrator=True), enforce_csrf_checks=True)

    assert root.post(address, {"decision": "approve"}).status_code == 403


def a_sweep_that_let_carol_join() -> Sweep:
    carol = factories.make_account("carol")
    booked = booked_project()
    project = factories.make_project("P001", booking_project=booked)
    person = booked_person(account=carol)
    place(booked, person)
    mirrored(project, carol)
    line = {"kind": "person.joined", "about": "P001", "text": "Carol as user", "part": "user"}
    ids = {"project_id": booked.external_id, "person_id": person.external_id}
    return sweep(details={"instance": "main"}, changes=[line | ids])


def test_the_page_before_an_undoing_says_what_it_does_and_does_nothing(root):
    done = a_sweep_that_let_carol_join()
    before = state()

    page = text_of(root.post(f"/mirror/sweeps/{done.pk}/undo"))

    assert "1 place in a project that it gave is taken back" in page
    assert "Titles, codes and statuses stay" in page
    assert state() == before
    assert Sweep.objects.get().undone_at is None


def test_to_open_the_address_of_an_undoing_writes_nothing(root):
    done = a_sweep_that_let_carol_join()

    with CaptureQueriesContext(connection) as queries:
        page = text_of(root.get(f"/mirror/sweeps/{done.pk}/undo"))

    assert "1 place in a project that it gave is taken back" in page
    assert "the most that can be taken back" in page
    written = ("INSERT", "UPDATE", "DELETE")
    assert not [
        each["sql"] for each in queries if each["sql"].startswith(written) and "session" not in each["sql"]
    ]


def test_a_sweep_is_undone_and_marked(root):
    done = a_sweep_that_let_carol_join()

    page = text_of(root.post(f"/mirror/sweeps/{done.pk}/undo", {"confirmed": "yes"}, follow=True))

    assert f"Sweep {done.pk} is undone: 1 place in a project taken back." in page
    assert "Undone" in page.partition("<h1>")[2]
    assert not Membership.objects.exists()
    assert "Undo this sweep" not in page


def test_what_cannot_be_undone_is_refused(root):
    done = a_sweep_that_let_carol_join()
    root.post(f"/mirror/sweeps/{done.pk}/undo", {"confirmed": "yes"})

    answer = root.get(f"/mirror/sweeps/{done.pk}/undo")

    assert answer.status_code == 409
    assert "undone already" in answer.content.decode()


def test_the_page_before_a_link_says_what_the_account_gets_and_links_nothing(root):
    factories.make_account("carol")
    booked, person = booked_project(), booked_person()
    place(booked, person)
    factories.make_project("P001", booking_project=booked)

    page = text_of(root.post("/mirror/people/link", {"person": person.pk, "username": "carol"}))
    person.refresh_from_db()

    assert '<bdi class="code strong">P001</bdi>: member' in page
    assert person.account is None


def test_a_confirmed_link_gives_what_waited(root):
    carol = factories.make_account("carol")
    booked, person = booked_project(), booked_person()
    place(booked, person)
    factories.make_project("P001", booking_project=booked)
    form = {"person": person.pk, "username": "carol", "confirmed": "yes"}

    page = text_of(root.post("/mirror/people/link", form, follow=True))

    assert "Carol is the account carol now." in page
    assert Membership.objects.get().account == carol


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"person": "x", "username": "carol"}, 400),
        ({"person": "99999", "username": "carol"}, 404),
        ({"username": "nobody"}, 400),
        ({"username": "nul\0"}, 400),
    ],
    ids=["no number", "no person", "no account", "NUL"],
)
def test_a_link_of_nobody_is_refused(root, form, status):
    person = booked_person()

    answer = root.post("/mirror/people/link", {"person": person.pk} | form)

    assert answer.status_code == status


def test_people_not_matched_have_a_form_and_are_found_by_name(root):
    booked = booked_project()
    for name in ("Đặng", "Zoë"):
        place(booked, booked_person(name))

    page = text_of(root.get("/mirror/people?q=dang"))

    assert "Đặng" in page
    assert "Zoë" not in page
    assert "1 of 2" in page
    assert 'action="/mirror/people/link"' in page


def test_of_a_sweep_that_changed_much_the_most_is_told_without_trying(root, monkeypatch):
    monkeypatch.setattr(mirror_decisions, "MOST_FORESEEN", 1)
    done = sweep(kinds=("person.joined",) * 3 + ("person.left", "person.new"))

    page = text_of(root.post(f"/mirror/sweeps/{done.pk}/undo"))

    assert "3 places in projects that it gave are taken back" in page
    assert "1 place in a project that it ended comes back" in page
    assert "the most that can be taken back" in page
