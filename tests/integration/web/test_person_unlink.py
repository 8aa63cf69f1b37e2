"""One person's link is undone on pages: first it is said what ends by it, then it ends."""

from __future__ import annotations

import pytest
from tests import factories
from tests.integration.web.mirror_rows import booked_person, booked_project, place

from fornix.booking.grants import apply_grants
from fornix.models import Account, BookingPerson, Membership

pytestmark = pytest.mark.django_db
ADDRESS = "/mirror/people/unlink"


@pytest.fixture
def root(browser):
    return browser(factories.make_account("root", is_administrator=True))


@pytest.fixture
def linked() -> BookingPerson:
    """Two people of Calpendo who are one account, each in a project with data."""
    account = factories.make_account("carol")
    for name, code in (("Carol", "P001"), ("Caroline", "P002")):
        booked, person = booked_project(code), booked_person(name, account=account, linked_how="hand")
        place(booked, person)
        apply_grants(factories.make_project(code, booking_project=booked), at=factories.AT)
    return BookingPerson.objects.get(given_name="Carol")


def text_of(response) -> str:
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_the_access_page_has_a_form_for_each_link(root, linked):
    page = text_of(root.get("/access?person=carol"))

    assert page.count(f'action="{ADDRESS}"') == 2


def test_the_page_before_says_what_ends_and_ends_nothing(root, linked):
    page = text_of(root.post(ADDRESS, {"person": linked.pk}))
    linked.refresh_from_db()

    assert '<bdi class="code strong">P001</bdi>: member' in page
    assert "P002" not in page
    assert (linked.account.username, Membership.objects.count()) == ("carol", 2)


def test_confirmed_one_link_ends_and_the_other_stays(root, linked):
    page = text_of(root.post(ADDRESS, {"person": linked.pk, "confirmed": "yes"}, follow=True))

    assert "Carol is no longer the account carol." in page
    assert [row.project.label for row in Membership.objects.all()] == ["P002"]
    assert [row.given_name for row in Account.objects.get(username="carol").booking_people.all()] == [
        "Caroline"
    ]


@pytest.mark.parametrize(
    ("person", "status"), [("x", 400), ("99999", 404), ("", 400)], ids=["no number", "nobody", "nothing"]
)
def test_who_is_not_there_is_said(root, person, status):
    assert root.post(ADDRESS, {"person": person}).status_code == status


def test_a_link_that_is_gone_is_refused(root):
    assert root.post(ADDRESS, {"person": booked_person().pk}).status_code == 409
